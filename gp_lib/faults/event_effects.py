"""How rules about events act on them, one after the other."""

import random
import uuid
from collections import defaultdict
from collections.abc import Iterable
from typing import TYPE_CHECKING, TypeVar

from gp_lib import contract
from gp_lib.dialects.golden_path import Spoken, respelled
from gp_lib.faults.effects import Effect
from gp_lib.faults.event_frames import EventFrame
from gp_lib.faults.event_rules import (
    CorruptSeq,
    DelayEvent,
    DropEvent,
    EventRule,
    HoldEvents,
    InjectForeign,
    ReaddressEvent,
    RepeatEvent,
    SwapEvents,
    TruncateEvent,
)
from gp_lib.faults.stream_effects import Delaying

if TYPE_CHECKING:
    from gp_lib.faults.connection import Connection

E = TypeVar("E", bound=EventRule)
RunSeen = tuple[int, str]
"""A run as one connection sees it: the connection's number and the run's id."""


class EventEffect(Effect[E]):
    """A rule about events in force: it counts matches per run and strikes those that are chosen."""

    def __init__(self, rule: E, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._roots: dict[RunSeen, str | None] = {}
        self._matches: dict[RunSeen, int] = defaultdict(int)

    def edit(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """What the client gets instead of this frame."""
        if not frame.tells or not self.admits(connection):
            return [frame]
        self.sees(frame.said, connection)
        if not self._fits(frame.said, connection) or not self.next_is_chosen():
            return self.passes(frame, connection)
        self.ledger.strike(connection.number)
        self.ledger.frames += 1
        self.ledger.bytes += len(frame.data)
        return self.strikes(frame, connection)

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """What the client gets instead of a chosen event."""
        raise NotImplementedError

    def passes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """What the client gets when the event is not chosen."""
        return [frame]

    def release(self, connection: "Connection") -> list[EventFrame]:
        """What is held back for a connection, at the end of its stream or of the rule."""
        return []

    def on_heal(self, connections: Iterable["Connection"]) -> None:
        """What was held back goes on."""
        for connection in connections:
            for frame in self.release(connection):
                connection.pipes["down"].insert(frame)

    def can_strike(self, said: Spoken) -> bool:
        """Whether there is what a strike needs, beside the event itself."""
        return True

    def sees(self, said: Spoken, connection: "Connection") -> None:
        """An event comes by, chosen or not."""
        if said.type == contract.AGENT_STARTED:
            self._roots.setdefault(_run(said, connection), said.agent_name)

    def is_terminal(self, said: Spoken, connection: "Connection") -> bool:
        """Whether this is the last word of the run's root agent."""
        root = self._roots.get(_run(said, connection))
        return said.type in contract.TERMINAL_EVENTS and said.agent_name == root

    def _fits(self, said: Spoken, connection: "Connection") -> bool:
        rule = self.rule
        if rule.event not in (None, said.type) or not self.can_strike(said):
            return False
        if rule.terminal and not self.is_terminal(said, connection):
            return False
        run = _run(said, connection)
        self._matches[run] += 1
        return rule.kth is None or self._matches[run] == rule.kth


def _run(said: Spoken, connection: "Connection") -> RunSeen:
    return connection.number, said.run_id or ""


class DropEffect(EventEffect[DropEvent]):
    """See :class:`DropEvent`."""

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """Nothing."""
        return []


class RepeatEffect(EventEffect[RepeatEvent]):
    """See :class:`RepeatEvent`."""

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """The same twice."""
        return [frame, EventFrame(frame.text, frame.raw)]


class TruncateEffect(EventEffect[TruncateEvent]):
    """See :class:`TruncateEvent`."""

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """Its first half."""
        return [EventFrame(frame.text[: len(frame.text) // 2])]


class CorruptSeqEffect(EventEffect[CorruptSeq]):
    """See :class:`CorruptSeq`."""

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """With another number."""
        return [EventFrame(respelled(frame.text, seq=(frame.said.seq or 0) + self.rule.by))]


class DelayEffect(Delaying[DelayEvent], EventEffect[DelayEvent]):
    """See :class:`DelayEvent`."""

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """The same, later."""
        frame.delays_s[self] = self.rule.delay_s
        return [frame]


class SwapEffect(EventEffect[SwapEvents]):
    """See :class:`SwapEvents`."""

    def __init__(self, rule: SwapEvents, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._held: dict[RunSeen, EventFrame] = {}

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """Nothing yet, or this one and then the one that waits."""
        run = _run(frame.said, connection)
        if run in self._held:
            return self.passes(frame, connection)
        self._held[run] = frame
        return []

    def passes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """This one and then the one that waits for it."""
        held = self._held.pop(_run(frame.said, connection), None)
        return [frame] if held is None else [frame, held]

    def release(self, connection: "Connection") -> list[EventFrame]:
        """Those that waited in vain."""
        return [self._held.pop(run) for run in list(self._held) if run[0] == connection.number]


class HoldEffect(EventEffect[HoldEvents]):
    """See :class:`HoldEvents`."""

    def __init__(self, rule: HoldEvents, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._held: dict[RunSeen, list[EventFrame]] = defaultdict(list)

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """Nothing yet; with the terminal event, everything."""
        if self.is_terminal(frame.said, connection):
            return self.passes(frame, connection)
        self._held[_run(frame.said, connection)].append(frame)
        return []

    def passes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """This one; with the terminal event, everything."""
        if not self.is_terminal(frame.said, connection):
            return [frame]
        held = self._held.pop(_run(frame.said, connection), [])
        return [*held, frame] if self.rule.until == "before" else [frame, *held]

    def release(self, connection: "Connection") -> list[EventFrame]:
        """Those whose run did not end."""
        runs = [run for run in self._held if run[0] == connection.number]
        return [frame for run in runs for frame in self._held.pop(run)]


class ReaddressEffect(EventEffect[ReaddressEvent]):
    """See :class:`ReaddressEvent`."""

    def __init__(self, rule: ReaddressEvent, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._seen: dict[str, None] = {}
        self._chance = random.Random(seed)

    def sees(self, said: Spoken, connection: "Connection") -> None:
        """Remember the addresses there are."""
        super().sees(said, connection)
        if (own := self._own(said)) is not None:
            self._seen[own] = None

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """With another address."""
        others = [address for address in self._seen if address != self._own(frame.said)]
        other = self._chance.choice(others) if others else str(uuid.UUID(int=self._chance.getrandbits(128), version=4))
        return [EventFrame(respelled(frame.text, **{f"{self.rule.address}_id": other}))]

    def _own(self, said: Spoken) -> str | None:
        return {"user": said.user_id, "run": said.run_id, "thread": said.thread_id}[self.rule.address]


class InjectEffect(EventEffect[InjectForeign]):
    """See :class:`InjectForeign`."""

    def __init__(self, rule: InjectForeign, *, seed: str = "", since: int = 0) -> None:
        super().__init__(rule, seed=seed, since=since)
        self._last: dict[str, str] = {}

    def edit(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """Remember what each user got last."""
        frames = super().edit(frame, connection)
        if frame.tells and frame.said.user_id is not None:
            self._last[frame.said.user_id] = frame.text
        return frames

    def can_strike(self, said: Spoken) -> bool:
        """Somebody else got something before."""
        return bool(self._last.keys() - {said.user_id})

    def strikes(self, frame: EventFrame, connection: "Connection") -> list[EventFrame]:
        """This one, and what somebody else got last."""
        foreign = [text for user, text in self._last.items() if user != frame.said.user_id]
        return [frame, EventFrame(foreign[-1])]
