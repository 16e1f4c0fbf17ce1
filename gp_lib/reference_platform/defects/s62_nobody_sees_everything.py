"""S62: a session that names no user is taken for an administrator's."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.stores.postgres import Database

from .defect import Defect, Hits, Killer
from .policies import loosen


def install(parts: Parts, hit: Hits) -> None:
    """Replace the database by one whose threads are open to whoever does not say who they are."""

    class Trusting(Database):
        @asynccontextmanager
        async def opened(self) -> AsyncIterator[None]:
            await loosen(self._settings, "threads", "coalesce(current_setting('platform.user_id', true), '') = ''")
            hit()
            async with super().opened():
                yield

    parts.database = Trusting


DEFECT = Defect(
    id="S62",
    story="Code that forgets to say for whom it works sees the rows of everybody.",
    expected_killer=Killer("d4_rows_belong_to_their_user", "nothing_is_visible_without_a_user"),
    install=install,
)
