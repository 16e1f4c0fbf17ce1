"""Starts the server as its users do: as a process, told by its environment."""

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gp_lib.clock import Deadline

_LISTENS = re.compile(r"Listens on (http://127\.0\.0\.1:(\d+))")


@dataclass(frozen=True)
class Running:
    """A server that answers at ``url``."""

    process: subprocess.Popen[bytes]
    url: str
    port: int


def environment(data_dir: Path, **more: str) -> dict[str, str]:
    base = {name: value for name, value in os.environ.items() if not name.startswith("GP_CLICKHOUSE_")}
    return base | {"GP_CLICKHOUSE_DATA_DIR": str(data_dir), "GP_CLICKHOUSE_PORT": "0"} | more


def command() -> list[str]:
    return [sys.executable, "-m", "gp_lib.services.clickhouse_server"]


@contextmanager
def serving(data_dir: Path, **more: str) -> Iterator[Running]:
    """A server on any free port; it is stopped with SIGTERM, or found dead."""
    log = data_dir.with_name(f"{data_dir.name}.log")
    log.unlink(missing_ok=True)
    with log.open("wb") as stderr:
        process = subprocess.Popen(command(), env=environment(data_dir, **more), stderr=stderr)
    try:
        yield started(log, process)
    finally:
        process.terminate()
        process.wait(30)


def started(log: Path, process: subprocess.Popen[bytes]) -> Running:
    """The server once it listens, as its log says."""
    deadline = Deadline.after(60)
    while not deadline.passed and process.poll() is None:
        if match := _LISTENS.search(log.read_text()):
            return Running(process, match[1], int(match[2]))
        time.sleep(0.01)
    raise AssertionError(f"the server did not start: {log.read_text()}")
