"""S79: pages are read a few at a time, with a pause before each."""

import asyncio
from typing import Any

from gp_lib.reference_platform.gateway.archive import Archive
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

PAUSE_S = 5.0


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one that spares the database: everybody waits before they may read."""

    class Sparing(Archive):
        async def messages(self, user_id: str, thread_id: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
            hit()
            await asyncio.sleep(PAUSE_S)
            return await super().messages(user_id, thread_id, limit=limit, offset=offset)

    parts.archive = Sparing


DEFECT = Defect(
    id="S79",
    story="The database is idle and the users wait: somebody throttled them.",
    expected_killer=Killer("d6_database_keeps_up", "bulk_rate"),
    install=install,
)
