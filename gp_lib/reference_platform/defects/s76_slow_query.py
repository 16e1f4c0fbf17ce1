"""S76: a page of history is found by a query that takes long."""

from typing import Any

from gp_lib.reference_platform.gateway.archive import Archive
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

SLOW = "select content, pg_sleep(0.6) from platform.messages where thread_id = $1 limit 1"


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one whose query works for as long as a scan of a big table does."""

    class Scanning(Archive):
        async def messages(self, user_id: str, thread_id: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
            hit()
            await self.database.read(user_id, SLOW, thread_id)
            return await super().messages(user_id, thread_id, limit=limit, offset=offset)

    parts.archive = Scanning


DEFECT = Defect(
    id="S76",
    story="Reading back takes the database more than half a second: an index is missing.",
    expected_killer=Killer("d6_database_keeps_up", "queries_within"),
    install=install,
)
