"""S64: the history of a thread is escaped for HTML on its way out."""

import html
from typing import Any

from gp_lib.reference_platform.gateway.archive import Archive
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one that takes its client for a page."""

    class Escaping(Archive):
        async def messages(self, user_id: str, thread_id: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
            messages = await super().messages(user_id, thread_id, limit=limit, offset=offset)
            for message in messages:
                escaped = html.escape(message["content"])
                if escaped != message["content"]:
                    hit()
                message["content"] = escaped
            return messages

    parts.archive = Escaping


DEFECT = Defect(
    id="S64",
    story="Quotes and angle brackets come back from yesterday's conversation as &quot; and &lt;.",
    expected_killer=Killer("d4_rows_belong_to_their_user", "texts_survive"),
    install=install,
)
