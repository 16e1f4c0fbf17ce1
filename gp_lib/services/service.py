"""What all services have in common: start on a port, become ready, stop, come back on the same port."""

import asyncio
import shutil
import signal
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, Literal

from gp_lib.clock import monotonic_s, patience, wait_until
from gp_lib.errors import NotReady
from gp_lib.services.credentials import Credentials
from gp_lib.services.ports import free_port
from gp_lib.services.process import ProcessSpec, ServiceProcess, family, ports_of, spawn
from gp_lib.services.state import LedgerEntry, ServiceState, StateDir

Source = Literal["wheel", "path", "attached"]
READY_WITHIN_S = 30.0
PROBE_EVERY_S = 0.02
PORT_ATTEMPTS = 3
FULL_BELOW_BYTES = 16 << 20
ENDING_ORDERS: Mapping[signal.Signals, ServiceState] = {signal.SIGKILL: "killed", signal.SIGTERM: "stopped"}


@dataclass(frozen=True)
class Surroundings:
    """What a service of a stack is given: where to live, the stack's secrets, and whom to tell.

    ``on_change`` is called after each change of a service's state; ``choose_port`` proposes a free port.
    """

    state: StateDir
    credentials: Credentials
    on_change: Callable[["Service"], None]
    choose_port: Callable[[], int] = free_port


