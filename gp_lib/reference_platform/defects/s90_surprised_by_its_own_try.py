"""S90: a message that is stored again, in doubt whether it was, trips over its own first try."""

import asyncpg

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.opening import Opening
from gp_lib.reference_platform.stores.postgres import Connection

from .defect import Defect, Hits, Killer

NEW_THREAD = "insert into platform.threads (thread_id, user_id, title) values ($1, $2, '')"


def install(parts: Parts, hit: Hits) -> None:
    """Replace the opening of a run by one that takes it for granted that its new thread is not there."""

    class Surprised(Opening):
        async def write_thread(self, connection: Connection) -> None:
            if not self.is_new_thread:
                return await super().write_thread(connection)
            try:
                await connection.execute(NEW_THREAD, self.event.thread_id, self.event.user_id)
            except asyncpg.UniqueViolationError:
                hit()
                raise

    parts.opening = Surprised


DEFECT = Defect(
    id="S90",
    story="The database took a message in late; the user is told that it failed, and it is there all the same.",
    expected_killer=Killer("d5_errors_keep_integrity", "refused_is_not_stored"),
    install=install,
)
