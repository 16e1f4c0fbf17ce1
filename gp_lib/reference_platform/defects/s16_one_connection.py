"""S16: one global connection is shared by everybody."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Connection, Database

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that always lends the same connection."""

    class Global(Database):
        async def acquire(self) -> Connection:
            if not shared or shared[0].is_closed():
                shared[:] = [await super().acquire()]
            users.append(shared[0])
            if len(users) > 1:
                hit()
            return shared[0]

        async def release(self, connection: Connection) -> None:
            users.pop()

    shared: list[Connection] = []
    users: list[Connection] = []
    parts.database = Global


DEFECT = Defect(
    id="S16",
    story="Under load people find themselves in each other's transactions, or nowhere.",
    expected_killer=Killer("d1_connections_under_concurrency", "everybody_was_answered", slow=True),
    install=install,
)
