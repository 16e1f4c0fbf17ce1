"""S06: agent_thinking is never sent."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import Contexts, RunContext

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the contexts by some that keep thoughts to themselves."""

    class Silent(RunContext):
        def think(self, agent: str, reasoning: str) -> None:
            hit()

        async def say(self, agent: str, delta: str) -> None:
            hit()
            self.answer.append(delta)

    class SilentContexts(Contexts):
        kind = Silent

    parts.contexts = SilentContexts


DEFECT = Defect(
    id="S06",
    story="The user cannot watch the agent think, and the answer is not streamed.",
    expected_killer=Killer("a3_events_in_real_time", "all_five_event_types"),
    install=install,
)
