"""A real Dask cluster for a test: a scheduler and workers, each a process of its own on a free port of this machine."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory

from distributed import Client

from gp_lib.clock import Deadline
from gp_lib.runner.cluster.lanes import SCHEME
from gp_lib.settings import project_root

ON_LOOPBACK = ("--host", "127.0.0.1", "--no-dashboard")
UP_WITHIN_S = 60.0


@dataclass
class DaskCluster:
    """A running scheduler and its workers, by name; what they write is in ``folder``."""

    address: str
    folder: Path
    scheduler: "subprocess.Popen[bytes]"
    workers: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def on(self) -> str:
        """How a command line calls it."""
        return SCHEME + self.address

    def kill(self, worker: str) -> None:
        """End a worker at once, as a lost machine would."""
        self.workers[worker].send_signal(signal.SIGKILL)
        self.workers.pop(worker).wait()


@contextmanager
def dask_cluster(folder: Path, *workers: str, library: Path | None = None) -> Iterator[DaskCluster]:
    """A scheduler with these workers, stopped at the end of the block; ``library`` has the ``gp_lib`` they know."""
    with ExitStack() as running:
        words = ("scheduler", *ON_LOOPBACK, "--port", "0", "--scheduler-file", str(folder / "scheduler.json"))
        scratch = Path(running.enter_context(TemporaryDirectory(prefix="gpath-dask-")))
        scratch.chmod(0o711)  # the services of a job may run under other accounts
        scheduler = running.enter_context(_dask(folder, scratch, "scheduler", *words))
        cluster = DaskCluster(_address(folder), folder, scheduler)
        for worker in workers:
            options = ("--no-nanny", "--nthreads", "1", "--name", worker, "--local-directory", str(folder / worker))
            process = _dask(folder, scratch, worker, "worker", cluster.address, *ON_LOOPBACK, *options, library=library)
            cluster.workers[worker] = running.enter_context(process)
        with Client(cluster.address, set_as_default=False) as client:
            client.wait_for_workers(len(workers), timeout=UP_WITHIN_S)
        yield cluster


@contextmanager
def _dask(
    folder: Path, scratch: Path, name: str, *words: str, library: Path | None = None
) -> Iterator["subprocess.Popen[bytes]"]:
    """One process of the cluster; what it leaves of a killed job is in ``scratch``, whose path is short for sockets."""
    path = str(library or project_root(Path(__file__)))
    with (folder / f"{name}.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "dask", *words],
            cwd=folder,
            env={**os.environ, "PYTHONPATH": path, "TMPDIR": str(scratch)},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(UP_WITHIN_S)


def _address(folder: Path) -> str:
    """Where the scheduler listens, as it wrote it down, to the last brace."""
    written, deadline = folder / "scheduler.json", Deadline.after(UP_WITHIN_S)
    while not (written.exists() and written.read_text().rstrip().endswith("}")):
        assert not deadline.passed, (folder / "scheduler.log").read_text()
        time.sleep(0.05)
    return str(json.loads(written.read_text())["address"]).removeprefix("tcp://")
