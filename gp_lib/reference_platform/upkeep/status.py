"""What operators ask: is everything reachable, who is this process, how busy is it."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from prometheus_client import CollectorRegistry, Gauge, generate_latest

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.problems import PlatformError

PROBE_S = 1.5

Probe = Callable[[], Awaitable[object]]
Reading = Callable[[], float]


class Status:
    """Collects what other parts know about themselves; it keeps no state of theirs."""

    def __init__(self, gateway_id: str) -> None:
        self._gateway_id = gateway_id
        self._started_at = protocol.now()
        self._registry = CollectorRegistry()
        self.probes: dict[str, Probe] = {}
        self.defect_report: Callable[[], Awaitable[Mapping[str, Any]]] | None = None

    def gauge(self, name: str, meaning: str, reading: Reading) -> None:
        """Show ``reading`` as the gauge ``name``, asked for at each scrape."""
        Gauge(name, meaning, registry=self._registry).set_function(reading)

    async def dependencies(self) -> dict[str, dict[str, Any]]:
        """For each dependency whether it answers, and in how many milliseconds."""
        names = list(self.probes)
        answers = await asyncio.gather(*(_answer(self.probes[name]) for name in names))
        return dict(zip(names, answers, strict=True))

    def version(self) -> dict[str, Any]:
        """Version, the digest of the source it runs from, gateway id, start time and process id."""
        return {
            "version": _version(),
            "digest": _source_digest(),
            "protocol": protocol.PROTOCOL,
            "gateway_id": self._gateway_id,
            "started_at": protocol.rfc3339(self._started_at),
            "pid": os.getpid(),
        }

    def metrics(self) -> bytes:
        """All gauges as Prometheus text."""
        return generate_latest(self._registry)

    async def defects(self) -> Mapping[str, Any]:
        """The seeded defects that are on; empty on a healthy platform."""
        return await self.defect_report() if self.defect_report is not None else {}


async def _answer(probe: Probe) -> dict[str, Any]:
    began_s = time.monotonic()
    try:
        async with asyncio.timeout(PROBE_S):
            await probe()
    except (PlatformError, OSError, TimeoutError) as error:
        # The kind of error is enough for an operator; its text could name addresses or users.
        return {"ok": False, "error": type(error).__name__}
    return {"ok": True, "ms": round((time.monotonic() - began_s) * 1000, 2)}


def _version() -> str:
    try:
        return version("golden-path-workbench")
    except PackageNotFoundError:
        return "unknown"


@cache
def _source_digest() -> str:
    """What identifies this platform for good, as an image's digest does: the SHA-256 over all its source files."""
    root = Path(__file__).parents[1]
    whole = sha256()
    for path in sorted(path for path in root.rglob("*") if path.suffix in (".py", ".sql")):
        whole.update(f"{path.relative_to(root).as_posix()}\0{sha256(path.read_bytes()).hexdigest()}\n".encode())
    return f"sha256:{whole.hexdigest()}"
