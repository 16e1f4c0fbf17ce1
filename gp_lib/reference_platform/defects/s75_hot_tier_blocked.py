"""S75: each delivery keeps the hot tier from answering anybody else for a while."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.deliverer import Deliverer

from .defect import Defect, Hits, Killer

BLOCKED_S = 0.06
SEARCH = "local began = os.clock() while os.clock() - began < tonumber(ARGV[1]) do end"


def install(parts: Parts, hit: Hits) -> None:
    """Replace the deliverer by one whose script searches for long; scripts run alone."""

    class Searching(Deliverer):
        async def hand_over(self, batch: list[Event]) -> None:
            hit()
            await super().hand_over(batch)
            await self._hot.eval(SEARCH, 0, str(BLOCKED_S))

    parts.deliverer = Searching


DEFECT = Defect(
    id="S75",
    story="The more users talk, the longer each of them waits for the hot tier.",
    expected_killer=Killer("d2_three_tiers_agree", "writes_within[hot]"),
    install=install,
)
