"""Sabotage of events, through a real ``websockets`` server and client.

Notation: ``"a1 started"`` is event 1 of run a, said by the root agent ``boss``; ``"a2 tool"`` and so on; ``a`` is a run
of user A in thread ta. A word in capitals behind it is another agent.
"""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
import websockets
from websockets.asyncio.server import ServerConnection, serve

from gp_lib.errors import SettingsError
from gp_lib.faults.event_frames import text_frame
from gp_lib.faults.event_rules import (
    CorruptSeq,
    DelayEvent,
    DropEvent,
    EventRule,
    HoldEvents,
    InjectForeign,
    ReaddressEvent,
    RepeatEvent,
    SwapEvents,
    TruncateEvent,
)
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rule_form import rule_from_json, rule_to_json

TYPES = {
    "started": "agent_started",
    "thinks": "agent_thinking",
    "tool": "tool_executing",
    "told": "tool_completed",
    "done": "agent_completed",
}
WORDS = {name: word for word, name in TYPES.items()}
STORY = "a1 started, a2 started SUB, a3 thinks, a4 tool, a5 told, a6 done SUB, a7 done"


def event(words: str) -> str:
    place, word, *agent = words.split()
    run, seq = place[0], int(place[1:])
    body = {
        "type": TYPES[word],
        "run_id": run,
        "user_id": run.upper(),
        "thread_id": f"t{run}",
        "seq": seq,
        "agent_name": agent[0] if agent else "boss",
        "payload": {"text": "größer"},
    }
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def words(text: str) -> str:
    try:
        body: dict[str, Any] = json.loads(text)
    except ValueError:
        return "broken"
    agent = "" if body["agent_name"] == "boss" else f" {body['agent_name']}"
    return f"{body['run_id']}{body['seq']} {WORDS[body['type']]}{agent}"


async def tell(connection: ServerConnection) -> None:
    """Send what each message asks for, one frame a line; ``bye`` closes."""
    async for message in connection:
        for line in str(message).splitlines():
            await (connection.close() if line == "bye" else connection.send(line))


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    async with serve(tell, "127.0.0.1", 0, compression=None, max_size=None) as server:
        address = next(iter(server.sockets)).getsockname()
        async with Proxy("edge", address, protocol="websocket", seed=5) as proxy:
            yield proxy


def url(proxy: Proxy) -> str:
    return f"ws://{proxy.address[0]}:{proxy.address[1]}/ws"


async def frames(proxy: Proxy, story: str, *more: str) -> list[str]:
    """The texts that a client gets who asks for a story, up to a mark behind it."""
    async with websockets.connect(url(proxy), compression=None, max_size=None) as client:
        return await asked(client, story, *more)


async def asked(client: websockets.ClientConnection, story: str, *more: str) -> list[str]:
    lines = [event(each) for each in story.split(", ")]
    await client.send("\n".join([*lines, *more, "mark"]))
    got = []
    while (text := str(await asyncio.wait_for(client.recv(), 20))) != "mark":
        got.append(text)
    return got


async def story(proxy: Proxy, rule: EventRule) -> str:
    """What becomes of ``STORY`` under a rule."""
    proxy.impose(rule)
    return ", ".join(words(text) for text in await frames(proxy, STORY))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (DropEvent(kth=3), "a1 started, a2 started SUB, a4 tool, a5 told, a6 done SUB, a7 done"),
        (DropEvent(event="agent_started"), "a3 thinks, a4 tool, a5 told, a6 done SUB, a7 done"),
        (DropEvent(event="agent_completed", kth=1), "a1 started, a2 started SUB, a3 thinks, a4 tool, a5 told, a7 done"),
        (DropEvent(terminal=True), "a1 started, a2 started SUB, a3 thinks, a4 tool, a5 told, a6 done SUB"),
        (DropEvent(skip=1, times=2), "a1 started, a4 tool, a5 told, a6 done SUB, a7 done"),
        (RepeatEvent(event="tool_executing"), STORY.replace("a4 tool", "a4 tool, a4 tool")),
        (SwapEvents(kth=4), STORY.replace("a4 tool, a5 told", "a5 told, a4 tool")),
        (SwapEvents(kth=7), STORY.replace(", a7 done", "")),
        (CorruptSeq(kth=3, by=10), STORY.replace("a3", "a13")),
        (HoldEvents(), STORY),
        (HoldEvents(event="tool_completed", until="behind"), STORY.replace("a5 told, ", "") + ", a5 told"),
        (HoldEvents(event="tool_executing"), STORY.replace("a4 tool, ", "").replace("a7", "a4 tool, a7")),
        (TruncateEvent(kth=3), STORY.replace("a3 thinks", "broken")),
    ],
    ids=str,
)
async def test_a_story_is_changed_in_one_place(proxy: Proxy, rule: EventRule, told: str) -> None:
    assert await story(proxy, rule) == told


