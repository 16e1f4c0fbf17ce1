"""S47: a run ends when the socket of its person is lost."""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any

from starlette.websockets import WebSocket

from gp_lib.reference_platform.auth import Session
from gp_lib.reference_platform.gateway.door import Door
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.runs.context import Contexts, Question, RunContext
from gp_lib.reference_platform.story.ledger import RunIds, Story

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace contexts and door by some that tie a run to the socket it is watched on."""
    conducting: dict[str, set[asyncio.Task[Any]]] = defaultdict(set)

    class Tied(Contexts):
        @asynccontextmanager
        async def open(self, ids: RunIds, question: Question, story: Story) -> AsyncIterator[RunContext]:
            task = asyncio.current_task()
            assert task is not None, "runs are conducted in tasks"
            conducting[ids.user_id].add(task)
            try:
                async with super().open(ids, question, story) as context:
                    yield context
            finally:
                conducting[ids.user_id].discard(task)

    class Final(Door):
        async def converse(self, socket: WebSocket, session: Session, opened_at: datetime) -> None:
            try:
                await super().converse(socket, session, opened_at)
            finally:
                for task in conducting[session.user_id]:
                    hit()
                    task.cancel()

    parts.contexts = Tied
    parts.door = Final


DEFECT = Defect(
    id="S47",
    story="A phone changes from one network to the next, and the work of a minute is thrown away.",
    expected_killer=Killer("a6_degrades_honestly", "interrupted_runs_resume"),
    install=install,
)
