"""What may be ordered of a running stack's processes: signal, start, restart, status, and to stop it all."""

import asyncio
import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

import psutil

from gp_lib.clock import utc_now
from gp_lib.errors import NotReady, SettingsError
from gp_lib.faults.control import Handler, at_session_end
from gp_lib.services.platform import Platform
from gp_lib.services.service import Service

SIGNALS = {
    "KILL": signal.SIGKILL,
    "STOP": signal.SIGSTOP,
    "CONT": signal.SIGCONT,
    "TERM": signal.SIGTERM,
}


class ProcessOrders:
    """The ``process.*`` and ``stack.*`` operations; at most one at a time for each service."""

    def __init__(self, services: Mapping[str, Service], stop: Callable[[], None]) -> None:
        self._services = services
        self._stop = stop
        self._busy = {name: asyncio.Lock() for name in services}
        self._putting_back: set[asyncio.Task[dict[str, Any]]] = set()

    def handlers(self) -> Mapping[str, Handler]:
        """The operations by name."""
        return {
            "process.signal": self.signal,
            "process.start": self.start,
            "process.restart": self.restart,
            "process.status": self.status,
            "stack.stop": self.stop,
        }

    async def signal(self, *, service: str, signal: str) -> dict[str, Any]:
        """Send KILL, STOP, CONT or TERM; after KILL the process is gone when this returns."""
        found = self._find(service)
        number = SIGNALS.get(signal.removeprefix("SIG"))
        if number is None:
            raise SettingsError("signal", f"{signal!r} is none of {', '.join(SIGNALS)}")
        async with self._busy[service]:
            pid = found.signal(number)
            if signal.removeprefix("SIG") == "KILL":
                await found.kill()
        return {"pid": pid}

    async def start(
        self, *, service: str, defects: list[str] | None = None, environment: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """Start a service that is down, on its old port and data; ``None`` keeps what it ran with last."""
        found = self._find(service)
        async with self._busy[service]:
            if found.running:
                raise NotReady(service, "it is running already", todo="use process.restart")
            _choose(found, defects, environment)
            await found.start()
        return _report(found)

    async def restart(
        self,
        *,
        service: str,
        defects: list[str] | None = None,
        environment: dict[str, str] | None = None,
        for_now: bool = False,
    ) -> dict[str, Any]:
        """Stop a service in good order and start it on the same port and data; ``None`` as in ``start``.

        With ``for_now`` the environment lives no longer than the control connection: a killed notebook leaves none.
        """
        found = self._find(service)
        async with self._busy[service]:
            if for_now:
                self._put_back_later(service, dict(found.environment))
            _choose(found, defects, environment)
            await found.stop()
            await found.start()
        return _report(found)

    def _put_back_later(self, service: str, environment: dict[str, str]) -> None:
        def put_back() -> None:
            if self._services[service].environment != environment:
                task = asyncio.create_task(self.restart(service=service, environment=environment))
                self._putting_back.add(task)
                task.add_done_callback(self._putting_back.discard)

        at_session_end(put_back)

    async def status(self) -> dict[str, Any]:
        """What every service is doing."""
        return {name: _report(service) for name, service in self._services.items()}

    async def stop(self) -> dict[str, Any]:
        """Stop the whole stack; the answer comes before it is done."""
        asyncio.get_running_loop().call_later(0.05, self._stop)  # let the answer leave first
        return {}

    def _find(self, service: str) -> Service:
        if service not in self._services:
            raise SettingsError("service", f"{service!r} is none of {', '.join(self._services)}")
        return self._services[service]


def _choose(service: Service, defects: list[str] | None, environment: dict[str, str] | None) -> None:
    if defects is not None:
        if not isinstance(service, Platform):
            raise SettingsError("defects", f"{service.name} has none; only the platform has seeded defects")
        service.defects = tuple(defects)
    if environment is not None:
        if strange := sorted(name for name in environment if not name.startswith("GP_")):
            raise SettingsError("environment", f"{', '.join(strange)} does not begin with GP_")
        service.environment = dict(environment)


def _report(service: Service) -> dict[str, Any]:
    """``state`` is starting, ready, paused (by STOP), stopped, killed (both by order) or died (not by order)."""
    entry = service.entry
    alive = service.running
    return {
        "state": _state(service),
        "pid": entry.pid if entry and alive else None,
        "port": service.port,
        "uptime_s": round(utc_now().timestamp() - entry.created_at, 3) if entry and alive else None,
        "ready_s": round(service.ready_s, 3),
        "ending": entry.ending if entry else "",
        "log": str(service.log),
        "defects": list(service.defects) if isinstance(service, Platform) else [],
        "environment": dict(service.environment),
    }


def _state(service: Service) -> str:
    if service.entry is None:
        return "stopped"
    with suppress(psutil.NoSuchProcess):
        if service.running and psutil.Process(service.entry.pid).status() == psutil.STATUS_STOPPED:
            return "paused"
    return service.entry.state
