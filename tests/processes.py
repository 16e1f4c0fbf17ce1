"""Looking at processes that may end between two looks."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import psutil

from gp_lib.services.process import is_alive

Seen = TypeVar("Seen")


def family(pid: int) -> list[psutil.Process]:
    """A process that runs, and all its descendants."""
    parent = psutil.Process(pid)
    return [parent, *parent.children(recursive=True)]


def gone(processes: Iterable[psutil.Process], within_s: float = 10.0) -> bool:
    """Whether all have ended by then."""
    _, late = psutil.wait_procs(list(processes), timeout=within_s)
    return not any(map(is_alive, late))


def of_each(processes: Iterable[psutil.Process], look: Callable[[psutil.Process], Seen]) -> list[Seen]:
    """What ``look`` gives of each; nothing of one that has ended, as a store's own children do all the time."""
    found = []
    for process in processes:
        try:
            found.append(look(process))
        except psutil.NoSuchProcess:
            continue
    return found


def addresses(process: psutil.Process) -> set[str]:
    """The addresses at which it accepts connections."""
    return {socket.laddr.ip for socket in process.net_connections("inet") if socket.status == psutil.CONN_LISTEN}
