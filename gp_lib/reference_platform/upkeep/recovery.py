"""Finishes what a dead gateway left: delivers its stored events, in order, and ends its runs."""

import asyncio
import json
import logging
from dataclasses import dataclass

import asyncpg

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import Fenced, PlatformError
from gp_lib.reference_platform.protocol import Event, event_from_body
from gp_lib.reference_platform.runs.ending import finish, gave_up
from gp_lib.reference_platform.runs.live import LiveRuns
from gp_lib.reference_platform.stores.postgres import Database
from gp_lib.reference_platform.story.deliverer import Deliverer
from gp_lib.reference_platform.story.ledger import Ledger, RunIds, Story

from .heartbeat import Heartbeat

log = logging.getLogger("platform.recovery")

EVERY_S = 0.4
UNDELIVERED = """
select body from platform.events where run_id = $1 and delivered_at is null order by seq
"""
LAST_SEQ = "select coalesce(max(seq), 0) as last_seq from platform.events where run_id = $1"


@dataclass(frozen=True)
class Orphan:
    """A run whose gateway died; ``is_running`` means that it still lacks its terminal event."""

    ids: RunIds
    is_running: bool


class Recovery:
    """Adopts the runs of gateways that died. A run that is fenced off meanwhile is somebody else's to finish."""

    def __init__(self, settings: Settings, database: Database, ledger: Ledger) -> None:
        self._id = settings.gateway_id
        self._database = database
        self._ledger = ledger
        self._adopted: list[Orphan] = []
        self.deliverer: Deliverer
        self.heartbeat: Heartbeat
        self.live: LiveRuns

    async def take_up_own_past(self) -> None:
        """At start: whoever had this gateway's id before is dead.

        Raises:
            StoreLost: the database cannot be asked.
        """
        await self.rescue(self._id)

    async def watch_forever(self) -> None:
        """Look after dead gateways until cancelled."""
        while True:
            await asyncio.sleep(EVERY_S)
            try:
                await self.look_around()
            except PlatformError as error:
                log.warning("recovery has to wait: %s", error)

    async def look_around(self) -> None:
        """Rescue what gateways without a sign of life have left, and own runs that nobody conducts any more.

        Raises:
            StoreLost: the database cannot be asked.
        """
        await self.finish_adopted()
        owners = [row["gateway_id"] for row in await self._database.call("gateways_with_work")]
        for dead in await self.heartbeat.dead(owner for owner in owners if owner != self._id):
            log.warning("gateway %s is dead; its runs are taken over", dead)
            await self.rescue(dead)
        if self._id in owners:
            await self.end_strays()

    async def rescue(self, dead: str) -> None:
        """Adopt the runs of ``dead`` and finish them.

        Raises:
            StoreLost: the database cannot be asked; what was adopted is finished the next time.
        """
        for row in await self._database.call("adopt_runs", dead, self._id):
            self._adopted.append(Orphan(_ids(row), is_running=row["status"] == "running"))
        await self.finish_adopted()

    async def finish_adopted(self) -> None:
        """Deliver what adopted runs have stored, then end those that were running."""
        while self._adopted:
            orphan = self._adopted[0]
            await self.drain(orphan.ids)
            if orphan.is_running:
                await self.interrupt(orphan.ids)
            self._adopted.pop(0)

    async def drain(self, ids: RunIds) -> None:
        """Deliver what the run's outbox holds undelivered, in order."""
        self.deliverer.put(await self.undelivered(ids))

    async def undelivered(self, ids: RunIds) -> list[Event]:
        """What the run's outbox holds undelivered, in order."""
        rows = await self._database.read(ids.user_id, UNDELIVERED, ids.run_id)
        return [event_from_body(json.loads(row["body"])) for row in rows]

    async def interrupt(self, ids: RunIds) -> None:
        """End a run that nobody conducts any more, right after its last stored event."""
        (row,) = await self._database.read(ids.user_id, LAST_SEQ, ids.run_id)
        story = Story(ids, self._ledger, last_seq=row["last_seq"])
        try:
            await story.tell([gave_up(protocol.RUN_INTERRUPTED)], finish)
        except Fenced:
            log.info("run %s was ended by somebody else", ids.run_id)

    async def end_strays(self) -> None:
        """End runs of this gateway that it no longer conducts: their last step could not be stored in time."""
        for row in await self._database.call("running_runs", self._id):
            ids = _ids(row)
            if not self.live.knows(ids.run_id):
                log.warning("run %s was left behind and is ended", ids.run_id)
                await self.interrupt(ids)


def _ids(row: asyncpg.Record) -> RunIds:
    return RunIds(str(row["run_id"]), str(row["thread_id"]), row["user_id"])
