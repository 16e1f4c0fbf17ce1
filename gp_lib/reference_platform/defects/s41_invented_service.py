"""S41: the report recommends a service that the customer does not have."""

from gp_lib.reference_platform.agents.roles import Role
from gp_lib.reference_platform.agents.supervisor import Supervisor
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer

INVENTED = "\n- mainframe: save 99.00 USD a month"


def install(parts: Parts, hit: Hits) -> None:
    """Replace the supervisor by one that lets the model's imagination through."""

    class Imaginative(Supervisor):
        async def relay_report(self, context: RunContext) -> None:
            await super().relay_report(context)
            hit()
            await context.say(Role.REPORT, INVENTED)

    parts.supervisor = Imaginative


DEFECT = Defect(
    id="S41",
    story="Below true recommendations stands an invented one: nobody holds the report against the customer's data.",
    expected_killer=Killer("a2_substantive_answer", "recommendations_name_own_services"),
    install=install,
)
