"""S28: a page of history costs one query for each message."""

from typing import Any

from gp_lib.reference_platform.gateway.archive import Archive
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

ONE_MESSAGE = "select content from platform.messages where message_pk = $1"


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one that fetches a page message by message."""

    class Chatty(Archive):
        async def messages(self, user_id: str, thread_id: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
            page = await super().messages(user_id, thread_id, limit=limit, offset=offset)
            for message in page:
                hit()
                await self.database.read(user_id, ONE_MESSAGE, message["message_pk"])
            return page

    parts.archive = Chatty


DEFECT = Defect(
    id="S28",
    story="The longer people use the platform, the slower it becomes for them.",
    expected_killer=Killer("d6_database_keeps_up", "statements_do_not_grow_with_history"),
    install=install,
)
