"""Rules that hold, swallow, delay or slow down bytes."""

import asyncio
import random
import socket
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gp_lib.clock import wait_until
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rules import Bandwidth, BlackHole, Latency, Rule, Stall

Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@pytest.fixture
async def pair(echo_proxy: Proxy) -> Any:
    """A connection that has been used once."""
    reader, writer = await asyncio.open_connection(*echo_proxy.address)
    writer.write(b"!")
    assert await reader.readexactly(1) == b"!"
    yield reader, writer
    writer.close()


async def nothing_comes(reader: asyncio.StreamReader, for_s: float = 0.1) -> bool:
    try:
        await asyncio.wait_for(reader.read(1), for_s)
    except TimeoutError:
        return True
    return False


async def has_bytes(proxy: Proxy, rule: str, count: int) -> bool:
    async def enough() -> bool:
        return proxy.touched(rule).bytes >= count

    return bool(await wait_until(enough, deadline_s=20))


@pytest.mark.parametrize("direction", ["up", "down", "both"])
async def test_a_stall_keeps_every_byte_for_later(echo_proxy: Proxy, pair: Pair, direction: Any) -> None:
    reader, writer = pair
    rule = echo_proxy.impose(Stall(direction=direction))
    text = random.Random(1).randbytes(500_000)
    writer.write(text)
    assert await nothing_comes(reader)
    touched = echo_proxy.heal(rule)
    assert touched.connections == 1
    assert touched.bytes > 0
    assert await reader.readexactly(len(text)) == text


async def test_a_stall_keeps_the_end_of_the_stream_for_later(echo_proxy: Proxy, pair: Pair) -> None:
    reader, writer = pair
    rule = echo_proxy.impose(Stall(direction="up"))
    writer.write(b"the last words")
    writer.write_eof()
    assert await nothing_comes(reader)
    assert echo_proxy.heal(rule).bytes == len(b"the last words")
    assert await reader.read() == b"the last words"


async def test_a_stall_that_met_no_traffic_touched_nothing(echo_proxy: Proxy, pair: Pair) -> None:
    rule = echo_proxy.impose(Stall())
    touched = echo_proxy.heal(rule)
    assert (touched.connections, touched.bytes, touched.matches, touched.struck_s) == (0, 0, 0, [])


async def test_a_stall_for_one_connection_spares_the_next(echo_proxy: Proxy, pair: Pair) -> None:
    rule = echo_proxy.impose(Stall(times=1))
    pair[1].write(b"held")
    assert await has_bytes(echo_proxy, rule, 4)
    reader, writer = await asyncio.open_connection(*echo_proxy.address)
    writer.write(b"free")
    assert await asyncio.wait_for(reader.readexactly(4), 20) == b"free"
    assert echo_proxy.heal(rule).connections == 1
    assert await pair[0].readexactly(4) == b"held"
    writer.close()


async def test_a_stalled_sender_feels_back_pressure_and_memory_is_bounded(serving: Any) -> None:
    limit = 256_000
    text = random.Random(2).randbytes(20_000_000)
    received = bytearray()

    async def keep(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65_536):
            received.extend(data)

    async with serving(keep) as upstream, Proxy("narrow", upstream, queue_bytes=limit) as proxy:
        rule = proxy.impose(Stall())
        with socket.create_connection(proxy.address) as raw:
            raw.setblocking(False)
            sending = asyncio.create_task(asyncio.get_running_loop().sock_sendall(raw, text))
            assert await has_bytes(proxy, rule, limit)
            await asyncio.sleep(0.1)
            assert not sending.done()
            assert proxy.touched(rule).bytes <= limit + 65_536
            proxy.heal(rule)
            await sending

        async def complete() -> bool:
            return len(received) == len(text)

        assert await wait_until(complete, deadline_s=10)
    assert received == text


