"""S09: the idempotency key is lost when a tool is tried again, so its effect happens twice."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.tools.calls import ToolCall
from gp_lib.reference_platform.tools.filing import FileSaving

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the filing tool by one that takes each attempt for a new call."""

    class Forgetful(FileSaving):
        def idempotency_key(self, call: ToolCall) -> str:
            if call.attempt == 1:
                return call.call_id
            hit()
            return f"{call.call_id}-{call.attempt}"

    parts.file_saving = Forgetful


DEFECT = Defect(
    id="S09",
    story="A saving whose COMMIT was not answered is filed again: the customer's service is cut down twice.",
    expected_killer=Killer("a4_tools_end_to_end", "effect_happened_once"),
    install=install,
)
