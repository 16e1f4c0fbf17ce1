"""How a forked child of the template becomes a kernel that cannot be told from a freshly started one."""

import asyncio
import ctypes
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from importlib.util import find_spec
from typing import Any

from gp_lib.kernels.inside import install

DUMP_VARIABLE = "GPATH_TASK_DUMP"
"""Names the file into which a kernel writes its pending tasks on SIGUSR1; unset: no such handler."""

PR_SET_PDEATHSIG, PR_SET_CHILD_SUBREAPER = 1, 36
FIRST_TO_GO = "500"
"""When memory runs out a kernel ends before the runner does (``oom_score_adj``)."""

libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True, slots=True)
class Birth:
    """What a kernel is born with.

    ``env`` replaces the environment whole. ``warm``: it is forked, else it is a fresh interpreter. ``sweep``: its
    children end with it, found by ``mark``. ``folder`` is removed when it has ended; empty: none.
    """

    argv: list[str]
    env: dict[str, str]
    cwd: str
    warm: bool
    sweep: bool
    mark: str
    folder: str

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> "Birth":
        """What the provisioner asked for."""
        return cls(**data)


def control(option: int, value: int) -> None:
    """``prctl`` with one value (Linux).

    Raises:
        OSError: the system refused.
    """
    if libc is None or libc.prctl(option, value, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl")


def detach(keeper: int, output: tuple[int, int]) -> None:
    """The child's first steps: a session of its own, a life that ends with the keeper's, its own stdout and stderr."""
    os.setsid()
    control(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != keeper:  # it died between the fork and the line above
        os._exit(1)
    for given, wanted in zip(output, (1, 2), strict=True):
        os.dup2(given, wanted)
        os.close(given)
    with suppress(OSError), open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write(FIRST_TO_GO)


def run_ordinary(birth: Birth) -> None:
    """Become a fresh interpreter."""
    os.chdir(birth.cwd)
    os.execvpe(birth.argv[0], birth.argv, birth.env | {"JPY_PARENT_PID": str(os.getppid())})


def run_warm(birth: Birth, imported: Mapping[str, str]) -> None:
    """Become a kernel with everything imported, and run it to its end. Called at the bottom of the stack.

    ``imported`` are the variables that packages have set while they were imported.
    """
    _replace_surroundings(birth, imported)
    _forget_the_template()
    from ipykernel.kernelapp import IPKernelApp
    from tornado.ioloop import IOLoop

    launcher = find_spec("ipykernel_launcher")
    sys.argv = [str(launcher and launcher.origin), *birth.argv[3:]]
    app = IPKernelApp.instance(parent_handle=os.getppid())
    app.initialize(sys.argv[1:])
    loop: asyncio.AbstractEventLoop = IOLoop.current().asyncio_loop
    install(loop, birth.env.get(DUMP_VARIABLE))
    app.start()
    _let_it_finish(app.control_thread)


def _let_it_finish(control: Any) -> None:
    """Wait for the thread that was asked to end the kernel, while those it flushes its output to still listen.

    ipykernel ends them first, and then a flush in that moment waits ten seconds for an answer that nobody gives.
    """
    if control is not None and control.is_alive():
        control.stop()
        control.join()


def _replace_surroundings(birth: Birth, imported: Mapping[str, str]) -> None:
    """Environment, folder, and what modules have remembered of the template's."""
    os.environ.clear()
    os.environ.update({**imported, **birth.env} | {"JPY_PARENT_PID": str(os.getppid())})
    time.tzset()
    os.chdir(birth.cwd)
    tempfile.tempdir = None
    random.seed()
    if "numpy" in sys.modules:  # its global generator would be the same in every kernel
        sys.modules["numpy"].random.seed()
    if "matplotlib" in sys.modules and birth.env.get("MPLBACKEND"):
        sys.modules["matplotlib"].rcParams["backend"] = birth.env["MPLBACKEND"]


def _forget_the_template() -> None:
    """The kernel imports the project afresh from disk: none of our own modules stays loaded."""
    for name in [name for name in sys.modules if name.partition(".")[0] == "gp_lib"]:
        del sys.modules[name]
