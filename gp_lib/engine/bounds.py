"""How much of a cell's output is kept: a notebook of a gigabyte is evidence for nobody."""

import json
from dataclasses import dataclass, field
from typing import Any

MAX_CELL_BYTES, MAX_NOTEBOOK_BYTES = 1 << 20, 16 << 20


@dataclass(slots=True)
class Bounds:
    """What may still be kept. ``dropped`` are the characters of the present cell that were not."""

    notebook_left: int = MAX_NOTEBOOK_BYTES
    cell_left: int = MAX_CELL_BYTES
    dropped: int = 0
    dropped_in_all: int = field(default=0)

    def next_cell(self) -> None:
        """A new cell has its own share."""
        self.cell_left, self.dropped = MAX_CELL_BYTES, 0

    def admits(self, message: dict[str, Any]) -> bool:
        """Whether an output message may be kept; of a text that is too long the beginning is left in the message."""
        content = message["content"]
        left = max(0, min(self.cell_left, self.notebook_left))
        if message["msg_type"] == "stream":
            size = len(content["text"])
            self._count(min(size, left), size)
            content["text"] = content["text"][:left]
            return left > 0 or size == 0
        size = len(json.dumps(content, default=str))
        if message["msg_type"] == "error":  # always kept, it says what went wrong; but not a megabyte of it
            content["traceback"] = [line[:MAX_CELL_BYTES] for line in content.get("traceback", [])][:1000]
            self._count(min(size, left), min(size, left))
            return True
        self._count(size if size <= left else 0, size)
        return size <= left

    def _count(self, kept: int, size: int) -> None:
        self.cell_left -= kept
        self.notebook_left -= kept
        self.dropped += size - kept
        self.dropped_in_all += size - kept

    def mark(self) -> str:
        """What stands in the notebook where something was dropped; empty: nothing was."""
        if not self.dropped:
            return ""
        return (
            f"\n[gpath: {self.dropped:,} characters of output were dropped here: "
            f"a cell keeps {MAX_CELL_BYTES:,} at most, a notebook {MAX_NOTEBOOK_BYTES:,}]\n"
        )
