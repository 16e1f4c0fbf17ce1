"""S59: the request id is the user's instead of the run's."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import Contexts, Question, RunContext
from gp_lib.reference_platform.story.ledger import RunIds, Story

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the contexts by some that are labelled with their user."""
    known: dict[str, str] = {}

    class Labelled(Contexts):
        @asynccontextmanager
        async def open(self, ids: RunIds, question: Question, story: Story) -> AsyncIterator[RunContext]:
            async with super().open(ids, question, story) as context:
                if ids.user_id in known:
                    hit()
                context.request_id = known.setdefault(ids.user_id, str(uuid.uuid4()))
                yield context

    parts.contexts = Labelled


DEFECT = Defect(
    id="S59",
    story="In traces and logs the runs of one person cannot be told apart.",
    expected_killer=Killer("a1_isolated_contexts", "contexts_share_nothing"),
    install=install,
)
