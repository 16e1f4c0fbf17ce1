"""Ends what a kernel has left behind, also children that made a session of their own (Linux)."""

import os
import signal
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path

MARK = "GPATH_KERNEL"
"""The variable in a kernel's environment that its children inherit, whatever session they make: the kernel's id."""

ROUNDS = 20


def end_marked(value: str) -> int:
    """Kill every process that is marked with ``value``, and its descendants; returns how many were met."""
    met: set[int] = set()
    for _ in range(ROUNDS):
        found = with_descendants(pid for pid in _pids() if is_marked(pid, value)) - {os.getpid()}
        if not found:
            break
        met |= found
        kill_all(found)
    return len(met)


def is_marked(pid: int, value: str) -> bool:
    """Whether the process started with this mark in its environment."""
    with suppress(OSError):
        return f"{MARK}={value}".encode() in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return False


def kill_all(pids: Iterable[int]) -> None:
    """SIGKILL; whoever is gone already is fine."""
    for pid in pids:
        with suppress(ProcessLookupError, PermissionError):
            os.kill(pid, signal.SIGKILL)


def kill_group(leader: int, number: int = signal.SIGKILL) -> None:
    """Signal the process group of ``leader``; one that is gone is fine."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, number)


def children(pid: int) -> set[int]:
    """The living children of a process; an ended one that waits to be reaped is none."""
    return {child for child, (parent, ended) in _family().items() if parent == pid and not ended}


def with_descendants(pids: Iterable[int]) -> set[int]:
    """``pids`` and all that descend from them, those that wait to be reaped too.

    An ended process may still have children: while one of its threads is alive, they stay that thread's.
    """
    found = set(pids)
    family = _family() if found else {}
    while more := {child for child, (parent, _) in family.items() if parent in found} - found:
        found |= more
    return found


def _family() -> dict[int, tuple[int, bool]]:
    """The parent of every process, and whether the process has ended and waits to be reaped."""
    found = {}
    for pid in _pids():
        with suppress(OSError, ValueError, IndexError):
            state, parent = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:2]
            found[pid] = int(parent), state in "ZX"
    return found


def _pids() -> Iterator[int]:
    return (int(name) for name in os.listdir("/proc") if name.isdecimal())
