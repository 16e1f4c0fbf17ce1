"""What an idle fault proxy costs: latency and throughput, proxied against direct, measured in pairs.

Run by hand: ``python tests/benchmarks/proxy_overhead.py``. The echo server, the proxy and the client are three
processes, as in the stack. Each round measures direct and proxied one after the other, in an order that is swapped
each time, so that a machine that gets slower meanwhile does not favour one of them.
"""

import argparse
import asyncio
import os
import socket
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from subprocess import PIPE, Popen

from gp_lib.faults.proxy import Proxy

Address = tuple[str, int]
PING = b"x" * 200  # about the size of an event frame
BLOCK = bytes(256 * 1024)


async def serve_echo() -> None:
    """The upstream: sends back what comes; runs until it is killed."""

    async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(1 << 18):
            writer.write(data)
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(echo, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


async def serve_proxy(upstream_port: int, protocol: str) -> None:
    """The proxy; runs until it is killed."""
    async with Proxy("benchmark", ("127.0.0.1", upstream_port), protocol=protocol) as proxy:  # type: ignore[arg-type]
        print(proxy.address[1], flush=True)
        await asyncio.Event().wait()


@contextmanager
def process(*arguments: str) -> Iterator[Address]:
    """This file again in another process; the address that it prints."""
    with Popen([sys.executable, __file__, *arguments], stdout=PIPE, env=dict(os.environ)) as child:
        assert child.stdout is not None
        try:
            yield "127.0.0.1", int(child.stdout.readline())
        finally:
            child.kill()


def latency_us(address: Address, count: int = 2_000) -> float:
    """The median round trip of a small message, in microseconds."""
    taken = []
    with socket.create_connection(address) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for _ in range(count):
            began = time.perf_counter()
            client.sendall(PING)
            left = len(PING)
            while left:
                left -= len(client.recv(left))
            taken.append(time.perf_counter() - began)
    return statistics.median(taken) * 1e6


def throughput_mb_s(address: Address, blocks: int = 200) -> float:
    """How much is echoed, in megabytes a second; one block is under way at a time."""
    with socket.create_connection(address) as client:
        began = time.perf_counter()
        for _ in range(blocks):
            client.sendall(BLOCK)
            left = len(BLOCK)
            while left:
                left -= len(client.recv(left))
        return blocks * len(BLOCK) / (time.perf_counter() - began) / 1e6


def paired(measure: Callable[[Address], float], pair: tuple[Address, Address], rounds: int) -> str:
    """Medians of both and of the differences within the rounds."""
    direct: list[float] = []
    proxied: list[float] = []
    for number in range(rounds):
        order = [(direct, pair[0]), (proxied, pair[1])]
        for results, address in order if number % 2 else reversed(order):
            results.append(measure(address))
    differences = [through - straight for straight, through in zip(direct, proxied, strict=True)]
    return (
        f"direct {statistics.median(direct):9.1f}   proxied {statistics.median(proxied):9.1f}   "
        f"difference {statistics.median(differences):+9.1f}"
    )


def main() -> None:
    """Measure, or be one of the processes measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--serve", choices=["echo", "proxy"])
    parser.add_argument("--upstream", type=int)
    parser.add_argument("--protocol", choices=["tcp", "postgres", "websocket"], default="tcp")
    chosen = parser.parse_args()
    if chosen.serve == "echo":
        asyncio.run(serve_echo())
    elif chosen.serve == "proxy":
        asyncio.run(serve_proxy(chosen.upstream, chosen.protocol))
    with (
        process("--serve=echo") as direct,
        process("--serve=proxy", f"--upstream={direct[1]}", f"--protocol={chosen.protocol}") as proxied,
    ):
        print("round trip of 200 bytes, us   ", paired(latency_us, (direct, proxied), chosen.rounds))
        print("echoed 256 KiB blocks, MB/s   ", paired(throughput_mb_s, (direct, proxied), chosen.rounds))


if __name__ == "__main__":
    main()
