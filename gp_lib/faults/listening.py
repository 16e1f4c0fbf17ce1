"""Hears what passes a proxy: which request was answered when. Nothing is held, changed or delayed."""

import asyncio
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from gp_lib.clock import loop_lag
from gp_lib.errors import SettingsError

KEPT_CHARACTERS = 2_000
MOST_EXCHANGES = 10_000
MOST_CHARACTERS = 50_000
"""What one listener keeps, so that a forgotten one does not fill the memory and its answer fits into one message.

The last is for all different texts together. What comes when it is full is not kept, but counted.
"""


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its answer, in monotonic seconds as they passed. ``begins`` and ``ends``: of a transaction."""

    asked_s: float
    answered_s: float
    said: str
    begins: bool = False
    ends: bool = False


OnExchange = Callable[[Exchange], None]


@dataclass
class Listener:
    """Collects the exchanges of all connections that contain ``matching``, and how late its own loop ran.

    ``missed`` counts those for which it had no room.
    """

    matching: str = ""
    missed: int = 0
    late_ms: list[float] = field(default_factory=list)
    _heard: list[list[Any]] = field(default_factory=list)
    _texts: dict[str, int] = field(default_factory=dict)
    _characters: int = 0
    _over: asyncio.Event = field(default_factory=asyncio.Event)
    _task: "asyncio.Task[None] | None" = None

    def start(self) -> None:
        """Begin to measure the loop."""
        self._task = asyncio.create_task(self._measure(), name="listener")

    def end(self) -> None:
        """Hear nothing any more."""
        self._over.set()

    async def ended(self) -> None:
        """Wait until the loop is measured no more."""
        if self._task is not None:
            await self._task

    def hear(self, connection: int, exchange: Exchange) -> None:
        """Take down an exchange on the connection with this number, or count it as missed."""
        if self._over.is_set() or self.matching.lower() not in exchange.said.lower():
            return
        text = exchange.said[:KEPT_CHARACTERS]
        more = 0 if text in self._texts else len(text)
        if len(self._heard) >= MOST_EXCHANGES or self._characters + more > MOST_CHARACTERS:
            self.missed += 1
            return
        self._characters += more
        number = self._texts.setdefault(text, len(self._texts))
        times = (round(exchange.asked_s, 6), round(exchange.answered_s, 6))
        self._heard.append([connection, *times, number, exchange.begins, exchange.ends])

    def written(self) -> dict[str, Any]:
        """What was heard, as JSON: each text once, the exchanges as short lists, and how many were missed."""
        return {
            "texts": list(self._texts),
            "exchanges": self._heard,
            "missed": self.missed,
            "late_ms": [round(late, 2) for late in self.late_ms],
        }

    async def _measure(self) -> None:
        async with loop_lag() as self.late_ms:
            await self._over.wait()


class Listeners:
    """All listeners at one proxy, each with an id of its own."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._numbers = itertools.count(1)
        self._listeners: dict[str, Listener] = {}

    def __bool__(self) -> bool:
        return bool(self._listeners)

    def add(self, matching: str) -> str:
        """Begin to listen; the id to ask with."""
        listener_id = f"{self._name}-ear-{next(self._numbers)}"
        self._listeners[listener_id] = Listener(matching)
        self._listeners[listener_id].start()
        return listener_id

    def hear(self, connection: int, exchange: Exchange) -> None:
        """Tell all of them."""
        for listener in self._listeners.values():
            listener.hear(connection, exchange)

    def remove(self, listener_id: str) -> Listener:
        """End one and forget it.

        Raises:
            SettingsError: there is no listener with this id.
        """
        listener = self._listeners.pop(listener_id, None)
        if listener is None:
            raise SettingsError("listener id", f"{listener_id!r} is not known to proxy {self._name!r}")
        listener.end()
        return listener

    async def end_all(self) -> None:
        """End and forget all of them."""
        for listener in [self.remove(listener_id) for listener_id in list(self._listeners)]:
            await listener.ended()

    def __contains__(self, listener_id: str) -> bool:
        return listener_id in self._listeners
