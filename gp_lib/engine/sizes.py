"""How many bytes something takes in a notebook's file, and how it is made to fit into fewer."""

import json
from bisect import bisect_right
from collections.abc import Mapping
from itertools import accumulate
from typing import Any

from gp_lib.errors import shortened

OUTPUT_BYTES = 150
"""What an output takes beside what it holds: its braces, its kind, its indentation."""

LINE_BYTES = 12
"""What a line of a text takes beside its words: a notebook's file has it as a string of its own, indented."""

ERROR_BYTES, NAME_LENGTH, FRAME_LENGTH = 64 << 10, 200, 8000
"""The most that is kept of a traceback, of an exception's name, and of one frame."""


def written(value: Any) -> int:
    """The size of a value of an output, as it is written."""
    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    lines = len(value.splitlines()) if isinstance(value, str) else text.count("\n")
    return len(text.encode("utf-8", "replace")) + LINE_BYTES * lines


def beginning(text: str, room: int) -> str:
    """As much of ``text`` as fits into ``room`` bytes, from its start."""
    text = text[: max(room, 0)]
    if written(text) <= room:
        return text
    return text[: bisect_right(range(1, len(text)), room, key=lambda length: written(text[:length]))]


def fitting(data: Mapping[str, Any], room: int) -> dict[str, Any]:
    """The representations that fit into ``room`` bytes together, the smallest first."""
    sizes = {mime: item(mime, value) for mime, value in data.items()}
    kept = {}
    for mime in sorted(sizes, key=lambda mime: sizes[mime]):
        if sizes[mime] > room:
            break
        room -= sizes[mime]
        kept[mime] = data[mime]
    return kept


def item(name: str, value: Any) -> int:
    """The size of a named value in an object."""
    return len(name) + LINE_BYTES + written(value)


def bounded_error(content: Mapping[str, Any]) -> dict[str, Any]:
    """The content of an error message, with as much of each text as may be carried."""
    frames = [shortened(str(frame), FRAME_LENGTH) for frame in content.get("traceback") or ()]
    return {
        "ename": shortened(str(content.get("ename", "")), NAME_LENGTH),
        "evalue": shortened(str(content.get("evalue", ""))),
        "traceback": _both_ends(frames),
    }


def _both_ends(frames: list[str]) -> list[str]:
    """The outermost and the innermost frames: where it began, and what went wrong."""
    first, last = _how_many(frames), _how_many(frames[::-1])
    if first + last >= len(frames):
        return frames
    left_out = f"… [{len(frames) - first - last:,} frames left out] …"
    return [*frames[:first], left_out, *frames[len(frames) - last :]]


def _how_many(frames: list[str]) -> int:
    """How many of them fit into half of what an error may take."""
    ends = list(accumulate(LINE_BYTES + written(frame) for frame in frames))
    return bisect_right(ends, ERROR_BYTES // 2)
