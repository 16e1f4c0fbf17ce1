"""S26: a connection goes back to the pool in the middle of a failed transaction."""

from contextvars import ContextVar

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Connection, Database, T, Work

from .defect import Defect, Hits, Killer

USER: ContextVar[str | None] = ContextVar("USER", default=None)


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that does not clean up after a failure: the next user's transaction meets it."""

    class Untidy(Database):
        async def transact(self, user_id: str, work: Work[T]) -> T:
            mark = USER.set(user_id)
            try:
                return await super().transact(user_id, work)
            finally:
                USER.reset(mark)

        async def roll_back(self, connection: Connection) -> None:
            if connection in spoilt:
                del spoilt[connection]
                await super().roll_back(connection)
            else:
                spoilt[connection] = USER.get()

        async def release(self, connection: Connection) -> None:
            if connection in spoilt:
                waiting.append(connection)
            else:
                await super().release(connection)

        async def acquire(self) -> Connection:
            # The platform's own chores and the user who had the error are spared: it is the next one who meets it.
            user_id = USER.get()
            if user_id is None or not waiting or spoilt[waiting[-1]] == user_id:
                return await super().acquire()
            hit()
            return waiting.pop()

    spoilt: dict[Connection, str | None] = {}
    waiting: list[Connection] = []
    parts.database = Untidy


DEFECT = Defect(
    id="S26",
    story="After one person's error the next person's request fails, although it is fine.",
    expected_killer=Killer("d5_errors_keep_integrity", "next_user_gets_a_clean_connection", slow=True),
    install=install,
)
