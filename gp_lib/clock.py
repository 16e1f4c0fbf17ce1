"""The one place where time is read, bounded and scaled.

Durations come from the monotonic clock, never from the wall clock. Every bound that waits for a machine
(not a bound that is itself a promise of the platform) is multiplied by ``GPATH_SLOW_FACTOR``, so that one
setting makes a slow machine patient.
"""

import asyncio
import math
import os
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import TypeVar

T = TypeVar("T")


def monotonic_s() -> float:
    """Seconds on a clock that never goes back; only differences mean anything."""
    return time.monotonic()


def utc_now() -> datetime:
    """The wall clock, in UTC: for timestamps in evidence, never for durations."""
    return datetime.now(UTC)


def slow_factor() -> float:
    """How patient to be: 1.0, or what ``GPATH_SLOW_FACTOR`` says.

    Raises:
        ValueError: the variable is not a number of at least 1.
    """
    text = os.environ.get("GPATH_SLOW_FACTOR", "1")
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not 1.0 <= factor < math.inf:
        raise ValueError(f"GPATH_SLOW_FACTOR: {text!r} is not a number of at least 1")
    return factor


def patience(seconds: float) -> float:
    """``seconds`` of waiting for a machine, scaled for slow ones."""
    return seconds * slow_factor()


class Deadline:
    """A point in monotonic time; ``Deadline.after(5)`` is five (scaled) seconds from now."""

    def __init__(self, at_s: float) -> None:
        self.at_s = at_s

    @classmethod
    def after(cls, seconds: float) -> "Deadline":
        """The deadline ``patience(seconds)`` from now."""
        return cls(monotonic_s() + patience(seconds))

    @property
    def left_s(self) -> float:
        """Seconds left, never below zero."""
        return max(0.0, self.at_s - monotonic_s())

    @property
    def passed(self) -> bool:
        """Whether no time is left."""
        return self.left_s == 0.0


async def wait_until(condition: Callable[[], Awaitable[T]], *, deadline_s: float, every_s: float = 0.02) -> T | None:
    """Ask ``condition`` until it answers something true, at most ``deadline_s`` (scaled) seconds.

    Returns its first true answer, or ``None`` when the deadline passed first. Exceptions of the condition
    pass through: the caller decides which of them mean "not yet".
    """
    deadline = Deadline.after(deadline_s)
    while True:
        if answer := await condition():
            return answer
        if deadline.passed:
            return None
        await asyncio.sleep(min(every_s, deadline.left_s))


@asynccontextmanager
async def loop_lag(*, every_s: float = 0.01) -> AsyncIterator[list[float]]:
    """How late this process's event loop is within the block, in milliseconds: one figure every ``every_s`` seconds.

    A loop that asks to be woken in 10 ms and is woken after 35 ms was 25 ms late, because the process was busy or the
    machine gave it no CPU. Whatever else it timed then may be that much too long. The list grows until the block ends.
    """
    late_ms: list[float] = []

    async def sample() -> None:
        while True:
            asked_s = monotonic_s()
            await asyncio.sleep(every_s)
            late_ms.append(max(0.0, (monotonic_s() - asked_s - every_s) * 1000))

    sampling = asyncio.create_task(sample(), name="loop lag")
    try:
        yield late_ms
    finally:
        sampling.cancel()
        with suppress(asyncio.CancelledError):
            await sampling
