"""What the parsers of the proxy have in common: places in a byte stream that a rule may care about."""

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from gp_lib.clock import monotonic_s
from gp_lib.faults.listening import KEPT_CHARACTERS, Exchange, OnExchange
from gp_lib.faults.rules import Direction


@dataclass(eq=False)
class Mark:
    """Something of interest from byte ``start`` up to (not with) byte ``end`` of one direction's stream."""

    start: int
    end: int


@dataclass(eq=False)
class CommitMark(Mark):
    """A COMMIT on its way up, or its CommandComplete on its way down, with the transaction's statements."""

    statements: tuple[str, ...]

    def contains(self, text: str | None) -> bool:
        """Whether some statement contains ``text`` in any case; ``None`` fits every transaction."""
        return text is None or any(text.lower() in statement.lower() for statement in self.statements)


@dataclass(eq=False)
class FrameMark(Mark):
    """A WebSocket data frame: its payload begins at ``payload``; ``ordinal`` counts from 1 per direction."""

    payload: int
    ordinal: int


class Wire(Protocol):
    """A parser that follows both directions of one connection.

    ``marks`` are the places recognised and not yet passed, ``frames`` how many WebSocket data frames have begun.
    ``on_exchange`` hears each request that was answered; ``None``: nobody listens.
    """

    marks: dict[Direction, deque[Mark]]
    frames: dict[Direction, int]
    on_exchange: OnExchange | None

    def feed(self, direction: Direction, data: bytes) -> None:
        """Look at the next bytes of a direction and append to ``marks`` what was recognised."""


class PlainWire:
    """The parser for a protocol in which nothing is recognised.

    What the client sends is taken for a request until the server sends something, which is taken for its answer: right
    for protocols that take turns, as Redis' and HTTP/1.1 do. The answer counts from its first byte.
    """

    def __init__(self) -> None:
        self.marks: dict[Direction, deque[Mark]] = {"up": deque(), "down": deque()}
        self.frames: dict[Direction, int] = {"up": 0, "down": 0}
        self.on_exchange: OnExchange | None = None
        self._said = b""
        self._asked_s: float | None = None

    def feed(self, direction: Direction, data: bytes) -> None:
        """Note when a request begins and when its answer does; without a listener the bytes mean nothing."""
        if self.on_exchange is None:
            return
        if direction == "up":
            self._asked_s = monotonic_s() if self._asked_s is None else self._asked_s
            self._said = (self._said + data)[:KEPT_CHARACTERS]
        elif self._asked_s is not None:
            self.on_exchange(Exchange(self._asked_s, monotonic_s(), self._said.decode(errors="replace")))
            self._asked_s, self._said = None, b""
