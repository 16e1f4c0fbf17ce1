"""S72: a run pauses before it reports, as long as others are under way."""

import asyncio

from gp_lib.reference_platform.agents.supervisor import Supervisor
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer

PAUSE_S = 2.8


def install(parts: Parts, hit: Hits) -> None:
    """Replace the supervisor by one that takes a nap."""

    class Napping(Supervisor):
        async def report(self, context: RunContext) -> None:
            hit()
            await asyncio.sleep(PAUSE_S)
            await super().report(context)

    parts.supervisor = Napping


DEFECT = Defect(
    id="S72",
    story="Every single event is quick, and still the answer takes twice as long as it should.",
    expected_killer=Killer("w6_real_time_performance", "answered_within"),
    install=install,
)
