"""S77: a transaction stays open while something else is awaited."""

import asyncio
from typing import Any

from gp_lib.reference_platform.gateway.archive import MESSAGES, Archive, as_dicts
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Connection

from .defect import Defect, Hits, Killer

AWAY_S = 2.0


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one that does something else between its query and the COMMIT."""

    class Distracted(Archive):
        async def messages(self, user_id: str, thread_id: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
            async def work(connection: Connection) -> list[dict[str, Any]]:
                rows = await connection.fetch(MESSAGES, thread_id, limit, offset)
                hit()
                await asyncio.sleep(AWAY_S)
                return as_dicts(rows)

            return await self.database.repeatable(user_id, work)

    parts.archive = Distracted


DEFECT = Defect(
    id="S77",
    story="A transaction waits for something that is not the database, and keeps its connection meanwhile.",
    expected_killer=Killer("d6_database_keeps_up", "transactions_within"),
    install=install,
)
