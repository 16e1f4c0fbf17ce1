"""The state directory of one stack: who owns it, what is running, and what must go when it is over.

Layout: ``lock`` (held by the supervisor as long as it lives, with its pid), ``stack.json`` (while everything is
up), ``processes.json`` (the ledger: every process there is), ``data/`` (gone at stop) and ``logs/`` (kept until
the next start).
"""

import fcntl
import json
import os
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Literal, Self

import psutil

from gp_lib.clock import Deadline, utc_now
from gp_lib.services.account import remove_scratch
from gp_lib.services.process import family
from gp_lib.services.shared_memory import forget_shared_memory

STILL_WRITTEN_S = 5.0
SAME_START_S = 2.0  # the system derives it from the wall clock, which is adjusted
ServiceState = Literal["starting", "ready", "stopped", "killed", "died"]


@dataclass(frozen=True)
class LedgerEntry:
    """One process. ``created_at`` (seconds since the epoch, from the system) tells it from a later user of its pid.

    ``stopped`` and ``killed`` were ordered, ``died`` was not; ``ending`` says how in words, ``changed_at`` is
    when (seconds since the epoch).
    """

    pid: int
    created_at: float
    state: ServiceState
    ending: str
    changed_at: float

    @classmethod
    def of(cls, pid: int) -> Self:
        """The entry of a process that has just been spawned."""
        try:
            created = psutil.Process(pid).create_time()
        except psutil.NoSuchProcess:
            created = 0.0
        return cls(pid, created, "starting", "", utc_now().timestamp())

    def now(self, state: ServiceState, ending: str = "") -> Self:
        """The same process in another state."""
        return replace(self, state=state, ending=ending, changed_at=utc_now().timestamp())

    def family(self) -> list[psutil.Process]:
        """This very process and its descendants, itself first; empty when it is gone."""
        relatives = family(self.pid)
        with suppress(psutil.NoSuchProcess):
            if relatives and abs(relatives[0].create_time() - self.created_at) < SAME_START_S:
                return relatives
        return []


class StateDir:
    """One state directory; nothing is created before ``make``."""

    def __init__(self, root: Path) -> None:
        self.root = root.resolve()
        self.lock_file = self.root / "lock"
        self.description = self.root / "stack.json"
        self.ledger = self.root / "processes.json"
        self.data = self.root / "data"
        self.logs = self.root / "logs"

    def make(self) -> None:
        """Create it, for us alone (mode 0700).

        Raises:
            OSError: it cannot be written.
        """
        self.root.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.root.chmod(0o700)
        for folder in (self.data, self.logs):
            folder.mkdir(mode=0o700, exist_ok=True)

    def forget_logs(self) -> None:
        """Remove the logs of the stack before; the supervisor's own is being written, and only emptied."""
        for file in self.logs.glob("*.log"):
            if file.name == "supervisor.log":
                os.truncate(file, 0)
            else:
                file.unlink(missing_ok=True)

    def log(self, service: str) -> Path:
        """Where a service (or the ``supervisor``) writes its log."""
        return self.logs / f"{service}.log"

    def write(self, path: Path, text: str) -> None:
        """Write a file whole or not at all, mode 0600."""
        draft = path.with_name(f".{path.name}.draft")
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
                file.write(text)
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)

    def write_ledger(self, entries: Mapping[str, LedgerEntry], scratch: list[Path]) -> None:
        """Write down every process and every folder outside that must go when this is over."""
        content = {
            "services": {name: asdict(entry) for name, entry in entries.items()},
            "scratch": [str(folder) for folder in scratch],
        }
        self.write(self.ledger, json.dumps(content, indent=1))

    def read_ledger(self) -> tuple[dict[str, LedgerEntry], list[Path]]:
        """What ``write_ledger`` wrote; empty when there is none or it makes no sense."""
        try:
            content = json.loads(self.ledger.read_text())
            services = {name: LedgerEntry(**entry) for name, entry in content["services"].items()}
            return services, [Path(folder) for folder in content["scratch"]]
        except (OSError, ValueError, TypeError, KeyError):
            return {}, []

    def supervisor_pid(self) -> int | None:
        """The pid of the supervisor that owns this directory; ``None`` when nobody does."""
        with self.owned() as ours:
            if ours:
                return None
            with suppress(OSError, ValueError):
                return int(self.lock_file.read_text())
            return None

    @contextmanager
    def owned(self, wait_s: float = 0.0) -> Iterator[bool]:
        """Hold the lock for the time of the block; gives False when somebody else holds it after ``wait_s``.

        The kernel drops the lock with its holder, however it died. True as well when there is no directory yet:
        there is nothing to own.
        """
        try:
            descriptor = os.open(self.lock_file, os.O_RDWR | os.O_CREAT, 0o600)
        except FileNotFoundError:
            yield True
            return
        try:
            yield _lock(descriptor, wait_s)
        finally:
            os.close(descriptor)

    def sign(self) -> None:
        """Say in the lock that this process is its holder."""
        self.lock_file.write_text(str(os.getpid()))

    def clean(self) -> list[str]:
        """Remove what a stack leaves (call it as the owner); logs stay. Gives the services still found running."""
        entries, scratch = self.read_ledger()
        survivors = {name: entry.family() for name, entry in entries.items()}
        everyone = [process for relatives in survivors.values() for process in relatives]
        for process in everyone:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(everyone, timeout=5)
        for folder in scratch:
            remove_scratch(folder)
        for folder in self.data.glob("*"):
            forget_shared_memory(folder)
        _remove(self.data)
        for file in (self.description, self.ledger, *self.root.glob(".*.draft")):
            with suppress(OSError):
                file.unlink(missing_ok=True)
        return [name for name, relatives in survivors.items() if relatives]


def _remove(folder: Path) -> None:
    """Remove a folder into which a process that is just dying may still write (a child of ``initdb``, say)."""
    deadline = Deadline.after(STILL_WRITTEN_S)
    shutil.rmtree(folder, ignore_errors=True)
    while folder.exists() and not deadline.passed:
        time.sleep(0.01)
        shutil.rmtree(folder, ignore_errors=True)


def _lock(descriptor: int, wait_s: float) -> bool:
    deadline = Deadline.after(wait_s)
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if deadline.passed:
                return False
            time.sleep(0.02)
        else:
            return True
