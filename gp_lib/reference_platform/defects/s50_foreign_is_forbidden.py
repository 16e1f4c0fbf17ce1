"""S50: a run of somebody else's is answered "forbidden", one that nobody has "not found"."""

from typing import Any

from gp_lib.reference_platform.gateway.archive import Archive
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import Forbidden, NotFound

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the archive by one that is too helpful."""

    class Telltale(Archive):
        async def run(self, user_id: str, run_id: str) -> dict[str, Any]:
            try:
                return await super().run(user_id, run_id)
            except NotFound:
                if await self.reader.live_state(run_id) is None:
                    raise
                hit()
                raise Forbidden("this run is somebody else's") from None

    parts.archive = Telltale


DEFECT = Defect(
    id="S50",
    story="Whoever guesses run ids learns which of them exist, and so how busy a competitor is.",
    expected_killer=Killer("a5_no_leak_between_users", "foreign_ids_answer_like_unknown_ones"),
    install=install,
)
