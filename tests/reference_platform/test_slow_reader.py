"""A tab that does not read hurts nobody, and can catch up later."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from .gateways import Gateway, StartGateway
from .people import at, deltas, somebody, token_for

LONG = "savings " + "x" * 50_000


@asynccontextmanager
async def asleep(gateway: Gateway, user_id: str) -> AsyncIterator[ClientConnection]:
    """A socket with small buffers that is open and not read."""
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    sock.setblocking(False)
    await asyncio.get_running_loop().sock_connect(sock, ("127.0.0.1", gateway.port))
    headers = {"Authorization": f"Bearer {token_for(user_id, gateway.home.secret)}"}
    async with connect(
        gateway.ws, additional_headers=headers, sock=sock, max_queue=1, close_timeout=0.2, compression=None
    ) as connection:
        yield connection


async def _all_that_comes(connection: ClientConnection) -> list[str | bytes]:
    got: list[str | bytes] = []
    try:
        while True:
            got.append(await asyncio.wait_for(connection.recv(), 10))
    except ConnectionClosed:
        return got


async def test_a_slow_reader_changes_nothing_for_the_others(start: StartGateway) -> None:
    gateway = await start(socket_queue_frames="40")
    user_id = somebody()
    async with asleep(gateway, user_id), at(gateway, user_id) as tab, at(gateway) as stranger:
        for _ in range(6):
            began_s = time.monotonic()
            (mine, theirs) = await asyncio.gather(tab.ask(LONG), stranger.ask())
            assert time.monotonic() - began_s < 10
            for events in (mine, theirs):
                assert [event["seq"] for event in events] == list(range(1, len(events) + 1))


async def test_a_reader_who_is_too_slow_is_shown_out_and_can_resume(start: StartGateway) -> None:
    gateway = await start(socket_queue_frames="40")
    user_id = somebody()
    async with asleep(gateway, user_id) as sleeper, at(gateway, user_id) as tab:
        stories = [await tab.ask(LONG) for _ in range(8)]
        got = await _all_that_comes(sleeper)
        assert await gateway.metric("gp_sockets") == 1
        last = stories[-1]
        async with at(gateway, user_id) as again:
            await again.send("resume", run_id=last[0]["run_id"], last_seq=0)
            told = await again.until_end()
    assert len(got) < sum(len(story) for story in stories)
    assert told == last
    assert deltas(told) == last[-1]["payload"]["result"]
