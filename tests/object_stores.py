"""A real S3-compatible server for a test, a process of its own on a free port of this machine."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gp_lib.clock import Deadline

RCLONE = Path(sys.executable).parent / "rclone"
KEY, SECRET = "test-key", "test-secret-of-this-test"
BUCKET = "evidence"
UP_WITHIN_S = 60.0


@dataclass
class ObjectStore:
    """A running server. ``folder`` holds its buckets as folders, where what it has stored can be looked at."""

    folder: Path
    process: "subprocess.Popen[bytes]"
    port: int

    @property
    def url(self) -> str:
        """The bucket's folder for batches."""
        return f"s3://{BUCKET}/runs"

    @property
    def runs(self) -> Path:
        """That folder on the server's disk."""
        return self.folder / BUCKET / "runs"

    @property
    def variables(self) -> dict[str, str]:
        """The environment in which clients find it."""
        return {
            "AWS_ACCESS_KEY_ID": KEY,
            "AWS_SECRET_ACCESS_KEY": SECRET,
            "AWS_ENDPOINT_URL": f"http://127.0.0.1:{self.port}",
            "AWS_DEFAULT_REGION": "us-east-1",
            "AWS_MAX_ATTEMPTS": "1",
        }

    def kill(self) -> None:
        """End it at once, as a lost machine would."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


@contextmanager
def object_store(folder: Path, port: int = 0) -> Iterator[ObjectStore]:
    """A server with one bucket below ``folder``, on a free port or on ``port``; stopped at the end of the block."""
    (folder / "buckets" / BUCKET).mkdir(parents=True, exist_ok=True)
    log = folder / "rclone.log"
    words = ("serve", "s3", "--addr", f"127.0.0.1:{port}", "--auth-key", f"{KEY},{SECRET}", "--config", os.devnull)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(RCLONE), *words, str(folder / "buckets")], stdin=subprocess.DEVNULL, stdout=output, stderr=output
        )
    try:
        yield ObjectStore(folder / "buckets", process, _port(log, process))
    finally:
        process.terminate()
        process.wait(UP_WITHIN_S)


def _port(log: Path, process: "subprocess.Popen[bytes]") -> int:
    """Where it listens, as it says itself."""
    deadline = Deadline.after(UP_WITHIN_S)
    while not (said := re.search(rb"http://127\.0\.0\.1:(\d+)", log.read_bytes())):
        assert process.poll() is None, log.read_text()
        assert not deadline.passed, log.read_text()
        time.sleep(0.05)
    return int(said[1])
