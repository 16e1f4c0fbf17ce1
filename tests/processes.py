"""Looking at processes that may end between two looks."""

from collections.abc import Callable, Iterable
from typing import TypeVar

import psutil

from gp_lib.services import process

Seen = TypeVar("Seen")


def family(pid: int) -> list[psutil.Process]:
    """A process and its descendants. It has to run: nothing could be seen in an empty family."""
    relatives = process.family(pid)
    assert relatives, f"process {pid} has ended"
    return relatives


def gone(processes: Iterable[psutil.Process], within_s: float = 10.0) -> bool:
    """Whether all have ended by then."""
    _, late = psutil.wait_procs(list(processes), timeout=within_s)
    return not any(map(process.is_alive, late))


def of_each(processes: Iterable[psutil.Process], look: Callable[[psutil.Process], Seen]) -> list[Seen]:
    """What ``look`` gives of each; nothing of one that has ended, as a store's own children do all the time."""
    found = []
    for each in processes:
        try:
            found.append(look(each))
        except psutil.NoSuchProcess:
            continue
    return found


def addresses(server: psutil.Process) -> set[str]:
    """The addresses at which it accepts connections."""
    return {socket.laddr.ip for socket in server.net_connections("inet") if socket.status == psutil.CONN_LISTEN}
