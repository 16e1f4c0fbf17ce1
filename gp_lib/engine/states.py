"""What can become of a cell, and of a notebook."""

import signal
from dataclasses import dataclass
from enum import StrEnum

from gp_lib.errors import MAX_TEXT, shortened

MAX_NAME, MAX_PENDING = 200, 16 * MAX_TEXT


class State(StrEnum):
    """The state of a cell. The worst one of its cells is the notebook's, where *not run* is no state of its own."""

    NOT_RUN = "not_run"
    RUNNING = "running"
    PASSED = "passed"
    FAILED = "failed"
    TIMED_OUT = "timed_out"
    INTERRUPTED = "interrupted"
    KERNEL_DIED = "kernel_died"


@dataclass(frozen=True, slots=True)
class Ending:
    """How a cell ended. ``ename`` and ``why`` say it like an exception; ``signal`` is what ended a dead kernel.

    Its texts are of a length that can be carried anywhere, whatever an exception quotes.
    """

    state: State
    ename: str = ""
    why: str = ""
    exit_code: int | None = None
    pending: str = ""

    def __post_init__(self) -> None:
        """Shorten what is too long."""
        for name, longest in (("ename", MAX_NAME), ("why", MAX_TEXT), ("pending", MAX_PENDING)):
            object.__setattr__(self, name, shortened(getattr(self, name), longest))

    @property
    def signal(self) -> str | None:
        """The name of the signal that ended the kernel; ``None``: it ended by itself, or lives."""
        return signal_name(self.exit_code)


def signal_name(exit_code: int | None) -> str | None:
    """``SIGKILL`` for -9; ``None`` for an ordinary exit code."""
    if exit_code is None or exit_code >= 0:
        return None
    try:
        return signal.Signals(-exit_code).name
    except ValueError:
        return f"signal {-exit_code}"


def how_it_ended(exit_code: int | None) -> str:
    """An exit code in words."""
    name = signal_name(exit_code)
    if name == "SIGKILL":
        return "it was killed by SIGKILL (out of memory, or by somebody)"
    if exit_code == 0:
        return "it ended with exit code 0: a cell ended it, as exit() and quit() do"
    return f"it was ended by {name}" if name else f"it ended with exit code {exit_code}"
