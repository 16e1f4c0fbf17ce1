"""The outputs of a notebook's cells: the one place that knows which are kept, where they stand and how large they are.

A cell and a notebook keep so much: one of a gigabyte is evidence for nobody. What is replaced or cleared takes no room
any more, so that the last state of a live display is always seen.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from nbformat.v4 import new_output, output_from_msg

from gp_lib.engine.sizes import OUTPUT_BYTES, beginning, bounded_error, fitting, item, written

MAX_CELL_BYTES, MAX_NOTEBOOK_BYTES = 1 << 20, 16 << 20
ERRORS_BYTES = 256 << 10
"""What a cell keeps of errors beyond its share, and the notebook beyond its own: they say what went wrong."""

DROPPED = "[gpath: this output is too large to be kept]"


@dataclass(slots=True, eq=False)
class Display:
    """An output of data, which a later message may replace. ``size`` is kept of it, ``dropped`` is not; in bytes."""

    node: Any
    place: "Place"
    size: int = 0
    dropped: int = 0


@dataclass(slots=True, eq=False)
class Place:
    """The outputs of one cell.

    ``last`` is the stream that its last output belongs to, ``mark`` the output that says that something was dropped.
    """

    index: int
    cell: Any
    kept: int = 0
    dropped: int = 0
    clears_next: bool = False
    last: str = ""
    mark: Any = None
    displays: list[Display] = field(default_factory=list)

    @property
    def dropped_in_all(self) -> int:
        """What the cell has sent and does not show."""
        return self.dropped + sum(display.dropped for display in self.displays)


class Outputs:
    """All outputs of one execution, by the number of the cell that caused them."""

    def __init__(self) -> None:
        self._places: dict[int, Place] = {}
        self._shown: dict[str, list[Display]] = {}
        self._states: dict[str, int] = {}
        self._kept = 0
        self._changed: set[int] = set()

    def add(self, index: int, cell: Any, message: dict[str, Any], display_id: str | None = None) -> Any:
        """Keep an output, as far as there is room; returns what of it was kept, ``None``: nothing."""
        place = self._place(index, cell)
        if place.clears_next:
            self.clear(index, cell)
        kind, content = message["msg_type"], message["content"]
        if kind == "stream":
            return self._add_stream(place, content)
        place.last = ""
        if kind == "error":
            return self._add_error(place, message)
        return self._add_display(place, message, display_id)

    def update(self, display_id: str, message: dict[str, Any]) -> None:
        """Show something else wherever this display is shown, in whatever cell."""
        if not (displays := self._shown.get(display_id)):
            return
        content = message["content"]
        for display in displays:
            self._fill(display, content["data"], content.get("metadata") or {})

    def clear(self, index: int, cell: Any, *, wait: bool = False) -> None:
        """Remove what the cell shows; ``wait``: when it shows something else."""
        place = self._place(index, cell)
        place.clears_next = wait
        if wait:
            return
        for displays in self._shown.values():
            displays[:] = [display for display in displays if display.place is not place]
        self._charge(place, -place.kept)
        place.dropped, place.last = 0, ""
        place.displays.clear()
        cell.outputs.clear()

    def holds(self, index: int, cell: Any, name: str, size: int, limit: int = MAX_NOTEBOOK_BYTES) -> bool:
        """Whether ``size`` bytes of a widget's state may be kept under ``name``, instead of what it had before.

        ``limit`` is the most for this name. Where it may not, the cell with this number says so.
        """
        before = self._states.pop(name, 0)
        self._kept -= before
        if size > limit or self._kept + size > MAX_NOTEBOOK_BYTES:
            self._place(index, cell).dropped += size
            return False
        self._states[name] = size
        self._kept += size
        return True

    def settle(self) -> None:
        """Join the streams of the cells that have changed, and say where something was dropped."""
        for index in self._changed:
            place = self._places[index]
            shown = joined([output for output in place.cell.outputs if output is not place.mark])
            place.last, place.mark = "", mark(place.dropped_in_all)
            place.cell.outputs = [*shown, place.mark] if place.mark else shown
        self._changed.clear()

    def _place(self, index: int, cell: Any) -> Place:
        self._changed.add(index)
        return self._places.setdefault(index, Place(index, cell))

    def _room(self, place: Place) -> int:
        return min(MAX_CELL_BYTES - place.kept, MAX_NOTEBOOK_BYTES - self._kept)

    def _charge(self, place: Place, size: int) -> None:
        place.kept += size
        self._kept += size

    def _add_stream(self, place: Place, content: Mapping[str, Any]) -> Any:
        name, text = content["name"], content["text"]
        frame = 0 if place.last == name else OUTPUT_BYTES
        kept = beginning(text, self._room(place) - frame)
        place.dropped += len(text) - len(kept)
        if not kept:
            return None
        place.last = name
        self._charge(place, frame + written(kept))
        place.cell.outputs.append(new_output("stream", name=name, text=kept))
        return place.cell.outputs[-1]

    def _add_error(self, place: Place, message: dict[str, Any]) -> Any:
        error = output_from_msg({**message, "content": bounded_error(message["content"])})
        size = OUTPUT_BYTES + written(error)
        if size > self._room(place) + ERRORS_BYTES:
            place.dropped += size
            return None
        self._charge(place, size)
        place.cell.outputs.append(error)
        return error

    def _add_display(self, place: Place, message: dict[str, Any], display_id: str | None) -> Any:
        content = message["content"]
        display = Display(None, place)
        room = self._room(place) - OUTPUT_BYTES
        if room < len(DROPPED) or not (display_id or fitting(content["data"], room) or not content["data"]):
            place.dropped += _size(content["data"])
            return None
        display.node = output_from_msg(message)
        self._charge(place, OUTPUT_BYTES)
        self._fill(display, content["data"], content.get("metadata") or {})
        place.displays.append(display)
        if display_id:
            self._shown.setdefault(display_id, []).append(display)
        place.cell.outputs.append(display.node)
        return display.node

    def _fill(self, display: Display, data: dict[str, Any], metadata: dict[str, Any]) -> None:
        """Let the display show this, as far as there is room beside all others."""
        self._changed.add(display.place.index)
        room = self._room(display.place) + display.size
        kept = fitting(data, room)
        display.dropped = _size(data) - _size(kept)
        display.node["data"] = kept or ({"text/plain": DROPPED} if data else {})
        size = _size(display.node["data"])
        display.node["metadata"] = metadata if size + written(metadata) <= room else {}
        size += written(display.node["metadata"])
        self._charge(display.place, size - display.size)
        display.size = size


def _size(data: Mapping[str, Any]) -> int:
    return sum(item(mime, value) for mime, value in data.items())


def joined(outputs: Sequence[Any]) -> list[Any]:
    """The outputs, with those of one stream that follow each other as one."""
    kept: list[Any] = []
    for (kind, stream), group in groupby(outputs, key=lambda output: (output.output_type, output.get("name"))):
        together = list(group)
        if kind == "stream":
            text = "".join(output.text for output in together)
            together = [new_output("stream", name=stream, text=text)]
        kept += together
    return kept


def mark(dropped: int) -> Any:
    """The output that stands in a cell of whose output something was dropped; ``None``: nothing was."""
    if not dropped:
        return None
    text = (
        f"\n[gpath: {dropped:,} characters of output were dropped here: "
        f"a cell keeps {MAX_CELL_BYTES:,} bytes at most, a notebook {MAX_NOTEBOOK_BYTES:,}]\n"
    )
    return new_output("stream", name="stderr", text=text)
