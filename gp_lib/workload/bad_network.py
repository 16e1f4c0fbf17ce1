"""A person on a bad network: hangs up a silent line, comes back, and asks for what is missing."""

import asyncio
import contextlib
import uuid
from collections.abc import AsyncIterator

from gp_lib.clock import patience
from gp_lib.workload.person import Person
from gp_lib.workload.tab import Tab

MOST_RETURNS = 200
"""How often a person comes back at most: without progress there is an end to patience."""


async def asks_through_cuts(person: Person, content: str, *, silent_s: float) -> None:
    """Ask in the current tab, and come back whenever it is lost, until the run was seen to its end.

    A tab on which nothing came for ``silent_s`` (scaled) seconds is hung up without a goodbye. Each return opens a
    new tab and resumes the run after the last event that came; a question whose run was never announced is put again
    under its message id.
    """
    message_id = str(uuid.uuid4())
    run_id: str | None = None
    ended = False
    for _ in range(MOST_RETURNS):
        async with _hung_up_when_silent(person.tab, silent_s):
            if run_id is None:
                asked = await person.asks(content, message_id=message_id)
                run_id, ended = asked.run_id, asked.terminal is not None
            else:
                ended = await person.resumes(run_id, last_seq=person.last_seq(run_id)) is not None
        if ended:
            return
        await person.connects()


@contextlib.asynccontextmanager
async def _hung_up_when_silent(tab: Tab, silent_s: float) -> AsyncIterator[None]:
    watching = asyncio.create_task(_hang_up_when_silent(tab, patience(silent_s)), name=f"watch over {tab.name}")
    try:
        yield
    finally:
        watching.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await watching


async def _hang_up_when_silent(tab: Tab, limit_s: float) -> None:
    while (left_s := limit_s - tab.silent_s) > 0:  # noqa: ASYNC110  each frame moves the deadline; nobody tells us
        await asyncio.sleep(left_s)
    await tab.drop()
