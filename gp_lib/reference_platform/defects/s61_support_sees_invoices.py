"""S61: the policy of one table shows everybody's rows to every user."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Database

from .defect import Defect, Hits, Killer
from .policies import loosen


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one that opens the invoices to every session that names a user."""

    class Open(Database):
        @asynccontextmanager
        async def opened(self) -> AsyncIterator[None]:
            await loosen(self._settings, "invoices", "coalesce(current_setting('platform.user_id', true), '') <> ''")
            hit()
            async with super().opened():
                yield

    parts.database = Open


DEFECT = Defect(
    id="S61",
    story="A policy that was loosened for the support team shows every customer's invoices to every customer.",
    expected_killer=Killer("d4_rows_belong_to_their_user", "foreign_rows_are_invisible"),
    install=install,
)