async def test_what_waits_for_a_next_event_comes_when_the_rule_is_healed(proxy: Proxy) -> None:
    rule = proxy.impose(SwapEvents(kth=7))
    async with websockets.connect(url(proxy), compression=None) as client:
        await asked(client, STORY)
        assert proxy.heal(rule).frames == 1
        assert words(str(await asyncio.wait_for(client.recv(), 20))) == "a7 done"


async def test_batching_keeps_everything_until_the_run_ends(proxy: Proxy) -> None:
    proxy.impose(HoldEvents())
    async with websockets.connect(url(proxy), compression=None) as client:
        *first, last = STORY.split(", ")
        assert await asked(client, ", ".join(first)) == []
        assert len(await asked(client, last)) == 7


async def test_what_is_held_comes_before_the_goodbye(proxy: Proxy) -> None:
    proxy.impose(HoldEvents())
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("\n".join([event("a1 started"), event("a2 thinks"), "bye"]))
        got = [words(str(text)) async for text in client]
    assert (got, client.close_code) == (["a1 started", "a2 thinks"], 1000)


async def test_an_event_is_late_and_what_is_behind_it_waits(proxy: Proxy) -> None:
    proxy.impose(DelayEvent(kth=3, delay_s=0.3))
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("\n".join(event(each) for each in STORY.split(", ")))
        came_s = []
        for _ in range(7):
            await asyncio.wait_for(client.recv(), 20)
            came_s.append(time.monotonic())
    assert came_s[2] - came_s[1] > 0.25


@pytest.mark.parametrize("address", ["user", "run", "thread"])
async def test_an_event_is_given_the_address_of_somebody_else(proxy: Proxy, address: str) -> None:
    proxy.impose(ReaddressEvent(address=address, event="tool_executing"))  # type: ignore[arg-type]
    await frames(proxy, "b1 started")
    bodies = [json.loads(text) for text in await frames(proxy, STORY)]
    foreign = {"user": "B", "run": "b", "thread": "tb"}[address]
    assert [body["seq"] for body in bodies if body[f"{address}_id"] == foreign] == [4]


async def test_where_there_is_nobody_else_an_address_is_made_up_from_the_seed(proxy: Proxy) -> None:
    proxy.impose(ReaddressEvent(address="user", kth=2))
    bodies = [json.loads(text) for text in await frames(proxy, STORY)]
    assert len({body["user_id"] for body in bodies}) == 2


async def test_an_event_of_another_user_is_injected_once_there_is_one(proxy: Proxy) -> None:
    rule = proxy.impose(InjectForeign(event="tool_executing"))
    assert (
        len(await frames(proxy, STORY.replace("a", "b").replace("bgent", "agent").replace("stbrted", "started"))) == 7
    )
    assert [words(text) for text in await frames(proxy, "a1 started, a2 tool, a3 done")] == [
        "a1 started",
        "a2 tool",
        "b7 done",
        "a3 done",
    ]
    assert proxy.heal(rule).matches == 1


async def test_what_was_touched_is_counted(proxy: Proxy) -> None:
    rule = proxy.impose(DropEvent(event="agent_started"))
    await frames(proxy, STORY)
    touched = proxy.heal(rule)
    size = sum(len(text_frame(event(each))) for each in ("a1 started", "a2 started SUB"))
    assert (touched.connections, touched.frames, touched.matches, touched.bytes) == (1, 2, 2, size)
    assert len(touched.struck_s) == 2


