"""Control server and client over a real loopback socket."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gp_lib.clock import wait_until
from gp_lib.errors import ConnectionLost, NotReady, WorkbenchError
from gp_lib.faults.control import Control, ControlServer, _request, fault_handlers
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


NONSENSE = [
    b"\xff\xfe\n",
    b"null\n",
    b"[]\n",
    b"{}\n",
    b"[" * 100_000 + b"\n",
    b'{"id": 1, "op": "x", "token": "' + b"9" * 5000 + b'"}\n',
    b'{"id": ' + b"9" * 5000 + b', "op": "x", "token": "t"}\n',
    b'{"id": 1e999, "op": "x", "token": "t"}\n',
    b'{"id": NaN, "op": "x", "token": "t"}\n',
    b'{"id": 1, "op": "x", "token": "\\ud800"}\n',
    b'{"id": "\\ud800", "op": "\\udfff", "token": "\\u0000"}\n',
    b'{"id": {"a": []}, "op": "x", "token": "t"}\n',
    b'{"id": 1, "op": [], "token": {}}\n',
    b'{"id": 1, "op": "x", "token": null, "args": 7}\n',
    b'{"id": 1, "op": "x", "token": "t", "args": "ab"}\n',
    b'{"id": 1, "op": "x", "token": "t", "args": [[1, 2]]}\n',
    b'{"id": true, "op": "x", "token": "t"}\n',
    '{"id": 1, "op": "x", "token": "ü"}\n'.encode(),
    '{"id": 1}\n'.encode("utf-16"),
    b"GET / HTTP/1.1\r\n\r\n",
    b"\n\n\n",
]


@pytest.fixture
async def loop_complaints() -> AsyncIterator[list[dict[str, Any]]]:
    """What the event loop would have logged as an exception that nobody handled."""
    loop, found = asyncio.get_running_loop(), list[dict[str, Any]]()
    before = loop.get_exception_handler()
    loop.set_exception_handler(lambda _, context: found.append(context))
    yield found
    loop.set_exception_handler(before)


async def said_to(server: ControlServer, line: bytes) -> dict[str, Any]:
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(line)
    answer = await asyncio.wait_for(reader.readline(), 60)
    writer.close()
    return dict(json.loads(answer))


@pytest.mark.parametrize("line", NONSENSE)
async def test_what_comes_without_the_token_is_refused_and_nothing_breaks(
    server: ControlServer, control: Control, loop_complaints: list[dict[str, Any]], line: bytes
) -> None:
    assert "error" in await said_to(server, line)
    assert await control.call("test.slow", seconds=0) == {"slept": 0}
    assert loop_complaints == []


@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()),
        lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "token", "op", "args", "x"]), inner),
    )
    | st.fixed_dictionaries({name: st.text(st.characters()) | st.integers() for name in ("id", "token", "op", "args")})
)
def test_no_json_without_the_token_ends_in_anything_but_a_refusal(value: Any) -> None:
    server = ControlServer({}, TOKEN)
    request = _request(json.dumps(value).encode())
    refusal = server._refusal(request)
    assert refusal is not None
    assert json.loads(json.dumps(refusal))["error"]


async def test_half_a_request_is_not_waited_for_without_end(echo_proxy: Proxy) -> None:
    server = ControlServer({}, TOKEN, request_s=0.5)
    await server.start()
    reader, writer = await asyncio.open_connection(*server.address)
    writer.write(b'{"id": 1, "tok')
    assert await asyncio.wait_for(reader.read(), 60) == b""
    writer.close()
    await server.close()


async def test_who_connects_long_before_the_first_order_and_between_two_is_waited_for(echo_proxy: Proxy) -> None:
    server = ControlServer({"test.slow": slow}, TOKEN, request_s=0.5)
    await server.start()
    async with Control(*server.address, TOKEN) as control:
        for seconds in (0, 1):
            await asyncio.sleep(1.5)  # three times as long
            assert await control.call("test.slow", seconds=seconds) == {"slept": seconds}
    await server.close()
