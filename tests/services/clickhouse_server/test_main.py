import signal
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from .serving import command, environment, serving


def refused(data_dir: Path, **more: str) -> str:
    done = subprocess.run(command(), env=environment(data_dir, **more), capture_output=True, timeout=30, check=False)
    assert done.returncode == 1
    assert done.stdout == b""
    return done.stderr.decode()


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GP_CLICKHOUSE_PORT", ""),
        ("GP_CLICKHOUSE_PORT", "eighty"),
        ("GP_CLICKHOUSE_PORT", "65536"),
        ("GP_CLICKHOUSE_DATA_DIR", ""),
        ("GP_CLICKHOUSE_DATA_DIR", "/a?b"),
        ("GP_CLICKHOUSE_DATA_DIR", "/dev/null/x"),
        ("GP_CLICKHOUSE_DATA_DIR", "/dev/null"),
        ("GP_CLICKHOUSE_DATA_DIR", "/proc/nowhere"),
    ],
)
def test_a_setting_that_makes_no_sense_ends_in_one_sentence(data_dir: Path, variable: str, value: str) -> None:
    said = refused(data_dir, **{variable: value})
    assert said.startswith(f"{variable}: ")
    assert said.count("\n") == 1


def test_a_taken_port_is_told_at_once(data_dir: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = refused(data_dir, GP_CLICKHOUSE_PORT=str(port))
    assert said == f"GP_CLICKHOUSE_PORT: cannot listen on 127.0.0.1:{port}: Address already in use\n"
    assert not data_dir.exists()


def test_a_directory_in_use_names_its_user(data_dir: Path) -> None:
    with serving(data_dir) as running:
        said = refused(data_dir)
        assert said == f"GP_CLICKHOUSE_DATA_DIR: {data_dir} is in use by process {running.process.pid}\n"
        assert httpx.get(running.url).text == "Ok.\n"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_ends_it_with_exit_code_0(data_dir: Path, number: signal.Signals) -> None:
    with serving(data_dir) as running:
        running.process.send_signal(number)
        assert running.process.wait(20) == 0
    with pytest.raises(httpx.ConnectError):
        httpx.get(running.url)


@contextmanager
def under_way(url: str, sql: str) -> Iterator[Future[httpx.Response]]:
    """A query that has been sent, and half a second to begin with it."""
    sent = threading.Event()

    def trace(what: str, _: object) -> None:
        if what == "http11.receive_response_headers.started":
            sent.set()

    with httpx.Client(timeout=60) as client, ThreadPoolExecutor() as pool:
        answer = pool.submit(client.post, url, content=sql, extensions={"trace": trace})
        assert sent.wait(30)
        time.sleep(0.5)
        yield answer


def test_a_query_under_way_is_answered_before_the_end(data_dir: Path) -> None:
    with serving(data_dir) as running:
        with under_way(running.url, "SELECT sleep(2)") as answer:
            running.process.terminate()
        assert answer.result().text == "0\n"
        assert running.process.wait(20) == 0


def test_a_query_that_does_not_end_cannot_keep_it(data_dir: Path) -> None:
    endless = "SELECT count() FROM numbers(1000000000000000) SETTINGS max_threads = 1"
    with serving(data_dir) as running, under_way(running.url, endless) as answer:
        running.process.terminate()
        assert running.process.wait(20) == 0
    assert isinstance(answer.exception(), httpx.TransportError)


def test_nothing_secret_is_logged(data_dir: Path) -> None:
    with serving(data_dir, GP_CLICKHOUSE_PASSWORD="hunter2") as running:
        httpx.post(running.url, params={"password": "hunter2", "query": "SELECT 'hunter2' FROM nope"})
    assert "hunter2" not in data_dir.with_name(f"{data_dir.name}.log").read_text()
