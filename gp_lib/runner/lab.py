"""JupyterLab on the project's notebooks, with the embedded stack behind it."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from gp_lib.clock import patience
from gp_lib.errors import NotReady
from gp_lib.kernels import spec
from gp_lib.services.process import family

STOP_WITHIN_S = 15.0
CONFIG = Path(__file__).with_name("jupyter")
"""Settings that stand above the user's own and below the command line: loopback only, ``notebooks/`` first, as root
where the user is root; no news, no question about news, no look for updates or at the package index."""


def run_lab(root: Path, stack_file: Path, extra: Sequence[str] = ()) -> None:
    """Run JupyterLab on ``root`` until it ends, or until ``KeyboardInterrupt`` ends it, which is the ordinary way.

    ``extra`` are arguments for JupyterLab. Its notebooks find the stack by ``stack_file``. Neither the server nor a
    kernel outlives this call, nor this process.

    Raises:
        NotReady: JupyterLab gave up.
    """
    environment = {
        **os.environ,
        "GPATH_STACK": str(stack_file.resolve()),
        "JUPYTER_CONFIG_PATH": os.pathsep.join([str(CONFIG), *filter(None, [os.environ.get("JUPYTER_CONFIG_PATH")])]),
    }
    code = 0
    spec.install()
    with suppress(KeyboardInterrupt), _server(root, extra, environment) as server:
        code = server.wait()
    if code != 0:
        raise NotReady("JupyterLab", f"it ended with exit code {code}", todo="see its last lines above")


@contextmanager
def _server(root: Path, extra: Sequence[str], environment: dict[str, str]) -> Iterator["subprocess.Popen[bytes]"]:
    """A JupyterLab that ends with the block: in a session of its own, so that Ctrl-C is for us to hear."""
    reading, writing = os.pipe()
    try:
        words = [sys.executable, "-m", "gp_lib.runner.lab_server", str(reading), f"--ServerApp.root_dir={root}", *extra]
        server = subprocess.Popen(
            words, cwd=root, env=environment, stdin=subprocess.DEVNULL, pass_fds=(reading,), start_new_session=True
        )
        try:
            yield server
        finally:
            _end(server)
    finally:
        os.close(reading)
        os.close(writing)


def _end(server: "subprocess.Popen[bytes]") -> None:
    """Ask it to end, then end what is left of it and of its kernels."""
    relatives = family(server.pid) if server.poll() is None else []
    server.terminate()
    with suppress(subprocess.TimeoutExpired):
        server.wait(patience(STOP_WITHIN_S))
    for process in relatives:
        with suppress(psutil.NoSuchProcess):
            process.kill()
    server.wait()
