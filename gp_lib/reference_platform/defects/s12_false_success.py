"""S12: the error path reports success."""

from gp_lib.reference_platform.agents.supervisor import Supervisor
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.runs.ending import answered, finish

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the supervisor by an optimist."""

    class Optimist(Supervisor):
        async def conclude(self, context: RunContext) -> None:
            if context.status == "partial":
                hit()
            await context.end(answered("completed", context.result, context.elapsed_ms), finish)

    parts.supervisor = Optimist


DEFECT = Defect(
    id="S12",
    story="An answer with parts missing is announced, stored and billed as complete.",
    expected_killer=Killer("a6_degrades_honestly", "no_success_is_claimed"),
    install=install,
)