class Service(ABC):
    """One service of a stack. A subclass says how to prepare, run and probe it.

    ``port`` is 0 before the first start and never changes afterwards. ``ready_s`` is how many seconds the last
    start took. ``scratch`` is a folder that it has outside the state directory (``None``: none). ``environment`` are
    variables for the next start, beside those that it always gets.
    """

    name: ClassVar[str]

    def __init__(self, surroundings: Surroundings, source: Source = "wheel") -> None:
        self.around = surroundings
        self.source: Source = source
        self.environment: dict[str, str] = {}
        self.process: ServiceProcess | None = None
        self.entry: LedgerEntry | None = None
        self.scratch: Path | None = None
        self.port = 0
        self.version = ""
        self.ready_s = 0.0
        self._prepared = False
        self._ordered: ServiceState | None = None
        self._watch: asyncio.Task[None] | None = None

    # --- what a service says about itself

    async def prepare(self) -> None:  # noqa: B027  a step that not every service has
        """Make what must exist before the first start."""

    @abstractmethod
    def spec(self, port: int) -> ProcessSpec:
        """The process that serves on ``port``."""

    @abstractmethod
    async def probe(self, port: int) -> str | None:
        """Its version when it answers in its protocol; ``None``, or an OSError, when not yet."""

    async def settle(self) -> None:  # noqa: B027  as above
        """Make what must exist inside it, once, when it is ready for the first time."""

    def release(self) -> None:  # noqa: B027  as above
        """Give back what is held outside the state directory, after the last stop."""

    # --- what can be done with it

    @property
    def running(self) -> bool:
        """Whether its process is alive."""
        return self.process is not None and self.process.alive

    @property
    def folder(self) -> Path:
        """Where its data are."""
        return self.around.state.data / self.name

    @property
    def log(self) -> Path:
        """Where its log is."""
        return self.around.state.log(self.name)

    async def start(self) -> None:
        """Start it and wait until it is ready; nothing of it is left running on failure.

        Raises:
            NotReady: with its last log lines.
        """
        if self.running:
            raise NotReady(self.name, "it is running already", todo="use it, or restart it")
        began_s = monotonic_s()
        first = not self._prepared
        if first:
            self.folder.mkdir(mode=0o700, exist_ok=True)
            await self.prepare()
            self._prepared = True
        await self._start_on_some_port()
        if first:
            await self._settle()
        self.ready_s = monotonic_s() - began_s
        self._change("ready")

    async def stop(self) -> None:
        """Stop it in good order; harmless when it is not running."""
        if self.process is not None and self.process.alive:
            self._ordered = "stopped"
            await self.process.stop()
        await self._end_noticed()

    async def kill(self) -> None:
        """End it and all its descendants with SIGKILL; harmless when it is not running."""
        if self.process is not None and self.process.alive:
            self._ordered = "killed"
            await self.process.kill()
        await self._end_noticed()

    def signal(self, number: signal.Signals) -> int:
        """Send a signal, by order; gives the pid.

        Raises:
            NotReady: it is not running.
        """
        if self.process is None or not self.process.alive:
            raise NotReady(self.name, "it is not running, so it gets no signal", todo="start it first")
        self._ordered = ENDING_ORDERS.get(number, self._ordered)
        self.process.signal(number)
        return self.process.pid

    # --- how

    async def _start_on_some_port(self) -> None:
        """A free port may be taken before the service binds it, so another one is tried."""
        ports = [self.port] if self.port else [self.around.choose_port() for _ in range(PORT_ATTEMPTS)]
        for attempt, port in enumerate(ports, start=1):
            self.process = await spawn(self.spec(port))
            self._enter()
            try:
                self.version = await self._until_ready(port)
            except BaseException as error:
                taken = "address already in use" in self.process.log_tail(50).lower()
                await self.kill()
                if taken and attempt < len(ports) and isinstance(error, NotReady):
                    continue
                raise
            self.port = port
            return

    async def _until_ready(self, port: int) -> str:
        async def ready() -> str | None:
            if not self.running:
                raise self.not_ready(f"its process ended while starting on port {port}")
            try:
                version = await self.probe(port)
            except OSError:
                return None
            return version if version and self._listens_on(port) else None

        if version := await wait_until(ready, deadline_s=READY_WITHIN_S, every_s=PROBE_EVERY_S):
            return version
        raise self.not_ready(f"it did not answer on port {port} within {patience(READY_WITHIN_S):g} s")

    async def _settle(self) -> None:
        try:
            await self.settle()
        except BaseException as error:
            await self.kill()
            if isinstance(error, NotReady | asyncio.CancelledError):
                raise
            words = self.around.credentials.redact(f"{type(error).__name__}: {error}")
            raise self.not_ready(f"it started, but could not be set up ({words})") from None

    def _listens_on(self, port: int) -> bool:
        """Whether it is our process that listens there, and not a stranger who took the port."""
        assert self.process is not None
        ports = ports_of(family(self.process.pid))
        return ports is None or port in ports

    def not_ready(self, tried: str) -> NotReady:
        """The error with this service's last words and the most likely next step."""
        tail = ""
        if self.process is not None:
            tried = tried if self.process.alive else f"{tried} ({self.process.ending})"
            tail = self.around.credentials.redact(self.process.log_tail())
        return NotReady(self.name, tried, todo=self._advice(tail), log_tail=tail)

    def _advice(self, tail: str) -> str:
        folder = self.around.state.root
        free = shutil.disk_usage(folder).free
        if free < FULL_BELOW_BYTES or "no space left" in tail.lower():
            return f"free disk space: {folder} has {free >> 20} MB left"
        if "address already in use" in tail.lower():
            return f"end the process that listens on port {self.port or 'of the log lines'}, then start again"
        return f"look at the whole log, {self.log}; on a slow machine set GPATH_SLOW_FACTOR=3"

    def _enter(self, *, of_service: bool = True) -> None:
        """Put the new process on record, and notice its end unless it is only a part of the preparation."""
        assert self.process is not None
        self._ordered = None
        self.entry = LedgerEntry.of(self.process.pid)
        if of_service:
            self._watch = asyncio.create_task(self._notice_end(self.process))
        self.around.on_change(self)

    def _change(self, state: ServiceState, ending: str = "") -> None:
        assert self.entry is not None
        self.entry = self.entry.now(state, ending)
        self.around.on_change(self)

    async def _notice_end(self, process: ServiceProcess) -> None:
        """A service that ends unasked stays down: a silent restart would hide what a scenario must see."""
        await process.wait()
        self._change(self._ordered or "died", process.ending)

    async def _end_noticed(self) -> None:
        if self._watch is not None:
            await self._watch
