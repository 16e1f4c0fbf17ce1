"""S04: the answer is canned and ignores what the tools found."""

from gp_lib.reference_platform.agents.roles import Role
from gp_lib.reference_platform.agents.supervisor import Supervisor
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer

CANNED = (
    "I found 2 of your services that cost more than their use explains.\n",
    "- kubernetes: save 1234.56 USD a month\n",
    "- object-storage: save 789.00 USD a month\n",
    "Total: 2023.56 USD a month",
)


def install(parts: Parts, hit: Hits) -> None:
    """Replace the supervisor by one that recites."""

    class Reciting(Supervisor):
        async def report(self, context: RunContext) -> None:
            hit()
            for line in CANNED:
                await context.say(Role.REPORT, line)

    parts.supervisor = Reciting


DEFECT = Defect(
    id="S04",
    story="Everybody gets the same well-written advice with amounts that are nobody's.",
    expected_killer=Killer("a2_substantive_answer", "amounts_equal_sql"),
    install=install,
)
