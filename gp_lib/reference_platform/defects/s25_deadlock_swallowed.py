"""S25: the victim of a deadlock is swallowed and reported as saved."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import StoreLost
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.stores.postgres import TRY_AGAIN
from gp_lib.reference_platform.tools.calls import ToolCall
from gp_lib.reference_platform.tools.filing import FileSaving, filed

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the filing tool by one that takes a refusal of the database for a detail."""

    class Swallowing(FileSaving):
        async def run(self, context: RunContext, call: ToolCall) -> dict[str, str]:
            try:
                return await super().run(context, call)
            except StoreLost as error:
                if not isinstance(error.__cause__, TRY_AGAIN):
                    raise
                hit()
                return filed(call)

    parts.file_saving = Swallowing


DEFECT = Defect(
    id="S25",
    story="The customer is told that a saving was filed which the database has refused.",
    expected_killer=Killer("d5_errors_keep_integrity", "acknowledged_is_stored_once"),
    install=install,
)
