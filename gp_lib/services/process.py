"""One operating-system process: a frozen description, and the running thing."""

import asyncio
import os
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from gp_lib.clock import patience
from gp_lib.services.account import Account

LAUNCHER = Path(__file__).with_name("launch.py")
PASSED_ON = (
    *("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "LD_LIBRARY_PATH", "PYTHONPATH"),
    *("SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "https_proxy", "GPATH_SLOW_FACTOR"),
)


def clean_environment() -> dict[str, str]:
    """What a service gets to see of our environment: no ``PG*``, no tokens, and never a proxy for loopback."""
    kept = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    return kept | {"NO_PROXY": "127.0.0.1,localhost", "PYTHONUNBUFFERED": "1"}


@dataclass(frozen=True, kw_only=True)
class ProcessSpec:
    """How to run a program.

    ``log`` gets stdout and stderr, appended. ``stdin`` is fed to it, then closed. ``account`` is whom it runs as
    (``None``: us). ``inherit`` are file descriptors it keeps. ``stop_signal`` asks it to end in good order within
    ``grace_s`` seconds; ``orphan_signal`` is what the kernel sends it when we die.
    """

    name: str
    argv: tuple[str, ...]
    log: Path
    cwd: Path
    environment: Mapping[str, str] = field(default_factory=clean_environment, repr=False)
    stdin: bytes = field(default=b"", repr=False)
    account: Account | None = None
    inherit: tuple[int, ...] = ()
    stop_signal: signal.Signals = signal.SIGTERM
    orphan_signal: signal.Signals = signal.SIGKILL
    grace_s: float = 10.0

    def command(self) -> list[str]:
        """The launcher, and what it becomes."""
        account = f"{self.account.uid}:{self.account.gid}" if self.account else "-"
        ours = [sys.executable, "-I", "-S", str(LAUNCHER)]
        return [*ours, str(os.getpid()), str(int(self.orphan_signal)), account, *self.argv]


class ServiceProcess:
    """A running process; make one with ``spawn``."""

    def __init__(self, spec: ProcessSpec, process: asyncio.subprocess.Process, log_start: int) -> None:
        self.spec = spec
        self.log_start = log_start
        self._process = process

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether it has not ended yet (a stopped process is alive)."""
        return self._process.returncode is None

    @property
    def ending(self) -> str:
        """How it ended, in words: ``exit code 1`` or ``signal SIGKILL``; ``still running`` while it is."""
        code = self._process.returncode
        if code is None:
            return "still running"
        return f"exit code {code}" if code >= 0 else f"signal {signal.Signals(-code).name}"

    async def wait(self) -> None:
        """Wait until it has ended."""
        await self._process.wait()

    def signal(self, number: signal.Signals) -> None:
        """Send ``number``: KILL, STOP and CONT to it and all its descendants, anything else to it alone.

        PostgreSQL's backends are sessions of their own, so a process group would not reach them.
        """
        to_all = number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGCONT)
        for process in family(self.pid) if to_all else family(self.pid)[:1]:
            with suppress(psutil.NoSuchProcess):
                process.send_signal(number)

    async def kill(self) -> None:
        """End it and its descendants now."""
        if not self.alive:
            return
        relatives = family(self.pid)
        self.signal(signal.SIGKILL)
        await self.wait()
        await asyncio.to_thread(psutil.wait_procs, relatives[1:], timeout=patience(5))

    async def stop(self) -> None:
        """End it in good order, or after its grace by force."""
        if not self.alive:
            return
        self.signal(signal.SIGCONT)
        self.signal(self.spec.stop_signal)
        try:
            async with asyncio.timeout(patience(self.spec.grace_s)):
                await self.wait()
        except TimeoutError:
            await self.kill()

    def log_tail(self, lines: int = 15) -> str:
        """The last lines it has written since it was spawned."""
        return read_tail(self.spec.log, lines, start=self.log_start)


def family(pid: int) -> list[psutil.Process]:
    """The process and its descendants, itself first; empty when it is gone."""
    try:
        parent = psutil.Process(pid)
        return [parent, *parent.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def is_alive(process: psutil.Process) -> bool:
    """Whether it runs; one that has ended and waits to be reaped does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def ports_of(processes: Iterable[psutil.Process]) -> set[int] | None:
    """The TCP ports that they listen on, ``None`` where the system does not tell; one that has ended has none."""
    ports: set[int] = set()
    for process in processes:
        try:
            sockets = process.net_connections("tcp")
        except psutil.NoSuchProcess:
            continue
        except psutil.AccessDenied:
            return None
        ports |= {socket.laddr.port for socket in sockets if socket.status == psutil.CONN_LISTEN}
    return ports


def read_tail(log: Path, lines: int, *, start: int = 0) -> str:
    """The last ``lines`` lines of ``log`` from byte ``start`` on; empty when there is no such file."""
    with suppress(OSError), log.open("rb") as file:
        file.seek(max(start, file.seek(0, os.SEEK_END) - 400 * lines))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-lines:])
    return ""


async def spawn(spec: ProcessSpec) -> ServiceProcess:
    """Start a process, in a process group of its own so that a terminal's Ctrl-C does not reach it."""
    descriptor = os.open(spec.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        log_start = os.fstat(descriptor).st_size
        process = await asyncio.create_subprocess_exec(
            *spec.command(),
            stdin=asyncio.subprocess.PIPE,
            stdout=descriptor,
            stderr=descriptor,
            cwd=spec.cwd,
            env=dict(spec.environment),
            pass_fds=spec.inherit,
            process_group=0,
        )
    finally:
        os.close(descriptor)
    running = ServiceProcess(spec, process, log_start)
    try:
        await _feed(process, spec.stdin)
    except BaseException:
        await running.kill()
        raise
    return running


async def _feed(process: asyncio.subprocess.Process, text: bytes) -> None:
    if process.stdin is None:
        return
    with suppress(ConnectionError):  # it died before it read: the readiness probe will say so
        process.stdin.write(text)
        await process.stdin.drain()
    process.stdin.close()
