"""Gateways that are forked from a process which has imported the platform.

The imports take two seconds of a core, and these tests start more than a hundred gateways. That the platform starts
by its own command is shown wherever a whole stack is started.
"""

import multiprocessing
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from gp_lib.reference_platform.__main__ import main

FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload([__name__])


class GatewayProcess:
    """One gateway process, with the few methods of :class:`subprocess.Popen` that tests need."""

    def __init__(self, environment: Mapping[str, str], folder: Path, log: Path) -> None:
        self._process = FORKS.Process(target=_be_gateway, args=(dict(environment), folder, log), daemon=True)
        self._process.start()

    @property
    def pid(self) -> int:
        """Its id."""
        assert self._process.pid is not None
        return self._process.pid

    def poll(self) -> int | None:
        """Its exit code, negative for a signal; ``None`` while it runs."""
        return self._process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it a signal."""
        os.kill(self.pid, number)

    def wait(self, timeout_s: float) -> int:
        """Its exit code, once it has ended."""
        self._process.join(timeout_s)
        code = self.poll()
        assert code is not None, f"the gateway has not ended within {timeout_s} s"
        return code


def _be_gateway(environment: dict[str, str], folder: Path, log: Path) -> None:
    with log.open("wb") as stderr:
        for descriptor in (1, 2):
            os.dup2(stderr.fileno(), descriptor)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    sys.exit(main(os.environ))
