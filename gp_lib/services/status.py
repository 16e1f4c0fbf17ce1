"""What a stack is doing, read from its state directory: also when its supervisor is busy, or dead."""

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil

from gp_lib.clock import utc_now
from gp_lib.errors import SettingsError
from gp_lib.services.process import family, is_alive, read_tail
from gp_lib.services.stack import find_stack
from gp_lib.services.state import LedgerEntry, StateDir
from gp_lib.settings import ServiceDescription


@dataclass(frozen=True)
class ServiceStatus:
    """One service of a running stack.

    ``state`` is ``starting``, ``ready``, ``paused`` (SIGSTOP), ``stopped``, ``killed`` (both by order), ``died`` (not
    by order; nothing restarts it) or ``attached``. ``ending`` says in words how its process ended; it is empty while
    the process lives, and for the moment in which it has died and its supervisor has not noted how. ``since_s`` is
    how many seconds ago the state began. ``pid``, ``uptime_s`` and ``memory_bytes`` (resident, its descendants
    included) are ``None`` while it has no process.
    """

    name: str
    state: str
    ending: str
    since_s: float
    pid: int | None
    uptime_s: float | None
    memory_bytes: int | None
    port: int
    version: str
    source: str
    ready_s: float
    log: Path


def status(state_dir: Path) -> tuple[ServiceStatus, ...]:
    """Every service of the stack that is up there; empty when none is."""
    stack = find_stack(state_dir)
    if stack is None:
        return ()
    entries, _ = StateDir(state_dir).read_ledger()
    return tuple(_status(name, service, entries.get(name)) for name, service in stack.services.items())


def log_of(state_dir: Path, service: str) -> Path:
    """Where the log of ``service`` (or of the ``supervisor``) is, of the stack that is up or was last.

    Raises:
        SettingsError: there is no such log; the message names those there are.
    """
    state = StateDir(state_dir)
    path = state.log(service)
    known = sorted(file.stem for file in state.logs.glob("*.log"))
    if service not in known:
        raise SettingsError(
            "service", f"{service!r} has no log in {state.logs}; there are: {', '.join(known) or 'none'}"
        )
    return path


def tail(state_dir: Path, service: str, lines: int = 50) -> str:
    """The last lines of a log.

    Raises:
        SettingsError: there is no such log.
    """
    return read_tail(log_of(state_dir, service), lines)


def _status(name: str, service: ServiceDescription, entry: LedgerEntry | None) -> ServiceStatus:
    now = utc_now().timestamp()
    relatives = family(entry.pid) if entry and not entry.ending else []  # a live supervisor keeps the ledger true
    alive = bool(relatives) and is_alive(relatives[0])
    return ServiceStatus(
        name=name,
        state=_state(entry, relatives[0] if alive else None),
        ending=entry.ending if entry else "",
        since_s=now - entry.changed_at if entry else 0.0,
        pid=entry.pid if entry and alive else None,
        uptime_s=now - entry.created_at if entry and alive else None,
        memory_bytes=sum(_resident(process) for process in relatives) if alive else None,
        port=service.port,
        version=service.version,
        source=service.source,
        ready_s=service.ready_s,
        log=service.log,
    )


def _state(entry: LedgerEntry | None, process: psutil.Process | None) -> str:
    if entry is None:
        return "attached"
    if process is None:
        return entry.state if entry.ending else "died"
    with suppress(psutil.NoSuchProcess):
        if process.status() == psutil.STATUS_STOPPED:
            return "paused"
    return entry.state


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0
