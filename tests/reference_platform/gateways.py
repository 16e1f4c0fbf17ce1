"""Gateways as processes of their own, on a database that only these tests use."""

import asyncio
import os
import signal
import socket
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import asyncpg
import httpx

from gp_lib.clock import wait_until
from tests.reference_platform.forked import GatewayProcess

START_S = 30.0

StartGateway = Callable[..., Awaitable["Gateway"]]


@dataclass(frozen=True)
class Home:
    """The stores that gateways share, and how tokens are signed. Connection strings by their role."""

    folder: Path
    app_url: str
    owner_url: str
    auditor_url: str
    valkey_url: str
    clickhouse_url: str
    model_url: str
    model_key: str
    secret: str = "a secret that is long enough for HS256, and for HS512 too: 64 bytes."

    def environment(self, port: int) -> dict[str, str]:
        """What a gateway has to be told."""
        return {
            "GP_PLATFORM_PORT": str(port),
            "GP_PLATFORM_DATABASE_URL": self.app_url,
            "GP_PLATFORM_MIGRATION_URL": self.owner_url,
            "GP_PLATFORM_VALKEY_URL": self.valkey_url,
            "GP_PLATFORM_CLICKHOUSE_URL": self.clickhouse_url,
            "GP_PLATFORM_MODEL_URL": self.model_url,
            "GP_PLATFORM_MODEL_KEY": self.model_key,
            "GP_PLATFORM_JWT_SECRET": self.secret,
        }


@dataclass
class Gateway:
    """One running gateway."""

    home: Home
    port: int
    process: GatewayProcess
    log: Path
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def http(self) -> str:
        """Its REST side."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        """Its WebSocket."""
        return f"ws://127.0.0.1:{self.port}/ws"

    async def get(self, path: str, token: str | None = None, method: str = "GET") -> httpx.Response:
        """One request."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(base_url=self.http, timeout=10, trust_env=False) as client:
            return await client.request(method, path, headers=headers)

    async def hits(self, defect: str) -> int:
        """How often a seeded defect has struck in this process."""
        report: dict[str, Any] = (await self.get("/defects")).json()
        return int(report[defect]["hits_here"])

    async def metric(self, name: str) -> float:
        """One figure of ``/metrics``."""
        text = (await self.get("/metrics")).text
        return next(float(line.split()[1]) for line in text.splitlines() if line.startswith(f"{name} "))

    async def ready(self) -> None:
        """Wait until it says that it is ready."""
        async with asyncio.timeout(START_S):
            while True:
                assert self.process.poll() is None, self.log.read_text()
                try:
                    if (await self.get("/readyz")).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.05)

    async def stop(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait for the end; returns the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(number)
        return await asyncio.to_thread(self.process.wait, 15)


async def facts_are_carried(home: Home, run_id: str) -> None:
    """Wait until the platform takes every fact of the run for carried to the cold tier."""
    await _comes_true(home, "count(*) filter (where facts_at is null) = 0", run_id)


async def events_are_committed(home: Home, run_id: str, count: int) -> None:
    """Wait until so many events of the run are in the database."""
    await _comes_true(home, f"count(*) >= {count}", run_id)


async def _comes_true(home: Home, wanted: str, run_id: str) -> None:
    auditor = await asyncpg.connect(home.auditor_url)

    async def true() -> bool:
        return bool(await auditor.fetchval(f"select {wanted} from platform.events where run_id = $1", run_id))

    try:
        assert await wait_until(true, deadline_s=30), f"not within 30 s: {wanted}"
    finally:
        await auditor.close()


def free_port() -> int:
    """A port that nobody listens on at the moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def launched(home: Home, variables: Mapping[str, str], port: int | None = None) -> Gateway:
    """Start a gateway process; ``variables`` are names after ``GP_PLATFORM_``."""
    port = port or free_port()
    chosen = {f"GP_PLATFORM_{name.upper()}": value for name, value in variables.items()}
    log = home.folder / f"gateway-{port}-{uuid.uuid4().hex[:6]}.log"
    process = GatewayProcess({**os.environ, **home.environment(port), **chosen}, home.folder, log)
    return Gateway(home, port, process, log, variables)


@asynccontextmanager
async def running(home: Home, **variables: str) -> AsyncIterator[Gateway]:
    """A gateway that is ready, and stopped at the end."""
    gateway = launched(home, variables)
    try:
        await gateway.ready()
        yield gateway
    finally:
        await gateway.stop()


async def started_again(gateway: Gateway, **variables: str) -> Gateway:
    """A new process in the place of one that ended: same port, same id unless ``variables`` say otherwise."""
    again = launched(gateway.home, {**gateway.variables, **variables}, gateway.port)
    await again.ready()
    return again
