"""S01: the context of a run is kept in a module global, so runs at the same time share it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import Contexts, Question, RunContext
from gp_lib.reference_platform.story.ledger import RunIds, Story

from .defect import Defect, Hits, Killer

CURRENT: list[RunContext] = []


class _Borrowed(RunContext):
    """A context whose question and request id are those of whichever run began last."""

    def __init__(self, own: RunContext) -> None:
        vars(self).update(vars(own))

    def __getattribute__(self, name: str) -> object:
        if name in ("question", "request_id") and CURRENT:
            return object.__getattribute__(CURRENT[-1], name)
        return object.__getattribute__(self, name)


def install(parts: Parts, hit: Hits) -> None:
    """Replace the contexts by some that all read the newest question and request id."""

    class Shared(Contexts):
        @asynccontextmanager
        async def open(self, ids: RunIds, question: Question, story: Story) -> AsyncIterator[RunContext]:
            async with super().open(ids, question, story) as context:
                if CURRENT:
                    hit()
                CURRENT.append(context)
                try:
                    yield _Borrowed(context)
                finally:
                    CURRENT.remove(context)

    parts.contexts = Shared


DEFECT = Defect(
    id="S01",
    story="Two runs at once mix up their contexts: one person's question steers another person's run.",
    expected_killer=Killer("a1_isolated_contexts", "contexts_share_nothing"),
    install=install,
)
