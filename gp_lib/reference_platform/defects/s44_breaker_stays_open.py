"""S44: what failed once is never tried again."""

from typing import Any

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import ToolFailed
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.tools.calls import ToolCall
from gp_lib.reference_platform.tools.dispatcher import UNREACHABLE, ToolDispatcher

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the dispatcher by one whose circuit breaker opens for a customer's tool and stays open."""
    opened: set[tuple[str, str]] = set()

    class Resigned(ToolDispatcher):
        async def attempt(self, context: RunContext, call: ToolCall) -> Any:
            circuit = context.ids.user_id, call.tool_name
            if circuit in opened:
                hit()
                raise ToolFailed(UNREACHABLE)
            try:
                return await super().attempt(context, call)
            except ToolFailed as failure:
                if str(failure) == UNREACHABLE:
                    opened.add(circuit)
                raise

    parts.dispatcher = Resigned


DEFECT = Defect(
    id="S44",
    story="The database was away for a second, and the customer gets partial answers until somebody restarts.",
    expected_killer=Killer("a6_degrades_honestly", "runs_without_fault_complete"),
    install=install,
)
