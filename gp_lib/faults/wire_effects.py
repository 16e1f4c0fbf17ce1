"""How rules act on what a parser recognises: PostgreSQL's COMMIT and WebSocket frames."""

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Generic, TypeVar
from weakref import WeakKeyDictionary

from gp_lib.clock import monotonic_s
from gp_lib.faults.effects import Effect
from gp_lib.faults.rules import CommitRule, CutAtCommit, CutInFrame, Ending, FrameRule, StallAtFrame, StallCommit
from gp_lib.faults.wire import CommitMark, FrameMark

if TYPE_CHECKING:
    from gp_lib.faults.connection import Connection
    from gp_lib.faults.pipe import Chunk, Pipe

C = TypeVar("C", bound=CommitRule)
F = TypeVar("F", bound=FrameRule)


class _CommitEffect(Effect[C], Generic[C]):
    """What both rules about COMMIT share: finding the matching ones, and choosing once for each."""

    def __init__(self, rule: C, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._struck_s: WeakKeyDictionary[CommitMark, float | None] = WeakKeyDictionary()

    def limit_bytes(self, pipe: "Pipe") -> int | None:
        """What comes before the next matching COMMIT may pass."""
        ahead = [mark.start - pipe.delivered for mark in self._matching(pipe) if mark.start > pipe.delivered]
        return min(ahead, default=None)

    def strikes_s(self, pipe: "Pipe") -> list[float]:
        """When the matching COMMITs at the very head of the pipe were struck; the first call strikes them."""
        at_head = (mark for mark in self._matching(pipe) if mark.start <= pipe.delivered)
        return [struck_s for mark in at_head if (struck_s := self._decide(mark, pipe)) is not None]

    def _matching(self, pipe: "Pipe") -> Iterator[CommitMark]:
        wanted = "up" if self.rule.side == "request" else "down"
        if pipe.direction != wanted or not self.admits(pipe.connection):
            return
        for mark in pipe.marks:
            if isinstance(mark, CommitMark) and mark.contains(self.rule.matching):
                yield mark

    def _decide(self, mark: CommitMark, pipe: "Pipe") -> float | None:
        if mark not in self._struck_s:
            self._struck_s[mark] = None
            if self.next_is_chosen():
                self._struck_s[mark] = monotonic_s()
                self.ledger.strike(pipe.connection.number)
                self.ledger.bytes += pipe.queued_bytes
                self.on_strike(pipe.connection)
        return self._struck_s[mark]

    def on_strike(self, connection: "Connection") -> None:
        """A COMMIT on this connection was chosen just now."""


class StallCommitEffect(_CommitEffect[StallCommit]):
    """See :class:`StallCommit`."""

    def holds_until_s(self, pipe: "Pipe", chunk: "Chunk") -> float:
        """Until each COMMIT at the head has been held long enough."""
        hold_s = math.inf if self.rule.hold_s is None else self.rule.hold_s
        return max((struck_s + hold_s for struck_s in self.strikes_s(pipe)), default=0.0)

    def on_strike(self, connection: "Connection") -> None:
        """Leave the client alone with its doubt, if that is the rule."""
        if self.rule.hang_up:
            connection.hang_up()


class CutAtCommitEffect(_CommitEffect[CutAtCommit]):
    """See :class:`CutAtCommit`."""

    def cuts(self, pipe: "Pipe") -> Ending | None:
        """By RST, when a chosen COMMIT is at the head."""
        return "reset" if self.strikes_s(pipe) else None


class _FrameEffect(Effect[F], Generic[F]):
    """What both rules about frames share: counting them on each connection, and finding the place to strike."""

    def __init__(self, rule: F, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._frames_before: dict[int, int] = {}

    def on_impose(self, connections: Iterable["Connection"]) -> None:
        """Frames that have begun to leave before the rule do not count."""
        for connection in connections:
            pipe = connection.pipes[self.rule.direction]
            to_come = [mark for mark in pipe.marks if mark.start >= pipe.delivered]
            self._frames_before[connection.number] = connection.wire.frames[self.rule.direction] - len(to_come)

    def limit_bytes(self, pipe: "Pipe") -> int | None:
        """What comes before the place may pass."""
        place = self._place(pipe)
        return None if place is None else max(1, place - pipe.delivered)

    def strikes(self, pipe: "Pipe") -> bool:
        """Whether the stream has come to the place, and this connection is chosen; the first "yes" is a strike."""
        place = self._place(pipe)
        if place is None or place > pipe.delivered or not self.claims(pipe.connection):
            return False
        self.ledger.frames += 1
        self.ledger.bytes += pipe.connection.queued_bytes
        return True

    def _place(self, pipe: "Pipe") -> int | None:
        """Where in the stream to strike, when the frame is in sight."""
        if pipe.direction != self.rule.direction or self.passed_over(pipe.connection):
            return None
        first = self._frames_before.get(pipe.connection.number, 0) + self.rule.frame
        for mark in pipe.marks:
            if isinstance(mark, FrameMark) and mark.ordinal >= first:
                place = self.place_in(mark)
                if place is not None:
                    return place
        return None

    def place_in(self, mark: FrameMark) -> int | None:
        """Where at this frame to strike; ``None`` when it is too small for that."""
        return mark.start


class CutInFrameEffect(_FrameEffect[CutInFrame]):
    """See :class:`CutInFrame`."""

    def cuts(self, pipe: "Pipe") -> Ending | None:
        """Once the stream has come to the place."""
        return self.rule.how if self.strikes(pipe) else None

    def place_in(self, mark: FrameMark) -> int | None:
        """Before the frame, behind the first byte of its header, or in the middle of its payload."""
        if self.rule.part == "before":
            return mark.start
        if self.rule.part == "header":
            return mark.start + 1
        size = mark.end - mark.payload
        return mark.payload + size // 2 if size >= 2 else None


class StallAtFrameEffect(_FrameEffect[StallAtFrame]):
    """See :class:`StallAtFrame`."""

    def __init__(self, rule: StallAtFrame, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._stalled: set[int] = set()

    def holds_until_s(self, pipe: "Pipe", chunk: "Chunk") -> float:
        """Until the rule is healed, once the frame has come; the other direction is held with it."""
        number = pipe.connection.number
        if number not in self._stalled and self.strikes(pipe):
            self._stalled.add(number)
        return math.inf if number in self._stalled else 0.0
