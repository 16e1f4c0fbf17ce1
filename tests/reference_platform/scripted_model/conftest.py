"""One scripted model in a process of its own, and the real client to talk to it."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from openai import AsyncOpenAI

KEY = "key-of-the-tests"
READY_WITHIN_S = 20.0


@dataclass(frozen=True)
class ModelProcess:
    process: subprocess.Popen[bytes]
    port: int
    log: Path

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    def client(self, *, key: str = KEY, delay_ms: float = 0) -> AsyncOpenAI:
        headers = {"X-Scripted-Token-Delay-Ms": str(delay_ms)}
        return AsyncOpenAI(base_url=self.base_url, api_key=key, max_retries=0, default_headers=headers)


@contextmanager
def running_model(folder: Path) -> Iterator[ModelProcess]:
    port, log = _free_port(), folder / "model.log"
    environment = os.environ | {"GP_MODEL_PORT": str(port), "GP_MODEL_KEY": KEY}
    command = [sys.executable, "-m", "gp_lib.reference_platform.scripted_model"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, stdout=output, stderr=output)
    try:
        _wait_ready(process, port, log)
        yield ModelProcess(process, port, log)
    finally:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_ready(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up_s = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < give_up_s and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=1):
                return
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.02)
    pytest.fail(f"the model is not ready; its log says: {log.read_text()}")


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModelProcess]:
    with running_model(tmp_path_factory.mktemp("model")) as running:
        yield running


@pytest.fixture
def own_model(tmp_path: Path) -> Iterator[ModelProcess]:
    """A model that the test may end itself."""
    with running_model(tmp_path) as running:
        yield running


@pytest.fixture
async def client(model: ModelProcess) -> AsyncIterator[AsyncOpenAI]:
    async with model.client() as openai_client:
        yield openai_client
