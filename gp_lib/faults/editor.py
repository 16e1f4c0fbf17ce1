"""Stands at the entry of a connection's way down and lets rules about events edit what comes."""

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gp_lib.faults.event_effects import EventEffect
from gp_lib.faults.event_frames import EventFrame, FrameCutter, is_goodbye
from gp_lib.faults.websocket_wire import HEAD_LIMIT_BYTES

if TYPE_CHECKING:
    from gp_lib.faults.connection import Connection
    from gp_lib.faults.effects import Effect

Piece = bytes | EventFrame
_END = b"\r\n\r\n"


class Editor:
    """Edits the server's stream of one connection; without an upgrade to WebSocket it leaves everything as it is.

    ``effects`` are the rules in force, as the proxy changes them. A frame is held until it is whole,
    and nothing is held beyond the goodbye of the server: who has read that reads no more.
    """

    def __init__(self, connection: "Connection", effects: Sequence["Effect[Any]"]) -> None:
        self._connection = connection
        self._effects = effects
        self._head: bytes | None = b""
        self._frames: FrameCutter | None = None

    def feed(self, data: bytes) -> Iterator[Piece]:
        """What goes on when these bytes have come."""
        if self._head is not None:
            passing, data = self._read_head(data)
            yield passing
        if self._frames is None:
            yield data
            return
        for frame in self._frames.feed(data):
            if isinstance(frame, EventFrame):
                yield from self._edited(frame)
            else:
                yield from self._released() if is_goodbye(frame) else ()
                yield frame

    def end(self) -> Iterator[Piece]:
        """What goes on when the stream ends: everything that was held, and a frame that never became whole."""
        yield from self._released()
        if self._frames is not None:
            yield self._frames.leave()

    def _released(self) -> Iterator[EventFrame]:
        for effect in self._effects:
            if isinstance(effect, EventEffect):
                yield from effect.release(self._connection)

    def _read_head(self, data: bytes) -> tuple[bytes, bytes]:
        """The bytes that belong to the HTTP head, and those behind it."""
        before = len(self._head or b"")
        seen = (self._head or b"") + data
        end = seen.find(_END)
        if end < 0:
            self._head = seen if len(seen) <= HEAD_LIMIT_BYTES else None
            return data, b""
        self._head = None
        answer = seen.split(b" ", 2)
        if len(answer) > 1 and answer[1] == b"101":
            self._frames = FrameCutter()
        split = end + len(_END) - before
        return data[:split], data[split:]

    def _edited(self, frame: EventFrame) -> Iterable[EventFrame]:
        frames = [frame]
        for effect in [effect for effect in self._effects if isinstance(effect, EventEffect)]:
            frames = [edited for each in frames for edited in effect.edit(each, self._connection)]
        return frames
