"""S14: the call of the model has no deadline."""

from gp_lib.reference_platform.agents.model import ModelPort
from gp_lib.reference_platform.agents.roles import Role
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the way to the model by one that waits for ever."""

    class Patient(ModelPort):
        def silence_s(self) -> float | None:
            return None

        async def ask(self, role: Role, prompt: str, context: RunContext) -> str:
            hit()
            return await super().ask(role, prompt, context)

    parts.model = Patient


DEFECT = Defect(
    id="S14",
    story="When the model falls silent, so does the platform.",
    expected_killer=Killer("a6_degrades_honestly", "fallback_within_deadline"),
    install=install,
)
