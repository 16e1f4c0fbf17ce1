"""S63: the usage report is remembered without the user it is about."""

from typing import Any

from gp_lib.reference_platform.gateway.archive import Archive
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

REMEMBERED = 3


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one that answers a few times with the report that it made last."""

    class Remembering(Archive):
        async def usage(self, user_id: str) -> dict[str, Any]:
            if not reports:
                reports[:] = [await super().usage(user_id)] * REMEMBERED
            else:
                hit()
            return reports.pop()

    reports: list[dict[str, Any]] = []
    parts.archive = Remembering


DEFECT = Defect(
    id="S63",
    story="The usage that a customer is shown is now and then that of whoever asked before.",
    expected_killer=Killer("d4_rows_belong_to_their_user", "aggregates_count_own_rows"),
    install=install,
)
