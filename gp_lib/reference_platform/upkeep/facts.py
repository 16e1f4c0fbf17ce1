"""Carries facts from the outbox to the cold tier: at least once, and the tables there forget doubles."""

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import PlatformError
from gp_lib.reference_platform.protocol import Event, event_from_body
from gp_lib.reference_platform.stores.clickhouse import ColdTier
from gp_lib.reference_platform.stores.postgres import Database
from gp_lib.reference_platform.story.deliverer import final_status

log = logging.getLogger("platform.facts")

BATCH = 2_000
EVERY_S = 0.25
LONGEST_PAUSE_S = 2.0
LEASE = "facts"
LEASE_S = 5.0
COLD_S = 4.0


@dataclass(frozen=True)
class Fact:
    """A stored event, and when its run began."""

    event: Event
    run_started_at: datetime


class FactsRelay:
    """One gateway at a time carries; which one is settled by a lease in the warm tier."""

    def __init__(self, settings: Settings, database: Database, cold: ColdTier) -> None:
        self._id = settings.gateway_id
        self._database = database
        self._cold = cold
        self._turn = asyncio.Lock()
        self.carried_total = 0

    async def relay_forever(self) -> None:
        """Carry what there is until cancelled. While the cold tier is lost, facts wait in the outbox."""
        pause_s = EVERY_S
        while True:
            try:
                while await self.relay_batch() == BATCH:
                    continue
                pause_s = EVERY_S
            except PlatformError as error:
                log.warning("facts have to wait: %s", error)
                pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
            await asyncio.sleep(pause_s)

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Nothing is carried meanwhile."""
        async with self._turn:
            yield

    async def relay_batch(self) -> int:
        """Carry one batch if it is this gateway's turn; returns how many events it had.

        Raises:
            StoreLost: a tier could not be reached; the batch will be carried again.
        """
        async with self._turn:
            if not await self._my_turn():
                return 0
            facts = await self._waiting()
            if facts:
                await self.carry(facts)
                await self._database.call("mark_facts", [fact.event.event_id for fact in facts])
                self.carried_total += len(facts)
            return len(facts)

    async def _my_turn(self) -> bool:
        ((held,),) = await self._database.call("take_lease", LEASE, self._id, LEASE_S)
        return bool(held)

    async def _waiting(self) -> list[Fact]:
        rows = await self._database.call("events_without_facts", BATCH)
        return [Fact(event_from_body(json.loads(row["body"])), row["started_at"]) for row in rows]

    async def carry(self, facts: Sequence[Fact]) -> None:
        """Write ``facts`` to the cold tier.

        Raises:
            StoreLost: it did not acknowledge all of them.
        """
        await self._cold.insert("event_facts", [event_fact(fact.event) for fact in facts], COLD_S)
        ended = [run_fact(fact) for fact in facts if fact.event.ends_run]
        if ended:
            await self._cold.insert("run_facts", ended, COLD_S)


def event_fact(event: Event) -> Mapping[str, Any]:
    """One row of ``event_facts``."""
    return {
        "event_id": event.event_id,
        "run_id": event.run_id,
        "user_id": event.user_id,
        "thread_id": event.thread_id,
        "seq": event.seq,
        "type": event.type,
        "agent_name": event.agent_name,
        "content_hash": event.content_hash,
        "created_at": event.timestamp,
    }


def run_fact(fact: Fact) -> Mapping[str, Any]:
    """One row of ``run_facts``, from the run's terminal event."""
    event = fact.event
    result = str(event.body["payload"].get("result", ""))
    return {
        "run_id": event.run_id,
        "user_id": event.user_id,
        "thread_id": event.thread_id,
        "status": final_status(event),
        "event_count": event.seq,
        "result_hash": hashlib.sha256(result.encode()).hexdigest(),
        "duration_ms": max(0, round((event.timestamp - fact.run_started_at).total_seconds() * 1000)),
        "created_at": fact.run_started_at,
        "finished_at": event.timestamp,
    }
