"""People who read their history: a page of a thread's messages, one at a time or many at once."""

import httpx

from gp_lib.clients.http import open_http
from gp_lib.workload.person import Person
from gp_lib.workload.recorder import Doing, doing
from gp_lib.workload.together import together


async def reads_page(person: Person, thread_id: str | None, *, limit: int) -> None:
    """Read the first ``limit`` messages of a thread; recorded as ``reads a page`` with how many it had."""
    async with (
        doing(person.history, person.name, "reads a page", thread_id=thread_id, user_id=person.user_id) as act,
        open_http(person.target.platform_http, token=person.token) as http,
    ):
        await _read(act, http, thread_id, limit)


async def read_in_bulk(person: Person, thread_id: str | None, *, limit: int, tabs: int, times: int) -> None:
    """Read a page ``times`` times in a row in each of ``tabs`` tabs at once; recorded as ``reads in bulk``.

    The tabs share one client, which has a connection for each: all of them begin at the same moment.
    """

    async def reads_again() -> None:
        for _ in range(times):
            await _read(act, http, thread_id, limit)

    async with (
        doing(person.history, person.name, "reads in bulk", tabs=tabs, times=times) as act,
        open_http(person.target.platform_http, token=person.token) as http,
    ):
        await together(reads_again() for _ in range(tabs))


async def _read(act: Doing, http: httpx.AsyncClient, thread_id: str | None, limit: int) -> None:
    try:
        reply = await http.get(f"/threads/{thread_id}/messages", params={"limit": limit})
    except httpx.HTTPError as error:
        act.give_up(f"{type(error).__name__}: {error}")
        return
    act.note(status=reply.status_code)
    if reply.status_code != httpx.codes.OK:
        act.fail(f"HTTP {reply.status_code}")
        return
    act.note(messages=len(reply.json()["messages"]))
