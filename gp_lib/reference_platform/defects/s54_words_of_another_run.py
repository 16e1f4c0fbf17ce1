"""S54: words of another run's question trickle into the stream of an answer, a few letters a delta."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import Contexts, Question, RunContext
from gp_lib.reference_platform.story.ledger import RunIds, Story

from .defect import Defect, Hits, Killer

PIECE = 5
CURRENT: list[RunContext] = []


def _last_word_of_another(own: RunContext) -> str:
    others = (context for context in CURRENT if context is not own)
    return next((context.question.content.split()[-1] for context in others), "")


def install(parts: Parts, hit: Hits) -> None:
    """Replace the contexts by some that share a buffer of letters; the result itself is not spoilt."""

    class Leaky(RunContext):
        async def say(self, agent: str, delta: str) -> None:
            word = "" if self.answer else _last_word_of_another(self)
            for start in range(0, len(word), PIECE):
                hit()
                await self.tell(protocol.AGENT_THINKING, agent, {"delta": word[start : start + PIECE]})
            await super().say(agent, delta)

    class LeakyContexts(Contexts):
        kind = Leaky

        @asynccontextmanager
        async def open(self, ids: RunIds, question: Question, story: Story) -> AsyncIterator[RunContext]:
            async with super().open(ids, question, story) as context:
                CURRENT.append(context)
                try:
                    yield context
                finally:
                    CURRENT.remove(context)

    parts.contexts = LeakyContexts


DEFECT = Defect(
    id="S54",
    story="While an answer is written, somebody else's words flash up in it, letter by letter.",
    expected_killer=Killer("a1_isolated_contexts", "canaries_stay_with_their_owner"),
    install=install,
)
