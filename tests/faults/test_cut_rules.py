"""Rules that end a connection: by RST or FIN, at once or at a byte."""

import asyncio
import errno
import socket
from typing import Any

import pytest

from gp_lib.clock import wait_until
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rules import CutAtByte, Reset


@pytest.fixture
async def raw(echo_proxy: Proxy) -> Any:
    """A plain socket through the proxy, used once."""
    loop = asyncio.get_running_loop()
    with socket.create_connection(echo_proxy.address) as raw:
        raw.setblocking(False)
        await loop.sock_sendall(raw, b"!")
        assert await loop.sock_recv(raw, 1) == b"!"
        yield raw


async def read_all(raw: socket.socket) -> tuple[bytes, int]:
    """What came until the end, and the errno of the end: 0 for a FIN."""
    loop = asyncio.get_running_loop()
    seen = b""
    try:
        async with asyncio.timeout(20):
            while data := await loop.sock_recv(raw, 65_536):
                seen += data
    except OSError as error:
        return seen, error.errno or 0
    return seen, 0


async def test_reset_is_a_true_rst_for_the_client(echo_proxy: Proxy, raw: socket.socket) -> None:
    rule = echo_proxy.impose(Reset())
    assert await read_all(raw) == (b"", errno.ECONNRESET)
    touched = echo_proxy.heal(rule)
    assert (touched.connections, len(touched.struck_s)) == (1, 1)


async def test_reset_is_a_true_rst_for_the_server_too(serving: Any) -> None:
    ended: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def read_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"y")
        try:
            await reader.read()
            ended.set_result(None)
        except OSError as error:
            ended.set_result(error.errno)

    async with serving(read_on) as upstream, Proxy("both", upstream) as proxy:
        reader, writer = await asyncio.open_connection(*proxy.address)
        assert await reader.readexactly(1) == b"y"
        proxy.impose(Reset())
        assert await asyncio.wait_for(ended, 20) == errno.ECONNRESET
        writer.close()


async def test_reset_strikes_new_connections_until_healed(echo_proxy: Proxy) -> None:
    rule = echo_proxy.impose(Reset())
    for _ in range(2):
        with socket.create_connection(echo_proxy.address) as late:
            late.setblocking(False)
            assert (await read_all(late))[1] == errno.ECONNRESET
    assert echo_proxy.heal(rule).connections == 2
    with socket.create_connection(echo_proxy.address) as free:
        free.sendall(b"x")
        free.setblocking(False)
        assert await asyncio.get_running_loop().sock_recv(free, 1) == b"x"


async def test_reset_after_bytes_counts_both_directions(echo_proxy: Proxy, raw: socket.socket) -> None:
    echo_proxy.impose(Reset(after_bytes=150))
    await asyncio.get_running_loop().sock_sendall(raw, b"x" * 100)
    assert await read_all(raw) == (b"x" * 50, errno.ECONNRESET)


@pytest.mark.parametrize(("how", "code"), [("reset", errno.ECONNRESET), ("close", 0)])
@pytest.mark.parametrize("n", [1, 777, 70_000])
async def test_exactly_n_bytes_arrive_before_the_cut(
    echo_proxy: Proxy, raw: socket.socket, how: Any, code: int, n: int
) -> None:
    rule = echo_proxy.impose(CutAtByte(direction="down", n=n, how=how))
    text = bytes(range(256)) * 400
    sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(raw, text))
    assert await read_all(raw) == (text[:n], code)
    await asyncio.gather(sending, return_exceptions=True)
    assert len(echo_proxy.heal(rule).struck_s) == 1


async def test_a_slow_reader_gets_every_byte_before_the_cut(serving: Any) -> None:
    async def pour(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(bytes(5_000_000))
        await writer.drain()

    async with serving(pour) as upstream, Proxy("pours", upstream) as proxy:
        rule = proxy.impose(CutAtByte(direction="down", n=1_000_000))
        with socket.socket() as raw:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8_192)
            raw.connect(proxy.address)
            raw.setblocking(False)

            async def struck() -> bool:
                return bool(proxy.touched(rule).struck_s)

            assert await wait_until(struck, deadline_s=20)
            await asyncio.sleep(0.1)  # within DRAIN_S
            seen, code = await read_all(raw)
    assert (len(seen), code) == (1_000_000, errno.ECONNRESET)


async def test_a_cut_by_fin_is_clean_even_while_the_client_is_still_sending(
    echo_proxy: Proxy, raw: socket.socket
) -> None:
    echo_proxy.impose(CutAtByte(direction="down", n=777, how="close"))
    sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(raw, bytes(10_000_000)))
    assert await read_all(raw) == (bytes(777), 0)
    sending.cancel()
    await asyncio.gather(sending, return_exceptions=True)


async def test_exactly_n_bytes_reach_the_server(serving: Any) -> None:
    seen = bytearray()
    ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while data := await reader.read(100):
                seen.extend(data)
        finally:
            ended.set_result(None)

    async with serving(keep) as upstream, Proxy("up", upstream) as proxy:
        proxy.impose(CutAtByte(direction="up", n=1234))
        _, writer = await asyncio.open_connection(*proxy.address)
        writer.write(b"z" * 5000)
        await asyncio.wait_for(ended, 20)
        writer.close()
    assert seen == b"z" * 1234


async def test_skip_and_times_choose_the_connections(echo_proxy: Proxy) -> None:
    rule = echo_proxy.impose(CutAtByte(direction="down", n=1, skip=1, times=2))
    ends = []
    for _ in range(5):
        with socket.create_connection(echo_proxy.address) as raw:
            raw.sendall(b"ab")
            raw.shutdown(socket.SHUT_WR)
            raw.setblocking(False)
            ends.append(await read_all(raw))
    cut, whole = (b"a", errno.ECONNRESET), (b"ab", 0)
    assert ends == [whole, cut, cut, whole, whole]
    touched = echo_proxy.heal(rule)
    assert (touched.connections, touched.matches) == (2, 5)


async def test_a_connection_that_never_gets_that_far_is_not_touched(echo_proxy: Proxy, raw: socket.socket) -> None:
    rule = echo_proxy.impose(CutAtByte(direction="down", n=3))
    await asyncio.get_running_loop().sock_sendall(raw, b"ab")
    assert await asyncio.get_running_loop().sock_recv(raw, 10) == b"ab"
    touched = echo_proxy.heal(rule)
    assert (touched.connections, touched.matches, touched.struck_s) == (0, 0, [])
