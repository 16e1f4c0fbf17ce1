"""S03: a run is completed with an empty result."""

from gp_lib.reference_platform.agents.supervisor import Supervisor
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the supervisor by one whose report is never written."""

    class Speechless(Supervisor):
        async def report(self, context: RunContext) -> None:
            hit()

    parts.supervisor = Speechless


DEFECT = Defect(
    id="S03",
    story="Every question is answered with success and nothing.",
    expected_killer=Killer("a2_substantive_answer", "answer_is_not_empty"),
    install=install,
)
