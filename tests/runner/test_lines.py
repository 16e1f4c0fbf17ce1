"""Progress for machines is JSON, a line a step, and nothing else."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry
from gp_lib.runner.lines import Lines
from gp_lib.verdict import Ruling
from tests.planted import some
from tests.runner.batches import CASES, W2, a_batch, entry


def said(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    out, err = capsys.readouterr()
    assert err == ""
    return [json.loads(line) for line in out.splitlines()]


def test_a_batch_is_told_from_its_plan_to_its_exit_code(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    batch = a_batch(tmp_path, Ruling.PASS, Ruling.FAIL)
    lines = Lines()
    lines.service("postgres", "ready")
    with lines.watching(batch) as progress:
        progress.started(CASES[0])
        progress.cell(CASES[0], "act", "running")
        progress.done(batch.entries[0])
    lines.summary(batch)
    told = said(capsys)
    assert [line["event"] for line in told] == ["service", "batch_started", "started", "cell", "done", "batch_done"]
    assert (told[0]["service"], told[0]["phase"]) == ("postgres", "ready")
    assert told[1]["cases"] == ["a1_one", "w2_two.r1", "w2_two.r2"]
    assert (told[2]["name"], told[2]["scenario"], told[2]["parameters"]) == ("a1_one", "a1_one", {"users": 3})
    assert (told[3]["name"], told[3]["cell"], told[3]["state"]) == ("a1_one", "act", "running")
    assert (told[5]["exit_code"], told[5]["evidence"]) == (1, f"runs/{tmp_path.name}")
    assert told[5]["counts"] == {"pass": 1, "fail": 1, "unknown": 0}


def test_an_entry_is_told_as_the_batchs_own_file_will_hold_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    failed = entry(tmp_path, CASES[1], Ruling.FAIL, message="seq 4 came twice")
    Lines().done(failed)
    (told,) = said(capsys)
    assert (told["name"], told["sentence"]) == ("w2_two.r1", "kept: seq 4 came twice")
    assert Entry.from_json(told["entry"], tmp_path) == failed


def test_every_line_has_the_time_in_utc(capsys: pytest.CaptureFixture[str]) -> None:
    before = datetime.now(UTC)
    Lines().service("valkey", "starts")
    (told,) = said(capsys)
    at = datetime.fromisoformat(told["at"])
    assert before <= at <= datetime.now(UTC)
    assert told["at"].endswith("+00:00")


@pytest.mark.parametrize("hostile", ["a\nb", "\x1b[31m", "\u2028", "\ud800", "\x00", '"}'])
def test_whatever_a_message_holds_it_stays_on_its_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], hostile: str
) -> None:
    Lines().done(entry(tmp_path, CASES[0], Ruling.FAIL, message=f"x{hostile}y"))
    out = capsys.readouterr().out
    assert out.isascii()
    assert out.count("\n") == 1
    assert json.loads(out)["entry"]["checks"][0]["message"] == f"x{hostile}y"


def test_a_secret_is_not_told(capsys: pytest.CaptureFixture[str]) -> None:
    secret = some(24)
    Lines().started(Case("w2_two", W2, {"header": f"Bearer {secret}"}))
    out = capsys.readouterr().out
    assert secret not in out
    assert json.loads(out)["parameters"]["header"].startswith("Bearer ")


@pytest.mark.timeout(30)
def test_a_line_is_out_before_the_next_step_begins() -> None:
    words = "from gp_lib.runner.lines import Lines; import sys; Lines().service('valkey', 'ready'); sys.stdin.read()"
    command = [sys.executable, "-c", words]
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=buffered) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["service"] == "valkey"
        process.stdin.close()
