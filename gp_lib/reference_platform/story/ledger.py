"""The outbox: an event and the state it announces commit in one transaction; only then is the event delivered."""

import asyncio
import functools
import logging
import uuid
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

import asyncpg

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.problems import Fenced, OutcomeUnknown, StoreLost
from gp_lib.reference_platform.protocol import Draft, Event
from gp_lib.reference_platform.stores.postgres import TRY_AGAIN, Connection, Database

log = logging.getLogger("platform.ledger")

Change: TypeAlias = Callable[[Connection, Event], Awaitable[None]]
"""State that changes together with an event, in the event's own transaction."""

Step: TypeAlias = Callable[[Connection], Awaitable[None]]
"""A whole transaction but for its beginning and its COMMIT.

It is run again after a rollback, and also when nobody knows whether it was committed: its first try may then come
true at any moment, and the second one has to notice.
"""

PATIENCE_S = 15.0
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.5

APPEND = """
insert into platform.events (event_id, run_id, user_id, thread_id, seq, type, agent_name, body)
select e.event_id, r.run_id, r.user_id, r.thread_id, e.seq, e.type, e.agent_name, e.frame::jsonb
from platform.runs r,
    unnest($3::uuid[], $4::integer[], $5::text[], $6::text[], $7::text[]) as e (event_id, seq, type, agent_name, frame)
where r.run_id = $1 and r.gateway_id = $2 and r.status = 'running'
on conflict (event_id) do nothing
"""
STORED = "select 1 from platform.events where event_id = $1"


@dataclass(frozen=True, slots=True)
class RunIds:
    """Whose run it is, and where it belongs."""

    run_id: str
    thread_id: str
    user_id: str


class Ledger:
    """Writes events for the runs of one gateway."""

    def __init__(self, database: Database, announce: Callable[[Sequence[Event]], None], gateway_id: str) -> None:
        self.database = database
        self.announce = announce
        self.gateway_id = gateway_id

    def compose(self, ids: RunIds, seq: int, draft: Draft) -> Event:
        """The event that ``draft`` becomes at place ``seq`` of its run; it exists nowhere yet."""
        moment = protocol.now()
        body = {
            "type": draft.type,
            "event_id": str(uuid.uuid4()),
            "seq": seq,
            "run_id": ids.run_id,
            "thread_id": ids.thread_id,
            "user_id": ids.user_id,
            "agent_name": draft.agent_name,
            "timestamp": protocol.rfc3339(moment),
            "payload": protocol.storable(draft.payload),
        }
        return protocol.event_from_body(body)

    async def append(self, events: Sequence[Event], change: Change | None = None) -> None:
        """Store ``events`` of one run and what changes with the last of them, then hand them to delivery.

        Raises:
            Fenced: the run is not this gateway's any more; nothing was stored.
            StoreLost: the database stayed away; nothing was stored.
        """
        await self.record(events, functools.partial(self.write, events=events, change=change))

    async def record(self, events: Sequence[Event], step: Step) -> None:
        """Run the transaction ``step``, of which ``events`` are a part; deliver them once it is committed."""
        await self.store(events, step)
        self.announce(events)

    async def store(self, events: Sequence[Event], step: Step) -> None:
        """Commit ``step`` exactly once, however often the connection breaks meanwhile."""
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + PATIENCE_S
        pause_s = FIRST_PAUSE_S
        while not await self._attempt(events[-1], step):
            if loop.time() > give_up_at:
                raise StoreLost(f"an event could not be stored for {PATIENCE_S:.0f} s")
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)

    async def _attempt(self, event: Event, step: Step) -> bool:
        """Whether the step with ``event`` is now stored; false means that it may be tried again."""
        try:
            await self.database.transact(event.user_id, step)
        except OutcomeUnknown as doubt:
            log.warning("%s; looking for event %s on another connection", doubt, event.event_id)
            return await self.is_stored(event)
        except (StoreLost, *TRY_AGAIN) as error:
            log.warning("event %s was not stored: %s", event.event_id, error)
            return False
        return True

    async def write(self, connection: Connection, *, events: Sequence[Event], change: Change | None) -> None:
        """Put ``events`` and their change into the open transaction."""
        try:
            done = await connection.execute(APPEND, events[0].run_id, self.gateway_id, *_columns(events))
        except asyncpg.UniqueViolationError as taken:
            raise Fenced("another gateway has continued this run") from taken
        if done == f"INSERT 0 {len(events)}":
            if change is not None:
                await change(connection, events[-1])
        elif not await connection.fetchval(STORED, events[-1].event_id):
            raise Fenced("this run is not ours, or it has ended")

    async def is_stored(self, event: Event) -> bool:
        """Whether ``event`` was committed after all; false too while nobody can be asked."""
        try:
            return bool(await self.database.read(event.user_id, STORED, event.event_id))
        except StoreLost:
            return False


def _columns(events: Sequence[Event]) -> tuple[list[str] | list[int], ...]:
    return (
        [event.event_id for event in events],
        [event.seq for event in events],
        [event.type for event in events],
        [event.agent_name for event in events],
        [event.frame for event in events],
    )


class Story:
    """One run's events in order. A run has one story object, so ``seq`` has no gaps and no doubles."""

    def __init__(self, ids: RunIds, ledger: Ledger, last_seq: int) -> None:
        self.ids = ids
        self.last_seq = last_seq
        self.ended = False
        self._ledger = ledger
        self._turn = asyncio.Lock()

    async def tell(self, drafts: Sequence[Draft], change: Change | None = None) -> list[Event]:
        """Append events, all in one transaction; returns when they are committed.

        Whoever waits may be cancelled; the step itself is not: a COMMIT that is cut off half-way has no known outcome.

        Raises:
            Fenced: the run has ended, or belongs to somebody else now.
            StoreLost: the database stayed away.
        """
        step = asyncio.ensure_future(self._append(drafts, change))
        step.add_done_callback(_note_failure)
        return await asyncio.shield(step)

    async def _append(self, drafts: Sequence[Draft], change: Change | None) -> list[Event]:
        async with self._turn:
            if self.ended:
                raise Fenced("the run has ended")
            places = enumerate(drafts, start=self.last_seq + 1)
            events = [self._ledger.compose(self.ids, seq, draft) for seq, draft in places]
            await self._ledger.append(events, change)
            self.last_seq = events[-1].seq
            self.ended = events[-1].ends_run
            return events


def _note_failure(step: "asyncio.Future[list[Event]]") -> None:
    """Look at the outcome, so that a step whose waiter was cancelled does not fail unheard."""
    if not step.cancelled() and (error := step.exception()) is not None:
        log.info("a step failed: %s", error)
