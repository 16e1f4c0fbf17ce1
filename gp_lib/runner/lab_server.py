"""JupyterLab, tied to the life of whoever started it.

Usage: ``python -m gp_lib.runner.lab_server LIFELINE_FD [ARGUMENT...]``; the arguments are JupyterLab's own. When the
pipe at the descriptor closes, because its owner has ended in whatever way, the server shuts its kernels down and ends.
"""

import os
import signal
import sys
import tempfile
import threading
import time
from types import FrameType

from gp_lib.engine.imports import IRIS, without

GRACE_S = 10.0
"""How long a server whose owner is gone may take to end in good order. Kernels see its end and end themselves."""


def main() -> None:
    """Run JupyterLab until it is told to stop, or until the lifeline closes."""
    lifeline, arguments = int(sys.argv[1]), sys.argv[2:]
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_owner, args=(lifeline,), daemon=True).start()
    with tempfile.TemporaryDirectory(prefix="gpath-lab-") as scratch:
        # the debugger writes each cell into the kernel's temporary folder and nobody removes them
        os.environ["TMPDIR"] = tempfile.tempdir = scratch
        with without(IRIS):  # no event of a Jupyter server has one
            from jupyterlab.labapp import LabApp  # imported here: it takes a second, and we may be told to stop before

        LabApp.launch_instance(arguments)


def _leave(number: int, frame: FrameType | None) -> None:
    """Told to stop before JupyterLab, which has a handler of its own, was there to hear it."""
    sys.exit(0)


def _end_with_owner(lifeline: int) -> None:
    os.set_inheritable(lifeline, False)
    os.read(lifeline, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE_S)  # this thread ends with the process
    os._exit(1)


if __name__ == "__main__":
    main()
