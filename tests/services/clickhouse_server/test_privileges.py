"""Started as root, the server leaves root before it opens its data."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from gp_lib.services.account import unprivileged_account
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import start_stack

from .serving import environment, serving, started

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root can leave root")


@pytest.fixture
def reachable() -> Iterator[Path]:
    """A folder whose parents everybody may enter, unlike pytest's own."""
    folder = Path(tempfile.mkdtemp(prefix="workbench-test-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder)


def effective_user(pid: int) -> int:
    return int(psutil.Process(pid).uids().effective)


def expected_user() -> int:
    account = unprivileged_account()
    assert account is not None
    return account.uid


def use(url: str) -> None:
    """A bit of everything that a client does."""
    with httpx.Client(base_url=url, timeout=60) as http:
        http.post(
            "/", content="CREATE TABLE IF NOT EXISTS t (x UInt64) ENGINE = MergeTree ORDER BY x"
        ).raise_for_status()
        http.post("/", content="INSERT INTO t FORMAT TSV\n1\n2\n").raise_for_status()
        for encoding in ("gzip", "zstd", "lz4", "deflate", "identity"):
            answer = http.post("/", content="SELECT * FROM t FORMAT JSON", headers={"Accept-Encoding": encoding})
            assert answer.status_code == 200
        assert len(http.post("/", content="SELECT * FROM numbers(1000000)").content) > 1 << 20
        assert http.post("/", content="SELECT nope").status_code == 404
        parts = {"query": "SELECT sum(x) FROM e", "e_structure": "x UInt8"}
        assert http.post("/", params={"session_id": "s"}, data=parts, files={"e": ("e", b"1\n")}).text == "1\n"
        assert http.get("/nowhere").status_code == 404


def test_it_leaves_root_where_the_account_can_reach_the_data(reachable: Path) -> None:
    with serving(reachable) as running:
        assert effective_user(running.process.pid) == expected_user()
        use(running.url)
    with serving(reachable) as running:
        assert httpx.post(running.url, content="SELECT count() FROM t").text == "2\n"
    assert {path.lstat().st_uid for path in reachable.rglob("*")} == {expected_user()}


def test_data_of_a_server_that_ran_as_root_are_given_to_the_account(reachable: Path) -> None:
    reachable.parent.chmod(0o700)
    with serving(reachable) as running:
        assert effective_user(running.process.pid) == 0
        use(running.url)
    assert "Stays root" in reachable.with_name("data.log").read_text()
    reachable.parent.chmod(0o755)
    with serving(reachable) as running:
        assert effective_user(running.process.pid) == expected_user()
        assert httpx.post(running.url, content="SELECT count() FROM t").text == "2\n"


def test_a_folder_with_something_else_in_it_is_not_given_away(reachable: Path) -> None:
    reachable.mkdir()
    (reachable / "letter").write_text("mine")
    with serving(reachable) as running:
        assert effective_user(running.process.pid) == 0
    assert (reachable / "letter").stat().st_uid == 0


def test_nothing_is_imported_once_root_is_left(reachable: Path) -> None:
    log = reachable.with_name("imports.log")
    command = [sys.executable, "-X", "importtime", "-m", "gp_lib.services.clickhouse_server"]
    with log.open("wb") as stderr:
        process = subprocess.Popen(command, env=environment(reachable), stderr=stderr)
    try:
        use(started(log, process).url)
    finally:
        process.terminate()
        assert process.wait(60) == 0
    served = log.read_text().partition("Listens on")[2].splitlines()
    assert [line for line in served if line.startswith("import time:")] == []


def test_the_stacks_server_runs_under_the_account_and_takes_its_folder_along(tmp_path: Path) -> None:
    options = StackOptions(services=("clickhouse",))
    with start_stack(tmp_path / "state", options, detached=False, on_progress=lambda *_: None) as stack:
        pid = stack.description.services["clickhouse"].pid
        folder = Path(psutil.Process(pid).environ()["GP_CLICKHOUSE_DATA_DIR"])
        assert effective_user(pid) == expected_user()
        assert (folder / "uuid").exists()
    assert not folder.exists()
