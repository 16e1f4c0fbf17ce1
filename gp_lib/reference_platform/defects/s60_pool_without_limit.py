"""S60: the pool has no limit of its own."""

import dataclasses

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Connection, Database

from .defect import Defect, Hits, Killer

ALMOST_ALL = 60


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that opens as many connections as are asked for."""

    class Boundless(Database):
        def __init__(self, settings: Settings) -> None:
            super().__init__(dataclasses.replace(settings, pool_size=ALMOST_ALL))
            self._meant = settings.pool_size

        async def acquire(self) -> Connection:
            connection = await super().acquire()
            if self.size > self._meant:
                hit()
            return connection

    parts.database = Boundless


DEFECT = Defect(
    id="S60",
    story="The busier the platform, the more connections it takes, until other services get none.",
    expected_killer=Killer("d1_connections_under_concurrency", "sessions_within_pool"),
    install=install,
)
