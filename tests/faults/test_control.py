"""Control server and client over a real loopback socket."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest

from gp_lib.clock import wait_until
from gp_lib.errors import ConnectionLost, NotReady, WorkbenchError
from gp_lib.faults.control import Control, ControlServer, fault_handlers
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rule_form import rule_to_json
from gp_lib.faults.rules import Latency, Stall

TOKEN = "a control token"


async def slow(*, seconds: float) -> dict[str, Any]:
    await asyncio.sleep(seconds)
    return {"slept": seconds}


async def broken() -> dict[str, Any]:
    raise ZeroDivisionError("a bug")


@pytest.fixture
async def server(echo_proxy: Proxy) -> AsyncIterator[ControlServer]:
    handlers = {**fault_handlers({"echo": echo_proxy}), "test.slow": slow, "test.broken": broken}
    server = ControlServer(handlers, TOKEN)
    await server.start()
    yield server
    await server.close()


@pytest.fixture
async def control(server: ControlServer) -> AsyncIterator[Control]:
    async with Control(*server.address, TOKEN) as control:
        yield control


async def test_a_rule_is_imposed_asked_about_and_healed(control: Control, echo_proxy: Proxy) -> None:
    reply = await control.call("faults.impose", proxy="echo", rule=rule_to_json(Stall()))
    reader, writer = await asyncio.open_connection(*echo_proxy.address)
    writer.write(b"hello")

    async def held() -> bool:
        return bool((await control.call("faults.touched", proxy="echo", id=reply["id"]))["bytes"])

    assert await wait_until(held, deadline_s=20)
    touched = await control.call("faults.heal", proxy="echo", id=reply["id"])
    assert touched == {
        "connections": 1, "bytes": 5, "frames": 0, "matches": 1, "struck_s": touched["struck_s"],
    }  # fmt: skip
    assert len(touched["struck_s"]) == 1
    assert await reader.readexactly(5) == b"hello"
    writer.close()


@pytest.mark.parametrize(
    ("op", "arguments", "sentence"),
    [
        ("faults.dream", {}, "'faults.dream' is none of faults.heal"),
        ("faults.impose", {"proxy": "nowhere", "rule": {}}, "'nowhere' is none of echo"),
        ("faults.impose", {"proxy": "echo"}, "missing a required argument: 'rule'"),
        ("faults.impose", {"proxy": "echo", "rule": {"kind": "Flood"}}, "'Flood' is none of Refuse"),
        ("faults.impose", {"proxy": "echo", "rule": {"kind": "Stall", "size": 3}}, "Stall.size: is not a field"),
        ("faults.impose", {"proxy": "echo", "rule": {"kind": "Stall", "times": "x"}}, "Stall.times: "),
        ("faults.impose", {"proxy": "echo", "rule": {"kind": "Latency"}}, "nothing would happen"),
        (
            "faults.impose",
            {"proxy": "echo", "rule": {"kind": "CutAtCommit", "side": "answer"}},
            "needs a proxy that follows postgres",
        ),
        ("faults.heal", {"proxy": "echo", "id": "echo-99"}, "'echo-99' is not known"),
        ("test.broken", {}, "broke inside: ZeroDivisionError: a bug"),
    ],
)
async def test_what_makes_no_sense_is_refused_with_a_sentence(
    control: Control, op: str, arguments: dict[str, Any], sentence: str
) -> None:
    with pytest.raises(WorkbenchError, match=re.escape(sentence)):
        await control.call(op, **arguments)
    assert await control.call("faults.heal_all") == {"echo": {}}  # and the server is well


async def test_a_wrong_token_is_refused_and_changes_nothing(server: ControlServer, echo_proxy: Proxy) -> None:
    async with Control(*server.address, "a guess") as control:
        with pytest.raises(WorkbenchError, match="token is wrong"):
            await control.call("faults.impose", proxy="echo", rule=rule_to_json(Stall()))
    assert echo_proxy.heal_all() == {}


async def test_a_slow_operation_does_not_block_a_quick_one(control: Control) -> None:
    waiting = asyncio.create_task(control.call("test.slow", seconds=2.0))
    await control.call("faults.heal_all")
    assert not waiting.done()
    assert await waiting == {"slept": 2.0}


async def test_a_lost_server_is_an_error_at_once(server: ControlServer) -> None:
    async with Control(*server.address, TOKEN) as control:
        waiting = asyncio.create_task(control.call("test.slow", seconds=60))
        await control.call("faults.heal_all")
        await server.close()
        with pytest.raises(ConnectionLost, match="control connection was lost"):
            await asyncio.wait_for(waiting, 20)
        with pytest.raises(ConnectionLost):
            await control.call("faults.heal_all")


async def test_an_answer_that_never_comes_is_an_error(server: ControlServer) -> None:
    async with Control(*server.address, TOKEN, answer_s=0.1) as control:
        with pytest.raises(NotReady, match=r"no answer in 0\.1 s"):
            await control.call("test.slow", seconds=60)


async def test_no_server_is_an_error_that_says_what_to_do(server: ControlServer) -> None:
    address = server.address
    await server.close()
    with pytest.raises(NotReady, match="gpath up"):
        await Control(*address, TOKEN).__aenter__()


async def test_rules_end_with_the_connection_that_imposed_them(server: ControlServer, echo_proxy: Proxy) -> None:
    async with Control(*server.address, TOKEN) as control:
        for _ in range(2):
            await control.call("faults.impose", proxy="echo", rule=rule_to_json(Latency(delay_s=60)))
        assert len(echo_proxy.in_force) == 2

    async def healed() -> bool:
        return not echo_proxy.in_force

    assert await wait_until(healed, deadline_s=20)


@pytest.mark.parametrize("line", [b"hello\n", b"[1]\n", b'{"id": 1}\n', b"\xff\n"])
async def test_a_line_that_is_no_request_gets_an_error(server: ControlServer, line: bytes) -> None:
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(line)
    assert "one JSON object a line" in json.loads(await reader.readline())["error"]
    writer.close()
    await writer.wait_closed()
