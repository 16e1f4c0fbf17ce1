"""S15: a connection is leaked on the error path."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Connection, Database

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that forgets connections whose transaction failed."""

    class Leaking(Database):
        async def roll_back(self, connection: Connection) -> None:
            await super().roll_back(connection)
            leaked.append(connection)

        async def release(self, connection: Connection) -> None:
            if connection in leaked:
                hit()
            else:
                await super().release(connection)

    leaked: list[Connection] = []
    parts.database = Leaking


DEFECT = Defect(
    id="S15",
    story="Each failed request costs a database connection, until none is left.",
    expected_killer=Killer("d1_connections_under_concurrency", "sessions_return_to_start", slow=True),
    install=install,
)
