"""S78: the pool has four connections, whatever is configured."""

import asyncio

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Connection, Database

from .defect import Defect, Hits, Killer

AT_MOST = 4


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that lends no more than a few connections at once."""

    class Stingy(Database):
        def __init__(self, settings: Settings) -> None:
            super().__init__(settings)
            self._free = asyncio.Semaphore(AT_MOST)

        async def acquire(self) -> Connection:
            if self._free.locked():
                hit()
            await self._free.acquire()
            try:
                return await super().acquire()
            except BaseException:
                self._free.release()
                raise

        async def release(self, connection: Connection) -> None:
            self._free.release()
            await super().release(connection)

    parts.database = Stingy


DEFECT = Defect(
    id="S78",
    story="A setting for a laptop went live: a few busy users, and everybody else waits for a connection.",
    expected_killer=Killer("d6_database_keeps_up", "connections_at_once"),
    install=install,
)
