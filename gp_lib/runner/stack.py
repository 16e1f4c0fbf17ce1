"""The embedded stack for a batch or for JupyterLab: the one that is up, or one of its own."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from gp_lib.redaction import scanner
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import find_stack, start_stack, stop_stack
from gp_lib.settings import STATE_DIR

OWN = "own-"


@contextmanager
def stack_for(root: Path, say: Callable[[str, str], None], *, wanted: bool) -> Iterator[tuple[Path | None, bool]]:
    """Where the stack to use describes itself, and whether it was started just for this.

    The stack that is up is used; otherwise one is started and stopped again. Without ``wanted`` there is none.

    Raises:
        NotReady: it could not be started.
    """
    shared = root / STATE_DIR
    if not wanted:
        yield None, False
    elif find_stack(shared) is not None:
        yield shared / "stack.json", False
    else:
        _sweep(shared)
        with own_stack(root, say) as stack_file:
            yield stack_file, True


@contextmanager
def own_stack(root: Path, say: Callable[[str, str], None], number: int = 1) -> Iterator[Path]:
    """Where the ``number``-th stack of this process's own describes itself; it is stopped at the end of the block.

    Raises:
        NotReady: it could not be started.
    """
    shared = root / STATE_DIR
    own = shared / f"{OWN}{os.getpid()}-{number}"
    threading.Thread(target=scanner.prepare, daemon=True).start()  # once on each machine, while the services start
    try:
        with start_stack(own, StackOptions.from_environment(), detached=False, on_progress=say):
            yield own / "stack.json"
    finally:
        shutil.rmtree(own, ignore_errors=True)
        with suppress(OSError):  # somebody else's stack is in it
            shared.rmdir()


def _sweep(shared: Path) -> None:
    """Remove what stacks of killed batches have left: their supervisors ended them, their logs are still there."""
    for left in shared.glob(f"{OWN}*"):
        pid = left.name.removeprefix(OWN).partition("-")[0]
        if pid.isdecimal() and not psutil.pid_exists(int(pid)):
            stop_stack(left)
            shutil.rmtree(left, ignore_errors=True)
