"""S46: the platform asks the model one question at a time."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from gp_lib.reference_platform.agents.model import ModelPort
from gp_lib.reference_platform.agents.roles import Role
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import RunContext

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the way to the model by one that everybody has to queue for."""
    queue = asyncio.Lock()

    @asynccontextmanager
    async def turn() -> AsyncIterator[None]:
        if queue.locked():
            hit()
        async with queue:
            yield

    class SingleFile(ModelPort):
        async def ask(self, role: Role, prompt: str, context: RunContext) -> str:
            async with turn():
                return await super().ask(role, prompt, context)

        async def stream(self, role: Role, prompt: str, context: RunContext) -> AsyncGenerator[str, None]:
            async with turn(), aclosing(super().stream(role, prompt, context)) as pieces:
                async for piece in pieces:
                    yield piece

    parts.model = SingleFile


DEFECT = Defect(
    id="S46",
    story="One call of the model hangs, and everybody else stands behind it.",
    expected_killer=Killer("a6_degrades_honestly", "others_are_unaffected"),
    install=install,
)
