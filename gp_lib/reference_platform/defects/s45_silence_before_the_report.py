"""S45: the agent falls silent before it reports."""

import asyncio

from gp_lib.reference_platform.agents.supervisor import Supervisor
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer

SILENCE_S = 11.0


def install(parts: Parts, hit: Hits) -> None:
    """Replace the supervisor by one that has everything it needs and waits all the same."""

    class Brooding(Supervisor):
        async def report(self, context: RunContext) -> None:
            await context.flush()
            hit()
            await asyncio.sleep(SILENCE_S)
            await super().report(context)

    parts.supervisor = Brooding


DEFECT = Defect(
    id="S45",
    story="All tools are done, and for eleven seconds nothing happens: people reload the page and ask again.",
    expected_killer=Killer("a3_events_in_real_time", "gaps_within"),
    install=install,
)
