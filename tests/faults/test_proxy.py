"""The idle proxy, its door, and how it passes on what ends a connection."""

import asyncio
import errno
import itertools
import os
import random
import socket
import struct
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gp_lib.clock import wait_until
from gp_lib.errors import NotReady, SettingsError, UnsafeTarget
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rules import CutAtByte, CutInFrame, Hang, Refuse, Stall, StallCommit


async def exchange(address: tuple[str, int], pieces: list[bytes]) -> bytes:
    """Send the pieces, end the stream, and return all that comes back until its end."""
    reader, writer = await asyncio.open_connection(*address)

    async def send() -> None:
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
        writer.write_eof()

    _, answer = await asyncio.gather(send(), reader.read())
    writer.close()
    return answer


def closed_port() -> tuple[str, int]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        host, port = probe.getsockname()
    return host, port


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sizes=st.lists(st.integers(1, 200_000), min_size=1, max_size=8), seed=st.integers(0, 2**32))
async def test_every_byte_passes_unchanged_in_any_sizes(echo_proxy: Proxy, sizes: list[int], seed: int) -> None:
    pieces = [random.Random(seed + size).randbytes(size) for size in sizes]
    assert await exchange(echo_proxy.address, pieces) == b"".join(pieces)


async def test_many_connections_at_once_do_not_mix(echo_proxy: Proxy) -> None:
    texts = [f"{number} ".encode() * 5_000 for number in range(50)]
    answers = await asyncio.gather(*(exchange(echo_proxy.address, [text]) for text in texts))
    assert answers == texts


async def test_a_half_close_is_passed_on_and_the_other_half_lives(serving: Any) -> None:
    async def answer_after_the_end(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        question = await reader.read()
        writer.write(b"got " + question)

    async with serving(answer_after_the_end) as upstream, Proxy("half", upstream) as proxy:
        assert await asyncio.wait_for(exchange(proxy.address, [b"question"]), 20) == b"got question"


@pytest.mark.parametrize(("linger_s", "code"), [(0, errno.ECONNRESET), (None, None)])
async def test_how_the_client_ended_is_how_it_ends_for_the_server(
    serving: Any, linger_s: int | None, code: int | None
) -> None:
    ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()
    met = asyncio.Event()

    async def read_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        met.set()
        try:
            await reader.read()
            ended.set_result(None)
        except OSError as error:
            ended.set_result(error.errno)

    async with serving(read_on) as upstream, Proxy("ends", upstream) as proxy:
        raw = socket.create_connection(proxy.address)
        await asyncio.wait_for(met.wait(), 20)
        if linger_s is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, linger_s))
        raw.close()
        assert await asyncio.wait_for(ended, 20) == code


async def test_a_reset_by_the_server_reaches_the_client_behind_its_last_words(serving: Any) -> None:
    async def speak_and_die(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"last words")
        await writer.drain()
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        await asyncio.sleep(0.05)

    async with serving(speak_and_die) as upstream, Proxy("dies", upstream) as proxy:
        reader, writer = await asyncio.open_connection(*proxy.address)
        assert await reader.readexactly(10) == b"last words"
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 20)
        writer.close()


@pytest.mark.parametrize("stalled", [False, True])
async def test_who_goes_on_sending_to_a_server_that_is_gone_gets_a_reset(serving: Any, stalled: bool) -> None:
    async def leave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(1)

    async with serving(leave) as upstream, Proxy("gone", upstream) as proxy:
        if stalled:
            proxy.impose(Stall(direction="down"))
        _, writer = await asyncio.open_connection(*proxy.address)

        async def send_on() -> bool:
            writer.write(b"x")
            await writer.drain()
            if next(sent) == 20:
                proxy.heal_all()
            return False

        sent = itertools.count()
        with pytest.raises(ConnectionError):
            await wait_until(send_on, deadline_s=20)
        writer.close()


async def test_an_upstream_that_is_down_resets_the_client() -> None:
    async with Proxy("dead", closed_port()) as proxy:
        reader, writer = await asyncio.open_connection(*proxy.address)
        with pytest.raises(ConnectionResetError):
            await asyncio.wait_for(reader.read(), 20)
        writer.close()


@pytest.mark.parametrize("host", ["10.0.0.1", "example.org", "0.0.0.0", "::", "localhost.example.org"])
def test_an_upstream_that_is_neither_loopback_nor_listed_is_refused(host: str) -> None:
    with pytest.raises(UnsafeTarget, match="only connects to loopback, or to hosts that the target lists"):
        Proxy("far", (host, 80))
    assert Proxy("far", (host, 80), allowed_hosts=frozenset({host})).name == "far"


@pytest.mark.parametrize("host", ["127.0.0.1", "127.8.8.8", "::1", "localhost"])
def test_loopback_needs_no_listing(host: str) -> None:
    assert Proxy("near", (host, 80)).name == "near"


async def test_a_taken_port_is_an_error_that_says_what_to_do(echo_proxy: Proxy) -> None:
    with pytest.raises(NotReady, match="choose another port"):
        await Proxy("second", ("127.0.0.1", 9), port=echo_proxy.address[1]).start()


async def test_a_fixed_port_can_be_taken_again_at_once(serving: Any) -> None:
    port = 0
    for _ in range(3):
        async with serving(_hello) as upstream, Proxy("again", upstream, port=port) as proxy:
            port = proxy.address[1]
            assert await exchange(proxy.address, []) == b"hello"


