"""S07: a tool that raises is never reported as completed."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.tools.calls import ToolCall
from gp_lib.reference_platform.tools.dispatcher import ToolDispatcher

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the dispatcher by one that keeps failures to itself."""

    class Discreet(ToolDispatcher):
        async def tell_failure(self, context: RunContext, call: ToolCall, *, reason: str, began_s: float) -> None:
            hit()
            context.findings.failed[call.tool_name] = reason

    parts.dispatcher = Discreet


DEFECT = Defect(
    id="S07",
    story="When a tool raises, the user never sees tool_completed: the spinner turns for ever.",
    expected_killer=Killer("a4_tools_end_to_end", "every_tool_call_completed"),
    install=install,
)
