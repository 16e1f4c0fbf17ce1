"""How rules act on the bytes in a pipe: hold, swallow, delay, slow down."""

import math
import random
from collections.abc import Iterable
from typing import TYPE_CHECKING

from gp_lib.clock import monotonic_s
from gp_lib.faults.effects import Effect, R
from gp_lib.faults.rules import Bandwidth, BlackHole, Directions, Latency, Stall

if TYPE_CHECKING:
    from gp_lib.faults.connection import Connection
    from gp_lib.faults.pipe import Chunk, Pipe

SLICE_S = 0.02  # of a narrow link: small enough to be smooth, large enough to be cheap


def _acts_on(direction: Directions, pipe: "Pipe") -> bool:
    return direction in ("both", pipe.direction)


class StallEffect(Effect[Stall]):
    """See :class:`Stall`."""

    def on_impose(self, connections: Iterable["Connection"]) -> None:
        """What is queued already is held back too."""
        for connection in connections:
            for pipe in connection.pipes.values():
                for chunk in pipe.queued:
                    self.on_arrival(pipe, chunk)

    def on_arrival(self, pipe: "Pipe", chunk: "Chunk") -> None:
        """Count what is held back."""
        if _acts_on(self.rule.direction, pipe) and self.claims(pipe.connection):
            self.ledger.bytes += len(chunk.data)

    def holds_until_s(self, pipe: "Pipe", chunk: "Chunk") -> float:
        """Until the rule is healed."""
        return math.inf if _acts_on(self.rule.direction, pipe) and self.claims(pipe.connection) else 0.0


class BlackHoleEffect(Effect[BlackHole]):
    """See :class:`BlackHole`."""

    def __init__(self, rule: BlackHole, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._doomed: set[int] = set()

    def swallows(self, pipe: "Pipe", chunk: "Chunk") -> bool:
        """Swallow and count; the connection is doomed from here."""
        if not _acts_on(self.rule.direction, pipe) or not self.claims(pipe.connection):
            return False
        self._doomed.add(pipe.connection.number)
        self.ledger.bytes += len(chunk.data)
        return True

    def on_heal(self, connections: Iterable["Connection"]) -> None:
        """A stream with a hole in it can only be reset."""
        for connection in connections:
            if connection.number in self._doomed:
                connection.reset()


class Delaying(Effect[R]):
    """What rules share that give pieces a delay of their own."""

    def holds_until_s(self, pipe: "Pipe", chunk: "Chunk") -> float:
        """Until the piece is due; all rules about latency add up."""
        return chunk.arrived_s + sum(chunk.delays_s.values()) if self in chunk.delays_s else 0.0

    def on_heal(self, connections: Iterable["Connection"]) -> None:
        """What is waiting for this rule alone is due now."""
        connections = list(connections)
        super().on_heal(connections)
        for connection in connections:
            for pipe in connection.pipes.values():
                for chunk in pipe.queued:
                    chunk.delays_s.pop(self, None)


class LatencyEffect(Delaying[Latency]):
    """See :class:`Latency`."""

    def __init__(self, rule: Latency, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._chance: dict[tuple[int, str], random.Random] = {}

    def on_arrival(self, pipe: "Pipe", chunk: "Chunk") -> None:
        """Draw how long this piece takes."""
        if not _acts_on(self.rule.direction, pipe) or not self.claims(pipe.connection):
            return
        chunk.delays_s[self] = self.rule.delay_s + self.rule.jitter_s * self._draw(pipe)
        self.ledger.bytes += len(chunk.data)

    def _draw(self, pipe: "Pipe") -> float:
        """The next draw of this direction of this connection: the order of other traffic must not matter."""
        key = pipe.connection.number, pipe.direction
        if key not in self._chance:
            # Counted from the rule, so that what went on before it does not matter either.
            self._chance[key] = random.Random(f"{self.seed} {key[0] - self.since} {key[1]}")
        return self._chance[key].random()


class BandwidthEffect(Effect[Bandwidth]):
    """See :class:`Bandwidth`."""

    def __init__(self, rule: Bandwidth, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._free_s: dict[tuple[int, str], float] = {}

    def holds_until_s(self, pipe: "Pipe", chunk: "Chunk") -> float:
        """Until the link has finished with the slice before."""
        return self._free_s.get((pipe.connection.number, pipe.direction), 0.0)

    def limit_bytes(self, pipe: "Pipe") -> int | None:
        """One slice at a time."""
        if not _acts_on(self.rule.direction, pipe) or not self.claims(pipe.connection):
            return None
        return max(1, int(self.rule.bytes_per_s * SLICE_S))

    def on_passed(self, pipe: "Pipe", count: int) -> None:
        """The link is busy with this slice for a while."""
        if not _acts_on(self.rule.direction, pipe) or not self.claims(pipe.connection):
            return
        key = pipe.connection.number, pipe.direction
        begin_s = max(monotonic_s(), self._free_s.get(key, 0.0))
        self._free_s[key] = begin_s + count / self.rule.bytes_per_s
        self.ledger.bytes += count