async def _hello(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"hello")


@pytest.mark.parametrize("rule", [StallCommit(side="answer", hold_s=1), CutInFrame(frame=1, part="header")])
async def test_a_rule_for_another_protocol_is_refused(echo_proxy: Proxy, rule: Any) -> None:
    with pytest.raises(SettingsError, match="follows tcp"):
        echo_proxy.impose(rule)


async def test_refuse_resets_new_and_live_connections_and_counts_them(echo_proxy: Proxy) -> None:
    live, writer = await asyncio.open_connection(*echo_proxy.address)
    writer.write(b"x")
    await live.readexactly(1)
    rule = echo_proxy.impose(Refuse())
    with pytest.raises(ConnectionResetError):
        await live.read()
    for _ in range(3):
        with pytest.raises(ConnectionError):
            await exchange(echo_proxy.address, [b"x"])
    assert echo_proxy.heal(rule).connections == 4
    assert await exchange(echo_proxy.address, [b"x"]) == b"x"
    writer.close()


async def test_refuse_can_leave_live_connections_alone(echo_proxy: Proxy) -> None:
    reader, writer = await asyncio.open_connection(*echo_proxy.address)
    rule = echo_proxy.impose(Refuse(drop_live=False))
    writer.write(b"x")
    assert await reader.readexactly(1) == b"x"
    assert echo_proxy.heal(rule).connections == 0
    writer.close()


async def test_a_closed_door_refuses_the_connect_itself_and_keeps_its_port(echo_proxy: Proxy) -> None:
    rule = echo_proxy.impose(Refuse(answer="closed"))
    with pytest.raises(ConnectionRefusedError) as refused:
        await asyncio.open_connection(*echo_proxy.address)
    assert refused.value.errno == errno.ECONNREFUSED
    with socket.socket() as thief, pytest.raises(OSError, match="in use"):
        thief.bind(echo_proxy.address)
    echo_proxy.heal(rule)
    assert await exchange(echo_proxy.address, [b"x"]) == b"x"


async def test_a_hanging_server_accepts_and_serves_after_heal(echo_proxy: Proxy) -> None:
    live_reader, live_writer = await asyncio.open_connection(*echo_proxy.address)
    live_writer.write(b"a")
    assert await live_reader.readexactly(1) == b"a"
    rule = echo_proxy.impose(Hang())
    asking = asyncio.create_task(exchange(echo_proxy.address, [b"x"]))
    assert not (await asyncio.wait([asking], timeout=0.1))[0]
    live_writer.write(b"b")
    assert await live_reader.readexactly(1) == b"b"
    assert echo_proxy.heal(rule).connections == 1
    assert await asyncio.wait_for(asking, 20) == b"x"
    live_writer.close()


async def test_a_rule_for_the_nth_connection_leaves_the_others_alone(echo_proxy: Proxy) -> None:
    await exchange(echo_proxy.address, [b"before"])
    rule = echo_proxy.impose(CutAtByte(direction="down", n=1, nth=2))
    assert await exchange(echo_proxy.address, [b"first"]) == b"first"
    with pytest.raises(ConnectionResetError):
        await exchange(echo_proxy.address, [b"second"])
    assert await exchange(echo_proxy.address, [b"third"]) == b"third"
    assert echo_proxy.heal(rule).connections == 1


async def test_a_rule_can_name_a_client_port_or_a_text_in_the_head(echo_proxy: Proxy) -> None:
    pairs = [await asyncio.open_connection(*echo_proxy.address) for _ in range(3)]
    ports = [writer.get_extra_info("sockname")[1] for _, writer in pairs]
    echo_proxy.impose(CutAtByte(direction="down", n=4, client_port=ports[0], times=None))
    echo_proxy.impose(CutAtByte(direction="down", n=4, head_contains="user-b", times=None))
    for (_, writer), user in zip(pairs, ["user-a", "user-b", "user-c"], strict=True):
        writer.write(f"GET / HTTP/1.1\r\nX-User: {user}\r\n\r\n".encode())
    for reader, _ in pairs[:2]:
        with pytest.raises(ConnectionResetError):
            await reader.readexactly(20)
    assert await pairs[2][0].readexactly(20)
    for _, writer in pairs:
        writer.close()


async def test_close_leaves_no_task_and_no_socket(serving: Any) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with serving(silent) as upstream:
        sockets, tasks = open_sockets(), len(asyncio.all_tasks())
        async with Proxy("leak", upstream) as proxy:
            proxy.impose(Stall())
            raws = [socket.create_connection(proxy.address) for _ in range(20)]
            await asyncio.sleep(0.05)
            proxy.impose(Hang())
            raws += [socket.create_connection(proxy.address) for _ in range(5)]
            await asyncio.sleep(0.05)
        for raw in raws:
            raw.close()

        async def settled() -> bool:
            return (open_sockets(), len(asyncio.all_tasks())) == (sockets, tasks)

        assert await wait_until(settled, deadline_s=20), (open_sockets(), sockets)


def open_sockets() -> int:
    links = (f"/proc/self/fd/{name}" for name in os.listdir("/proc/self/fd"))
    return sum(os.path.exists(link) and os.readlink(link).startswith("socket:") for link in links)
