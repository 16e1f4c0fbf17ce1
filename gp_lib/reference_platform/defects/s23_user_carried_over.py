"""S23: the user's setting is not reset when a connection goes back to the pool, and history relies on it."""

from typing import Any

import asyncpg

from gp_lib.reference_platform.gateway import archive
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Database

from .defect import Defect, Hits, Killer

HISTORY = (archive.THREADS, archive.MESSAGES, archive.USAGE)


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that sets the user for the session, and not at all for pages of history."""

    class Clinging(Database):
        def opening(self, user_id: str) -> str:
            return super().opening(user_id).replace(", true)", ", false)")

        async def read(self, user_id: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
            if query not in HISTORY:
                return await super().read(user_id, query, *arguments)
            hit()
            async with self.borrowed() as connection:
                return await connection.fetch(query, *arguments)

    parts.database = Clinging


DEFECT = Defect(
    id="S23",
    story="Whoever comes second on a connection sees the history of whoever came first.",
    expected_killer=Killer("d4_rows_belong_to_their_user", "no_user_is_carried_over"),
    install=install,
)
