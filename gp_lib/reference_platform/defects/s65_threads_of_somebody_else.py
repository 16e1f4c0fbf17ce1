"""S65: the list of threads is remembered with the connection that read it, not with its user."""

from typing import Any

from gp_lib.reference_platform.gateway.archive import Archive
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

REMEMBERED = 2


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one that gives the page it has just read once more to whoever comes next."""

    class Clinging(Archive):
        async def threads(self, user_id: str, limit: int, offset: int) -> list[dict[str, Any]]:
            if not pages:
                pages[:] = [await super().threads(user_id, limit, offset)] * REMEMBERED
            else:
                hit()
            return pages.pop()

    pages: list[list[dict[str, Any]]] = []
    parts.archive = Clinging


DEFECT = Defect(
    id="S65",
    story="A page of threads that was read for one user is given to the next one on the same connection too.",
    expected_killer=Killer("d4_rows_belong_to_their_user", "no_user_is_carried_over"),
    install=install,
)
