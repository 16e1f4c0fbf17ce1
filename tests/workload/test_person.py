"""A person in front of a platform that welcomes, answers a ping, and says nothing else."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from gp_lib.clock import wait_until
from gp_lib.history import Operation
from gp_lib.settings import Target, TokenIssuer
from gp_lib.workload import Person, Recording, tries_to_resume

WAIT_S = 0.3


async def silent(connection: ServerConnection) -> None:
    await connection.send(json.dumps({"type": "connection_established"}))
    async for message in connection:
        if json.loads(message)["type"] == "ping":
            await connection.send(json.dumps({"type": "pong"}))


@pytest.fixture
async def target() -> AsyncIterator[Target]:
    async with serve(silent, "127.0.0.1", 0) as server:
        host, port = next(iter(server.sockets)).getsockname()[:2]
        jwt = TokenIssuer(secret="s" * 32, issuer="i", audience="a")
        yield Target(name="silent", platform_http="http://x", platform_ws=f"ws://{host}:{port}/ws", jwt=jwt)


async def test_a_slow_machine_scales_the_wait_for_an_answer_once(
    target: Target, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPATH_SLOW_FACTOR", "3")
    history = Recording(tmp_path / "history.jsonl", scenario="silence")
    person = Person(history, target, "user1")
    await person.connects()
    asked = await person.asks("Hello?", wait_s=WAIT_S)
    await person.leaves()
    (question,) = [each for _, each in history.indexed(Operation) if each.action == "asks"]
    assert (asked.run_id, question.outcome) == (None, "failed")
    assert 3 * WAIT_S * 0.9 < question.ended_s - question.started_s < 9 * WAIT_S * 0.9
    history.seal()


@pytest.fixture
async def person(target: Target, tmp_path: Path) -> AsyncIterator[Person]:
    """Somebody with two tabs."""
    history = Recording(tmp_path / "history.jsonl", scenario="silence")
    somebody = Person(history, target, "user1")
    await somebody.connects()
    await somebody.connects()
    yield somebody
    await somebody.leaves()
    history.seal()


async def test_the_tab_in_use_stays_in_use_while_another_one_is_opened_for_one_purpose(person: Person) -> None:
    async def opening() -> bool:
        return len(person.tabs) == 3

    async with asyncio.TaskGroup() as group:
        prying = group.create_task(tries_to_resume(person, "somebody's run"))
        assert await wait_until(opening, deadline_s=10, every_s=0)
        assert not prying.done()
        person.uses(1)
    assert (person.tab.name, person.tab.closed) == ("user1/1", False)


async def test_tabs_that_are_opened_at_the_same_moment_have_names_of_their_own(person: Person) -> None:
    await asyncio.gather(*(person.connects() for _ in range(3)))
    assert sorted(tab.name for tab in person.tabs) == [f"user1/{number}" for number in range(1, 6)]
