"""Follows a WebSocket connection: where each data frame begins and ends, after the HTTP upgrade.

Source: RFC 6455, sections 4 (handshake) and 5.2 (framing).
"""

import struct

from gp_lib.faults.rules import Direction
from gp_lib.faults.wire import FrameMark, PlainWire

HEAD_LIMIT_BYTES = 65_536  # a longer HTTP head is no handshake that we know
_CONTROL = 0x8  # opcodes from here on are control frames


class FrameScanner:
    """Finds the frames of one direction; ``count`` is how many data frames have begun."""

    def __init__(self, offset: int) -> None:
        self.count = 0
        self._offset = offset
        self._header = b""
        self._payload_left = 0

    def feed(self, data: bytes) -> list[FrameMark]:
        """The data frames whose header these bytes complete."""
        found: list[FrameMark] = []
        while data:
            passed = min(self._payload_left, len(data))
            self._payload_left -= passed
            self._offset += passed
            data = data[passed:]
            if data:
                data = self._take_header(data, found)
        return found

    def _take_header(self, data: bytes, found: list[FrameMark]) -> bytes:
        joined = self._header + data
        size, payload = measure(joined)
        if len(joined) < size:
            self._header = joined
            return b""
        self._header = b""
        start = self._offset
        self._offset += size
        self._payload_left = payload
        if joined[0] & 0x0F < _CONTROL:
            self.count += 1
            found.append(FrameMark(start, self._offset + payload, self._offset, self.count))
        return joined[size:]


def measure(header: bytes) -> tuple[int, int]:
    """The size of the header and of the payload; a size above ``len(header)`` says that more is needed."""
    if len(header) < 2:
        return 2, 0
    short, mask = header[1] & 0x7F, 4 if header[1] & 0x80 else 0
    if short < 126:
        return 2 + mask, short
    layout, size = (">H", 4) if short == 126 else (">Q", 10)
    if len(header) < size + mask:
        return size + mask, 0
    return size + mask, struct.unpack_from(layout, header, 2)[0]


class WebSocketWire(PlainWire):
    """Both directions of one connection; ``marks`` gets a :class:`FrameMark` for each data frame.

    Nothing is recognised unless the server's first answer is 101 Switching Protocols.
    """

    def __init__(self) -> None:
        super().__init__()
        self._heads: dict[Direction, bytes] = {"up": b"", "down": b""}
        self._scanners: dict[Direction, FrameScanner] = {}
        self._hopeless = False

    def feed(self, direction: Direction, data: bytes) -> None:
        """Look at the next bytes of one direction."""
        if self._hopeless:
            return
        if scanner := self._scanners.get(direction):
            self._scan(direction, scanner, data)
            return
        self._heads[direction] += data
        self._hopeless = len(self._heads[direction]) > HEAD_LIMIT_BYTES
        if direction == "down" and b"\r\n\r\n" in self._heads["down"]:
            self._switch()

    def _switch(self) -> None:
        answer = self._heads["down"].split(b" ", 2)
        self._hopeless = len(answer) < 2 or answer[1] != b"101"
        for direction, seen in self._heads.items():
            head, _, rest = seen.partition(b"\r\n\r\n")
            scanner = self._scanners[direction] = FrameScanner(len(head) + 4)
            if not self._hopeless:
                self._scan(direction, scanner, rest)
        self._heads = {"up": b"", "down": b""}

    def _scan(self, direction: Direction, scanner: FrameScanner, data: bytes) -> None:
        self.marks[direction].extend(scanner.feed(data))
        self.frames[direction] = scanner.count
