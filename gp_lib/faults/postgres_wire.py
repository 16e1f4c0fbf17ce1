"""Follows a PostgreSQL connection: which statements a transaction ran, where its COMMIT is, and its answer.

Source: PostgreSQL 18 manual, chapter 54 (frontend/backend protocol 3.0 and 3.2).
"""

import struct
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass

from gp_lib.clock import monotonic_s
from gp_lib.faults.listening import Exchange
from gp_lib.faults.rules import Direction
from gp_lib.faults.sql import effects
from gp_lib.faults.wire import CommitMark, PlainWire

KEPT_BYTES = 65_536  # of one message: a statement's text is looked at this far
KEPT_STATEMENTS = 1_000  # of one transaction: the latest count
_LENGTH = struct.Struct(">I").unpack_from
_SSL_REQUEST, _GSS_REQUEST = 80_877_103, 80_877_104


@dataclass(frozen=True)
class Message:
    """A message: its type byte (``""`` for start-up ones), the kept part of its body, its place in the stream."""

    kind: str
    body: bytes
    start: int
    end: int


class Framer:
    """Cuts one direction's stream into messages, and yields those whose type is in ``wanted``.

    Bytes come as the network cuts them; of a long message only ``KEPT_BYTES`` are kept, the rest is skipped.
    """

    def __init__(self, wanted: str) -> None:
        self.typed = False
        self.broken = False
        self._wanted = frozenset(wanted.encode())
        self._offset = 0  # in the stream, of the next message
        self._buffer = b""
        self._at = 0  # in the buffer, of the next message
        self._skip = 0

    def feed(self, data: bytes) -> Iterator[Message]:
        """The wanted messages that these bytes complete; none any more once the stream made no sense."""
        skipped = min(self._skip, len(data))
        self._skip -= skipped
        self._buffer += data[skipped:]
        while not self._skip and not self.broken:
            self._pass_unwanted()
            if not (total := self._total()):
                break
            kind = self._buffer[self._at] if self.typed else None
            if kind is not None and kind not in self._wanted:
                self._pass(total)
            elif len(self._buffer) - self._at < min(total, KEPT_BYTES):
                break
            else:
                yield self._message(total, "" if kind is None else chr(kind))
        self._buffer = b"" if self.broken else self._buffer[self._at :]
        self._at = 0

    def take_byte(self, data: bytes) -> bytes:
        """Pass over one byte that is no message: the answer to an SSLRequest; the rest of ``data``."""
        self._offset += 1
        return data[1:]

    def _pass_unwanted(self) -> None:
        """The quick way over whole messages that nobody wants: a result has thousands of them."""
        buffer, at, size, wanted = self._buffer, self._at, len(self._buffer), self._wanted
        while self.typed and at + 5 <= size and buffer[at] not in wanted:
            total = 1 + _LENGTH(buffer, at + 1)[0]
            if total < 5 or at + total > size:
                break  # broken, or not whole: the slow way knows what to do
            at += total
        self._offset += at - self._at
        self._at = at

    def _total(self) -> int:
        """The size of the next message, or 0 when its header is not complete."""
        header = 5 if self.typed else 4
        if len(self._buffer) - self._at < header:
            return 0
        (length,) = _LENGTH(self._buffer, self._at + header - 4)
        self.broken = length < 4
        return 0 if self.broken else header - 4 + int(length)

    def _message(self, total: int, kind: str) -> Message:
        header, start = 5 if self.typed else 4, self._offset
        body = self._buffer[self._at + header : self._at + min(total, KEPT_BYTES)]
        self._pass(total)
        return Message(kind, body, start, start + total)

    def _pass(self, total: int) -> None:
        here = min(total, len(self._buffer) - self._at)
        self._at += here
        self._skip = total - here
        self._offset += total