async def test_an_event_that_never_comes_is_not_struck(proxy: Proxy) -> None:
    rule = proxy.impose(DropEvent(event="agent_error"))
    assert len(await frames(proxy, STORY)) == 7
    assert proxy.heal(rule).struck_s == []


async def test_two_rules_act_one_after_the_other(proxy: Proxy) -> None:
    proxy.impose(RepeatEvent(kth=3))
    proxy.impose(CorruptSeq(kth=4, by=5))
    assert words((await frames(proxy, STORY))[3]) == "a8 thinks"


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536, 200_000])
async def test_what_is_no_event_passes_byte_for_byte_whatever_its_length(proxy: Proxy, size: int) -> None:
    rule = proxy.impose(DropEvent())
    text = "x" * size if size else "{}"
    assert await frames(proxy, "a1 started", text) == [text]
    assert proxy.heal(rule).frames == 1


@pytest.mark.parametrize("size", [0, 60, 65_300, 70_000])
async def test_a_frame_that_is_written_anew_has_its_length(proxy: Proxy, size: int) -> None:
    proxy.impose(CorruptSeq(kth=1))
    body = json.loads(event("a1 started")) | {"payload": {"text": "ö" * size}}
    async with websockets.connect(url(proxy), compression=None, max_size=None) as client:
        await client.send(json.dumps(body, ensure_ascii=False))
        assert json.loads(await asyncio.wait_for(client.recv(), 20)) == body | {"seq": 2}


async def test_only_the_named_user_is_sabotaged(proxy: Proxy) -> None:
    proxy.impose(DropEvent(head_contains="Bearer user-b"))
    got = []
    for name in "ab":
        head = {"Authorization": f"Bearer user-{name}"}
        async with websockets.connect(url(proxy), additional_headers=head, compression=None) as client:
            got.append(len(await asked(client, STORY)))
    assert got == [7, 0]


async def test_connections_opened_before_the_rule_and_after_it_are_left_alone(proxy: Proxy) -> None:
    async with websockets.connect(url(proxy), compression=None) as early:
        rule = proxy.impose(DropEvent())
        assert len(await asked(early, STORY)) == 7
        async with websockets.connect(url(proxy), compression=None) as late:
            assert await asked(late, STORY) == []
            proxy.heal(rule)
            assert len(await asked(late, STORY)) == 7


async def test_a_frame_in_many_pieces_is_one_frame(proxy: Proxy) -> None:
    proxy.impose(CorruptSeq(kth=1))
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("\n".join(["x" * 300_000, event("a1 started")]))
        assert len(await asyncio.wait_for(client.recv(), 20)) == 300_000
        assert words(str(await asyncio.wait_for(client.recv(), 20))) == "a2 started"


async def test_plain_http_on_the_same_proxy_is_left_alone(proxy: Proxy) -> None:
    rule = proxy.impose(DropEvent())
    reader, writer = await asyncio.open_connection(*proxy.address)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 20)
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"WebSocket" in answer
    writer.close()
    assert proxy.heal(rule).matches == 0


async def test_a_proxy_that_knows_no_frames_refuses_such_rules(echo_proxy: Proxy) -> None:
    with pytest.raises(SettingsError, match="needs a proxy that follows websocket"):
        echo_proxy.impose(DropEvent())


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        (DropEvent, {"kth": 0}),
        (DropEvent, {"event": ""}),
        (DelayEvent, {"delay_s": 0.0}),
        (CorruptSeq, {"by": 0}),
    ],
)
def test_values_that_make_no_sense_are_refused(kind: type[EventRule], values: dict[str, Any]) -> None:
    with pytest.raises(SettingsError, match=next(iter(values))):
        kind(**values)


def test_a_rule_travels_as_json() -> None:
    rule = ReaddressEvent(address="run", event="agent_thinking", kth=3, times=1)
    assert rule_from_json(rule_to_json(rule)) == rule
