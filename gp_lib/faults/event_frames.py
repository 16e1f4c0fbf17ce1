"""Whole WebSocket frames: read from a stream, looked into for events, and written anew.

Source: RFC 6455, section 5.2. A server's frames are not masked.
"""

import struct
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from gp_lib import contract
from gp_lib.dialects.golden_path import Spoken, understand
from gp_lib.faults.websocket_wire import measure

if TYPE_CHECKING:
    from gp_lib.faults.effects import Effect

FINAL_TEXT = 0x81
"""The first byte of a text message in one frame, without extensions."""


@dataclass(eq=False)
class EventFrame:
    """A text message on its way to a client; ``raw`` is the frame as it came, ``None`` when it is written anew."""

    text: str
    raw: bytes | None = None
    delays_s: dict["Effect[Any]", float] = field(default_factory=dict)

    @cached_property
    def said(self) -> Spoken:
        """The text in the workbench's words."""
        return understand(self.text)

    @property
    def tells(self) -> bool:
        """Whether this is an event of a run."""
        return self.said.run_id is not None and self.said.type in contract.RUN_EVENTS

    @property
    def data(self) -> bytes:
        """The frame's bytes."""
        return self.raw if self.raw is not None else text_frame(self.text)


def text_frame(text: str) -> bytes:
    """A server's frame that holds ``text``."""
    payload = text.encode()
    size = len(payload)
    if size < 126:
        return struct.pack(">BB", FINAL_TEXT, size) + payload
    if size < 1 << 16:
        return struct.pack(">BBH", FINAL_TEXT, 126, size) + payload
    return struct.pack(">BBQ", FINAL_TEXT, 127, size) + payload


def is_goodbye(frame: bytes) -> bool:
    """Whether this is a close frame (opcode 8)."""
    return frame[0] & 0x0F == 0x8


class FrameCutter:
    """Cuts a server's stream into whole frames."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes | EventFrame]:
        """The frames that these bytes complete, in order; those that can hold no event as bytes."""
        self._rest += data
        found: list[bytes | EventFrame] = []
        while (size := _whole(self._rest)) is not None:
            frame, self._rest = self._rest[:size], self._rest[size:]
            found.append(_opened(frame))
        return found

    def leave(self) -> bytes:
        """What has come of a frame that is not whole."""
        rest, self._rest = self._rest, b""
        return rest


def _whole(data: bytes) -> int | None:
    """The length of the frame at the beginning of ``data``; ``None`` while it is not whole."""
    header, payload = measure(data)
    size = header + payload
    return size if header <= len(data) and size <= len(data) else None


def _opened(frame: bytes) -> bytes | EventFrame:
    if frame[0] != FINAL_TEXT or frame[1] & 0x80:
        return frame
    header, _ = measure(frame)
    try:
        return EventFrame(frame[header:].decode(), frame)
    except UnicodeDecodeError:
        return frame
