"""Deletes a user: live runs, warm rows, hot keys, cold rows."""

import logging

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.problems import StoreLost, Unavailable
from gp_lib.reference_platform.runs.live import LiveRuns
from gp_lib.reference_platform.stores.clickhouse import DATABASE, ColdTier
from gp_lib.reference_platform.stores.postgres import Connection, Database
from gp_lib.reference_platform.stores.valkey import VALKEY_LOST, Valkey, run_key, stream_key

from .facts import FactsRelay
from .provisioning import Provisioning

log = logging.getLogger("platform.forgetting")

RUNS = "select run_id::text, status from platform.runs"
DELETE = "delete from platform.users where user_id = $1"
COLD_TABLES = ("cost_facts", "run_facts", "event_facts")
COLD_S = 10.0
DRAIN_S = 2.0


class Forgetter:
    """Everything of a user in all tiers; what failed half-way is finished by asking again."""

    def __init__(self, database: Database, hot: Valkey, cold: ColdTier) -> None:
        self._database = database
        self._hot = hot
        self._cold = cold
        self.live: LiveRuns
        self.facts: FactsRelay
        self.provisioning: Provisioning

    async def forget(self, user_id: str) -> None:
        """Delete the user and all that is theirs.

        Raises:
            Unavailable: a tier could not be reached; what is left is deleted when asked again.
        """
        try:
            runs = [row["run_id"] for row in await self._database.read(user_id, RUNS)]
            await self._stop(runs)
            # The relay must not carry rows to the cold tier that it read before they were deleted here.
            async with self.facts.paused():
                await self._warm(user_id)
                await self._cold_rows(user_id)
            await self._hot_keys(user_id, runs)
        except (StoreLost, *VALKEY_LOST) as error:
            raise Unavailable("not everything could be deleted yet; please try again") from error
        finally:
            self.provisioning.forget(user_id)

    async def _stop(self, runs: list[str]) -> None:
        self.live.stop(runs, protocol.RUN_CANCELLED)
        await self.live.gone(runs, DRAIN_S)

    async def _warm(self, user_id: str) -> None:
        async def delete(connection: Connection) -> None:
            await connection.execute(DELETE, user_id)

        await self._database.repeatable(user_id, delete)

    async def _cold_rows(self, user_id: str) -> None:
        for table in COLD_TABLES:
            await self._cold.command(
                f"alter table {DATABASE}.{table} delete where user_id = {{user_id:String}} settings mutations_sync = 1",
                {"user_id": user_id},
                COLD_S,
            )

    async def _hot_keys(self, user_id: str, runs: list[str]) -> None:
        keys = [key for run_id in runs for key in (run_key(run_id), stream_key(run_id))]
        pattern = "gp:cache:" + _literal(user_id) + ":*"
        keys += [key async for key in self._hot.scan_iter(match=pattern, count=500)]
        if keys:
            await self._hot.unlink(*keys)


def _literal(text: str) -> str:
    """``text`` with the characters escaped that have a meaning in a pattern of the hot tier."""
    return "".join(f"\\{char}" if char in "*?[]\\^-" else char for char in text)
