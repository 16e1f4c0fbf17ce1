"""Cuts inside WebSocket frames, against a real ``websockets`` server and client."""

import asyncio
from collections.abc import AsyncIterator

import pytest
import websockets
from websockets.asyncio.server import ServerConnection, serve

from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rules import CutInFrame, StallAtFrame

SIZES = {"small": 10, "medium": 1_000, "large": 100_000}


async def tell(connection: ServerConnection) -> None:
    """Answer each message with messages of the sizes it lists."""
    async for message in connection:
        await connection.ping()
        for size in str(message).split():
            await connection.send("x" * int(size))


@pytest.fixture
async def proxy() -> AsyncIterator[Proxy]:
    async with serve(tell, "127.0.0.1", 0, compression=None) as server:
        address = next(iter(server.sockets)).getsockname()
        async with Proxy("edge", address, protocol="websocket") as proxy:
            yield proxy


def url(proxy: Proxy) -> str:
    host, port = proxy.address
    return f"ws://{host}:{port}/ws"


async def received(client: websockets.ClientConnection) -> tuple[list[int], websockets.ConnectionClosed]:
    """The sizes of the messages that came whole, and how the connection ended."""
    sizes: list[int] = []
    while True:
        try:
            sizes.append(len(await asyncio.wait_for(client.recv(), 20)))
        except websockets.ConnectionClosed as closed:
            return sizes, closed


@pytest.mark.parametrize("part", ["header", "payload"])
@pytest.mark.parametrize("size", SIZES.values(), ids=SIZES.keys())
@pytest.mark.parametrize("frame", [1, 3])
async def test_the_frames_before_the_cut_arrive_and_this_one_does_not(
    proxy: Proxy, part: str, size: int, frame: int
) -> None:
    rule = proxy.impose(CutInFrame(frame=frame, part=part))  # type: ignore[arg-type]
    async with websockets.connect(url(proxy), compression=None, max_size=None) as client:
        await client.send(f"{size} " * 4)
        sizes, closed = await received(client)
    assert sizes == [size] * (frame - 1)
    assert isinstance(closed, websockets.ConnectionClosedError)
    assert closed.rcvd is None
    touched = proxy.heal(rule)
    assert (touched.connections, touched.frames, len(touched.struck_s)) == (1, 1, 1)


@pytest.mark.parametrize(("part", "left_bytes"), [("header", 1), ("payload", 4 + 500)])
async def test_the_cut_is_at_the_named_place(proxy: Proxy, part: str, left_bytes: int) -> None:
    proxy.impose(CutInFrame(frame=1, part=part, how="close"))  # type: ignore[arg-type]
    reader, writer = await asyncio.open_connection(*proxy.address)
    key = "dGhlIHNhbXBsZSBub25jZQ=="
    writer.write(
        f"GET /ws HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    await reader.readuntil(b"\r\n\r\n")
    writer.write(b"\x81\x84\0\0\0\x001000")  # a text frame "1000" with an empty mask
    answer = await asyncio.wait_for(reader.read(), 20)
    ping = 2 + answer[1]
    assert answer[0] == 0x89
    assert len(answer) - ping == left_bytes
    writer.close()


async def test_frames_are_counted_from_when_the_rule_was_imposed(proxy: Proxy) -> None:
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("5 5 5")
        for _ in range(3):
            await client.recv()
        rule = proxy.impose(CutInFrame(frame=2, part="payload"))
        await client.send("7 8 9")
        sizes, _ = await received(client)
    assert sizes == [7]
    assert proxy.heal(rule).frames == 1


async def test_only_the_named_user_is_cut(proxy: Proxy) -> None:
    rule = proxy.impose(CutInFrame(frame=1, part="payload", head_contains="Bearer user-b", times=None))
    heads = [{"Authorization": f"Bearer user-{name}"} for name in "abc"]
    clients = [await websockets.connect(url(proxy), additional_headers=head) for head in heads]
    for client in clients:
        await client.send("100")
    assert len(await clients[0].recv()) == len(await clients[2].recv()) == 100
    assert (await received(clients[1]))[0] == []
    assert proxy.heal(rule).connections == 1
    for client in clients:
        await client.close()


async def test_frames_of_the_client_can_be_cut_too(proxy: Proxy) -> None:
    rule = proxy.impose(CutInFrame(frame=2, part="payload", direction="up"))
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("5")
        await client.recv()
        await client.send("16")
        sizes, _ = await received(client)
    assert sizes == []
    assert proxy.heal(rule).frames == 1


async def test_frames_too_small_to_cut_inside_are_passed_over(proxy: Proxy) -> None:
    proxy.impose(CutInFrame(frame=2, part="payload"))
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("5 1 1 6")
        assert (await received(client))[0] == [5, 1, 1]


async def test_a_frame_that_never_comes_is_not_cut(proxy: Proxy) -> None:
    rule = proxy.impose(CutInFrame(frame=3, part="header"))
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("5 6")
        assert [len(await client.recv()) for _ in range(2)] == [5, 6]
        await asyncio.wait_for(await client.ping(), 20)  # pongs are frames, but carry no data
        touched = proxy.heal(rule)
    assert (touched.frames, touched.struck_s) == (0, [])


async def test_plain_http_on_the_same_proxy_is_never_cut(proxy: Proxy) -> None:
    rule = proxy.impose(CutInFrame(frame=1, part="header", times=None))
    reader, writer = await asyncio.open_connection(*proxy.address)
    writer.write(b"GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    answer = await asyncio.wait_for(reader.read(), 20)
    assert answer.startswith(b"HTTP/1.1 4")
    assert b"WebSocket" in answer
    writer.close()
    assert proxy.heal(rule).matches == 0


async def test_a_cut_before_a_frame_leaves_every_frame_whole(proxy: Proxy) -> None:
    rule = proxy.impose(CutInFrame(frame=3, part="before", times=None))
    for _ in range(2):
        async with websockets.connect(url(proxy), compression=None) as client:
            await client.send("5 6 7 8")
            sizes, closed = await received(client)
        assert sizes == [5, 6]
        assert closed.rcvd is None
    assert proxy.heal(rule).frames == 2


async def test_a_stall_at_a_frame_stops_both_directions_and_loses_nothing(proxy: Proxy) -> None:
    rule = proxy.impose(StallAtFrame(frame=3))
    async with websockets.connect(url(proxy), compression=None) as client:
        await client.send("5 6 7")
        assert [len(await client.recv()) for _ in range(2)] == [5, 6]
        await client.send("8")
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(client.recv(), 0.3)
        touched = proxy.heal(rule)
        assert (touched.connections, touched.frames, len(touched.struck_s)) == (1, 1, 1)
        assert [len(await asyncio.wait_for(client.recv(), 20)) for _ in range(2)] == [7, 8]


async def test_a_stall_at_a_frame_leaves_other_connections_alone(proxy: Proxy) -> None:
    proxy.impose(StallAtFrame(frame=1, head_contains="Bearer user-b", times=None))
    stalled = await websockets.connect(url(proxy), additional_headers={"Authorization": "Bearer user-b"})
    other = await websockets.connect(url(proxy), additional_headers={"Authorization": "Bearer user-a"})
    for client in (stalled, other):
        await client.send("5")
    assert len(await asyncio.wait_for(other.recv(), 20)) == 5
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stalled.recv(), 0.3)
    for client in (stalled, other):
        client.transport.abort()
