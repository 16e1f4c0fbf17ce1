"""S55: the context of a run is never torn down."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import Contexts, Question, RunContext
from gp_lib.reference_platform.story.ledger import RunIds, Story

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the contexts by some that are kept, in case they are needed again."""

    class Hoarding(Contexts):
        @asynccontextmanager
        async def open(self, ids: RunIds, question: Question, story: Story) -> AsyncIterator[RunContext]:
            context = self._alive[ids.run_id] = self.kind(ids, question, story)
            yield context
            hit()

    parts.contexts = Hoarding


DEFECT = Defect(
    id="S55",
    story="Each run leaves its memory behind, until the platform has none left.",
    expected_killer=Killer("a1_isolated_contexts", "live_contexts_return"),
    install=install,
)