async def test_a_slow_reader_slows_its_sender_down_even_without_a_rule(serving: Any) -> None:
    go = asyncio.Event()

    async def read_later(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await go.wait()
        writer.write(str(len(await reader.read())).encode())

    async with serving(read_later, limit=1000) as upstream, Proxy("slow", upstream) as proxy:
        reader, writer = await asyncio.open_connection(*proxy.address)
        writer.write(bytes(40_000_000))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(writer.drain(), 0.5)
        go.set()
        writer.write_eof()
        assert await asyncio.wait_for(reader.read(), 20) == b"40000000"
        writer.close()


async def test_a_black_hole_counts_what_it_swallows_and_dooms_the_connection(echo_proxy: Proxy, pair: Pair) -> None:
    reader, writer = pair
    rule = echo_proxy.impose(BlackHole(direction="up"))
    writer.write(b"x" * 100_000)
    assert await has_bytes(echo_proxy, rule, 100_000)
    touched = echo_proxy.heal(rule)
    assert (touched.connections, touched.bytes) == (1, 100_000)
    with pytest.raises(ConnectionResetError):
        await asyncio.wait_for(reader.read(), 20)


async def test_a_connection_that_lost_nothing_in_a_black_hole_lives_on(echo_proxy: Proxy, pair: Pair) -> None:
    reader, writer = pair
    touched = echo_proxy.heal(echo_proxy.impose(BlackHole()))
    assert (touched.connections, touched.bytes) == (0, 0)
    writer.write(b"still here")
    assert await reader.readexactly(10) == b"still here"


async def test_latency_delays_each_way(echo_proxy: Proxy, pair: Pair) -> None:
    reader, writer = pair
    rule = echo_proxy.impose(Latency(delay_s=0.1))
    began = time.monotonic()
    writer.write(b"x")
    await reader.readexactly(1)
    assert 0.2 <= time.monotonic() - began < 2
    touched = echo_proxy.heal(rule)
    assert (touched.connections, touched.bytes) == (1, 2)
    began = time.monotonic()
    writer.write(b"x")
    await reader.readexactly(1)
    assert time.monotonic() - began < 0.1


async def test_healing_latency_releases_what_waits(echo_proxy: Proxy, pair: Pair) -> None:
    reader, writer = pair
    rule = echo_proxy.impose(Latency(delay_s=60, direction="up"))
    writer.write(b"hurry")
    assert await has_bytes(echo_proxy, rule, 5)
    echo_proxy.heal(rule)
    assert await asyncio.wait_for(reader.readexactly(5), 20) == b"hurry"


async def test_latencies_add_up_and_are_healed_one_by_one(echo_proxy: Proxy, pair: Pair) -> None:
    reader, writer = pair
    long = echo_proxy.impose(Latency(delay_s=60, direction="up"))
    short = echo_proxy.impose(Latency(delay_s=0.2, direction="up"))
    began = time.monotonic()
    writer.write(b"x")
    assert await has_bytes(echo_proxy, short, 1)
    echo_proxy.heal(long)
    await asyncio.wait_for(reader.readexactly(1), 20)
    assert time.monotonic() - began >= 0.2


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    sizes=st.lists(st.integers(1, 20_000), min_size=2, max_size=25),
    jitter_s=st.floats(0.001, 0.02),
    seed=st.integers(0, 2**32),
)
async def test_jitter_never_reorders(echo_proxy: Proxy, sizes: list[int], jitter_s: float, seed: int) -> None:
    pieces = [random.Random(seed + size).randbytes(size) for size in sizes]
    rule = echo_proxy.impose(Latency(jitter_s=jitter_s))
    reader, writer = await asyncio.open_connection(*echo_proxy.address)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0)
    writer.write_eof()
    assert await reader.read() == b"".join(pieces)
    assert echo_proxy.heal(rule).bytes == 2 * sum(sizes)
    writer.close()


async def test_jitter_is_repeated_by_the_seed(serving: Any) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(100):
            writer.write(b"y")

    async def delays(seed: int) -> list[float]:
        taken = []
        async with serving(answer) as upstream, Proxy("seeded", upstream, seed=seed) as proxy:
            proxy.impose(Latency(jitter_s=0.2, direction="up"))
            reader, writer = await asyncio.open_connection(*proxy.address)
            for _ in range(4):
                began = time.monotonic()
                writer.write(b"x")
                await reader.readexactly(1)
                taken.append(time.monotonic() - began)
            writer.close()
        return taken

    async def least(seed: int) -> list[float]:
        """What a busy machine adds is not the rule's."""
        return [min(times) for times in zip(*[await delays(seed) for _ in range(3)], strict=True)]

    first, second, other = await least(1), await least(1), await least(2)
    assert first == pytest.approx(second, abs=0.05)
    assert first != pytest.approx(other, abs=0.05)


async def test_bandwidth_bounds_the_bytes_per_second(echo_proxy: Proxy, pair: Pair) -> None:
    reader, writer = pair
    rule = echo_proxy.impose(Bandwidth(bytes_per_s=200_000, direction="down"))
    text = random.Random(3).randbytes(100_000)
    began = time.monotonic()
    writer.write(text)
    assert await reader.readexactly(len(text)) == text
    assert 0.45 <= time.monotonic() - began < 5
    touched = echo_proxy.heal(rule)
    assert (touched.connections, touched.bytes) == (1, 100_000)


LOSSLESS: list[Rule] = [
    Stall(),
    Stall(direction="up"),
    Latency(delay_s=0.002, jitter_s=0.004),
    Latency(delay_s=60, direction="down"),
    Bandwidth(bytes_per_s=3_000_000),
]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=st.lists(st.sampled_from(LOSSLESS), min_size=3, max_size=12), seed=st.integers(0, 2**32))
async def test_rules_changed_in_mid_stream_lose_nothing(echo_proxy: Proxy, changes: list[Rule], seed: int) -> None:
    text = random.Random(seed).randbytes(1_500_000)
    reader, writer = await asyncio.open_connection(*echo_proxy.address)

    async def send() -> None:
        for start in range(0, len(text), 10_000):
            writer.write(text[start : start + 10_000])
            await writer.drain()
        writer.write_eof()

    async def change() -> None:
        for rule in changes:
            rule_id = echo_proxy.impose(rule)
            await asyncio.sleep(0.004)
            echo_proxy.heal(rule_id)

    answer, _, _ = await asyncio.wait_for(asyncio.gather(reader.read(), send(), change()), 30)
    assert answer == text
    writer.close()
