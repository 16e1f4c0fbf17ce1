"""A person in front of a platform that welcomes and then says nothing."""

import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from websockets.asyncio.server import ServerConnection, serve

from gp_lib.history import Operation
from gp_lib.settings import Target, TokenIssuer
from gp_lib.workload import Person, Recording

WAIT_S = 0.3


async def silent(connection: ServerConnection) -> None:
    await connection.send(json.dumps({"type": "connection_established"}))
    await connection.wait_closed()


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
