"""The store says what the folders say, whatever happens to either."""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from gp_lib import evidence
from gp_lib.clock import monotonic_s
from gp_lib.runner.past import entering
from gp_lib.runner.past.entering import ask, catch_up, enter
from gp_lib.runner.past.questions import overview
from gp_lib.runner.past.store import FILE, StoreLocked, open_store
from gp_lib.verdict import Verdict
from tests.projects import Project
from tests.runner.past.folders import SCENARIO, batch, failed, name, passed, told

HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


@contextmanager
def held_by_another_process(runs: Path) -> Iterator[None]:
    command = [sys.executable, "-c", HOLDER, str(runs / FILE)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        yield
        holder.stdin.close()


def entered(runs: Path) -> set[str]:
    with open_store(runs, wait_s=0) as store:
        return set(store.marks())


def test_a_batch_is_entered_when_it_ends(tmp_path: Path) -> None:
    assert enter(batch(tmp_path, 1, passed()))
    assert entered(tmp_path) == {name(1)}


def test_only_new_and_changed_folders_are_read(tmp_path: Path) -> None:
    for day in (1, 2, 3):
        batch(tmp_path, day, passed())
    told(tmp_path)
    with open_store(tmp_path, wait_s=0) as store:
        assert catch_up(store, tmp_path) == 0
        shutil.rmtree(tmp_path / name(2))
        batch(tmp_path, 2, failed())
        batch(tmp_path, 4, passed())
        assert catch_up(store, tmp_path) == 2
    assert told(tmp_path)[SCENARIO]["passes"] == 3


def test_a_folder_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    batch(tmp_path, 2, failed())
    told(tmp_path)
    shutil.rmtree(tmp_path / name(2))
    assert told(tmp_path)[SCENARIO]["verdict"] == "pass"


def test_a_run_by_hand_is_entered_once_it_has_evidence_and_again_with_its_verdict(tmp_path: Path) -> None:
    folder = tmp_path / f"{name(1)}-by-hand" / SCENARIO
    folder.mkdir(parents=True)
    assert told(tmp_path) == {}
    shutil.copy(batch(tmp_path / "elsewhere", 1, passed()) / SCENARIO / evidence.HISTORY, folder)
    assert told(tmp_path)[SCENARIO]["verdict"] == "unknown"
    evidence.write_json(folder / evidence.VERDICT, Verdict.of(passed()).to_json())
    assert told(tmp_path)[SCENARIO]["verdict"] == "pass"


def test_a_batch_under_way_and_a_proof_are_not_entered(tmp_path: Path) -> None:
    (batch(tmp_path, 1, passed()) / evidence.BATCH).unlink()
    batch(tmp_path, 2, passed()).rename(tmp_path / f"{name(2)}-prove")
    assert told(tmp_path) == {}


@pytest.mark.parametrize(
    "damage",
    [
        '{"scenarios": 3}',
        "[]",
        "",
        '{"began": {}, "scenarios": [{"scenario": "x", "title": "", "folder": "x", "parameters": {}, "why": "",'
        ' "verdict": "fail", "took_s": 1, "checks": [{"name": 5, "verdict": "fail", "requirement": 1, "message": 2,'
        ' "witnesses": []}]}]}',
    ],
)
def test_a_damaged_batch_is_told_and_hides_no_other(tmp_path: Path, damage: str) -> None:
    batch(tmp_path, 1, passed())
    (batch(tmp_path, 2, passed()) / evidence.BATCH).write_text(damage)
    answer = ask(tmp_path, lambda store: overview(store, last=5), tell=print)
    assert [row["batch"] for row in answer["damaged"]] == [name(2)]
    assert [row["runs"] for row in answer["scenarios"]] == [1]


def test_words_for_a_terminal_do_not_reach_it(tmp_path: Path) -> None:
    folder = batch(tmp_path, 1, failed())
    about = evidence.read_json(folder / evidence.BATCH)
    about["scenarios"][0]["checks"][0]["message"] = "\x1b[2Jgone\x07"
    evidence.write_json(folder / evidence.BATCH, about)
    told(tmp_path)
    with open_store(tmp_path, wait_s=0) as store:
        assert store.ask("SELECT found FROM entries") == [{"found": "kept: gone�"}]


@pytest.mark.parametrize("damage", [b"", b"no database", None])
def test_a_damaged_store_is_made_again_with_one_sentence(tmp_path: Path, damage: bytes | None) -> None:
    batch(tmp_path, 1, passed())
    told(tmp_path)
    whole = (tmp_path / FILE).read_bytes()
    (tmp_path / FILE).write_bytes(whole[:9000] + b"\xff" * 9000 if damage is None else damage)
    words: list[str] = []
    answer = ask(tmp_path, lambda store: overview(store, last=5), tell=words.append)
    assert [row["verdict"] for row in answer["scenarios"]] == ["pass"]
    assert len(words) == 1
    assert "made again from the folders" in words[0]
    assert told(tmp_path)[SCENARIO]["runs"] == 1


def test_a_store_of_another_version_is_made_again(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    told(tmp_path)
    with duckdb.connect(str(tmp_path / FILE)) as connection:
        connection.execute("UPDATE about SET version = 99")
    words: list[str] = []
    ask(tmp_path, lambda store: overview(store, last=5), tell=words.append)
    assert "another version" in words[0]
    assert told(tmp_path)[SCENARIO]["runs"] == 1


def test_a_deleted_store_is_made_again_without_a_word(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    told(tmp_path)
    (tmp_path / FILE).unlink()
    assert told(tmp_path)[SCENARIO]["runs"] == 1


def test_rebuilding_gives_the_same_answer(tmp_path: Path) -> None:
    for day, check in enumerate((passed(), failed(), passed(1.7)), start=1):
        enter(batch(tmp_path, day, check))
    before = told(tmp_path)
    with open_store(tmp_path, wait_s=0) as store:
        store.replace([name(1)], {})  # what the folders do not say
    answer = ask(tmp_path, lambda store: overview(store, last=20), tell=print, rebuild=True)
    assert {row["scenario"]: row for row in answer["scenarios"]} == before


def test_a_taken_store_neither_fails_nor_delays_a_batch_and_is_caught_up(tmp_path: Path) -> None:
    folder = batch(tmp_path, 1, passed())
    told(tmp_path)
    second = batch(tmp_path, 2, failed())
    with held_by_another_process(tmp_path):
        began_s = monotonic_s()
        assert not enter(second)
        assert monotonic_s() - began_s < entering.WAIT_S / 2
    assert entered(tmp_path) == {folder.name}
    assert told(tmp_path)[SCENARIO]["verdict"] == "fail"


def test_a_question_to_a_taken_store_waits_and_then_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    batch(tmp_path, 1, passed())
    told(tmp_path)
    monkeypatch.setattr(entering, "WAIT_S", 0.3)
    with held_by_another_process(tmp_path), pytest.raises(StoreLocked, match="another gpath"):
        told(tmp_path)
    monkeypatch.setattr(entering, "WAIT_S", 30.0)
    with held_by_another_process(tmp_path):
        began = time.monotonic()
    assert told(tmp_path)[SCENARIO]["runs"] == 1
    assert time.monotonic() - began < 30.0


def test_a_damaged_store_does_not_fail_a_batch(tmp_path: Path) -> None:
    (tmp_path / FILE).write_bytes(b"no database")
    assert not enter(batch(tmp_path, 1, passed()))


def test_the_command_fits_80_columns_and_speaks_json(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    runs = project.folder / "runs"
    for day in range(1, 20):
        check = failed(name="x" * 60, message="y" * 300) if day % 2 else passed(name="x" * 60)
        batch(runs, day, check, commit="0123456789ab")
    for words in (["history"], ["history", "a1"]):
        shown = project.gpath(*words, COLUMNS="80")
        assert shown.returncode == 0, shown.stderr
        assert "flaky" in shown.stdout
        assert max(map(len, shown.stdout.splitlines())) <= 80
    data = json.loads(project.gpath("history", "a1", "--json", "-n", "3").stdout)
    assert [run["verdict"] for run in data["runs"]] == ["fail", "pass", "fail"]
    assert project.gpath("history", "z9").returncode == 64