class PostgresWire(PlainWire):
    """Both directions of one connection; ``marks`` gets a :class:`CommitMark` for each COMMIT and its answer.

    Behind TLS (the server accepted an SSLRequest) nothing is recognised.
    """

    def __init__(self) -> None:
        super().__init__()
        self._up = Framer("QPBECSF")
        self._down = Framer("CZ")
        self._down.typed = True
        self._encryption_answers = 0
        self._encrypted = False
        self._prepared: dict[str, str] = {}
        self._portals: dict[str, str] = {}
        self._transaction: deque[str] = deque(maxlen=KEPT_STATEMENTS)
        # One list of unanswered COMMITs for each ReadyForQuery still to come; the last list is still open.
        self._unanswered: deque[list[CommitMark]] = deque([[]])
        # The same of all statements, with when they came.
        self._asked: deque[list[tuple[str, float]]] = deque([[]])
        self._ready = False

    def feed(self, direction: Direction, data: bytes) -> None:
        """Look at the next bytes of one direction."""
        if self._encrypted:
            return
        if direction == "up":
            for message in self._up.feed(data):
                self._from_client(message)
        else:
            for message in self._down.feed(self._after_encryption_answer(data)):
                self._from_server(message)

    def _after_encryption_answer(self, data: bytes) -> bytes:
        while self._encryption_answers and data:
            self._encryption_answers -= 1
            if data[:1] in (b"S", b"G"):
                self._encrypted = True
                return b""
            data = self._down.take_byte(data)
        return data

    def _from_client(self, message: Message) -> None:
        kind = message.kind
        if kind == "":
            self._start_up(message)
        elif kind == "Q":
            self._run(_text(message.body), message)
            self._await_answer()
        elif kind == "E":
            self._run(self._portals.get(_text(message.body), ""), message)
        elif kind in "SF":  # each is answered by one ReadyForQuery
            self._await_answer()
        else:
            self._remember(message)

    def _start_up(self, message: Message) -> None:
        (code,) = _LENGTH(message.body.ljust(4, b"\0"))
        if code in (_SSL_REQUEST, _GSS_REQUEST):
            self._encryption_answers += 1
        else:
            self._up.typed = True

    def _remember(self, message: Message) -> None:
        first, _, rest = message.body.partition(b"\0")
        if message.kind == "P":
            self._prepared[first.decode(errors="replace")] = _text(rest)
        elif message.kind == "B":
            self._portals[first.decode(errors="replace")] = self._prepared.get(_text(rest), "")
        else:  # Close: a type byte, then the name
            known = self._prepared if first[:1] == b"S" else self._portals
            known.pop(first[1:].decode(errors="replace"), None)

    def _await_answer(self) -> None:
        self._unanswered.append([])
        self._asked.append([])

    def _run(self, text: str, message: Message) -> None:
        self._asked[-1].append((text, monotonic_s()))
        for statement, effect in effects(text):
            if effect == "works":
                self._transaction.append(statement)
                continue
            if effect == "commits":
                mark = CommitMark(message.start, message.end, tuple(self._transaction))
                self.marks["up"].append(mark)
                self._unanswered[-1].append(mark)
            self._transaction.clear()

    def _from_server(self, message: Message) -> None:
        if message.kind == "Z":
            # The first one ends the start-up and answers nothing.
            if self._ready and len(self._unanswered) > 1:
                self._unanswered.popleft()
                self._tell(self._asked.popleft())
            self._ready = True
        elif _text(message.body) == "COMMIT" and self._unanswered[0]:
            asked = self._unanswered[0].pop(0)
            self.marks["down"].append(CommitMark(message.start, message.end, asked.statements))

    def _tell(self, answered: list[tuple[str, float]]) -> None:
        """Tell whoever listens that these statements are answered."""
        for text, asked_s in answered if self.on_exchange is not None else ():
            done = {effect for _, effect in effects(text)}
            ends = not done.isdisjoint({"commits", "rolls back"})
            exchange = Exchange(asked_s, monotonic_s(), text, begins="begins" in done, ends=ends)
            assert self.on_exchange is not None
            self.on_exchange(exchange)


def _text(body: bytes) -> str:
    return body.partition(b"\0")[0].decode(errors="replace")
