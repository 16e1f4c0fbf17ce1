import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from gp_lib.clock import Deadline
from gp_lib.services.state import LedgerEntry, StateDir


@pytest.fixture
def state(tmp_path: Path) -> StateDir:
    state = StateDir(tmp_path / "deep" / "state")
    state.make()
    return state


def test_it_is_for_us_alone(state: StateDir) -> None:
    assert [folder.stat().st_mode & 0o777 for folder in (state.root, state.data, state.logs)] == [0o700] * 3


def test_a_file_is_written_whole_and_for_us_alone(state: StateDir) -> None:
    state.write(state.description, "old")
    state.write(state.description, "new")
    assert state.description.read_text() == "new"
    assert state.description.stat().st_mode & 0o777 == 0o600
    assert {path.name for path in state.root.iterdir()} == {"stack.json", "data", "logs"}


def test_a_write_that_fails_leaves_the_old_file_and_no_draft(state: StateDir) -> None:
    state.write(state.description, "old")
    with pytest.raises(UnicodeEncodeError):
        state.write(state.description, "\ud800")
    assert state.description.read_text() == "old"
    assert {path.name for path in state.root.iterdir()} == {"stack.json", "data", "logs"}


def test_only_one_can_own_it(state: StateDir) -> None:
    with state.owned() as ours:
        assert ours
        state.sign()
        with StateDir(state.root).owned(0.05) as theirs:
            assert not theirs
        assert StateDir(state.root).supervisor_pid() == os.getpid()
    assert state.supervisor_pid() is None


def test_a_directory_that_does_not_exist_is_owned_by_nobody_and_not_made(tmp_path: Path) -> None:
    missing = StateDir(tmp_path / "missing")
    assert missing.supervisor_pid() is None
    assert not missing.root.exists()


def test_the_ledger_reads_back_what_was_written(state: StateDir, tmp_path: Path) -> None:
    entry = LedgerEntry.of(os.getpid()).now("ready")
    state.write_ledger({"valkey": entry}, [tmp_path])
    assert state.read_ledger() == ({"valkey": entry}, [tmp_path])


@pytest.mark.parametrize("text", ["", "{", "[]", '{"services": {"x": {"pid": 1}}, "scratch": []}'])
def test_a_ledger_that_makes_no_sense_is_an_empty_one(state: StateDir, text: str) -> None:
    state.ledger.write_text(text)
    assert state.read_ledger() == ({}, [])


def test_cleaning_ends_what_the_ledger_names_and_keeps_only_logs(state: StateDir) -> None:
    with subprocess.Popen(["sleep", "60"]) as left:
        state.write_ledger({"valkey": LedgerEntry.of(left.pid)}, [])
        (state.data / "valkey").mkdir()
        state.log("valkey").write_text("words")
        assert state.clean() == ["valkey"]
        assert left.poll() is not None
    assert {path.name for path in state.root.iterdir()} == {"logs"}
    assert state.log("valkey").read_text() == "words"


def test_cleaning_spares_a_stranger_who_got_the_pid_of_a_dead_service(state: StateDir) -> None:
    with subprocess.Popen(["sleep", "60"]) as stranger:
        entry = LedgerEntry.of(stranger.pid)
        state.write_ledger({"valkey": replace(entry, created_at=entry.created_at - 100)}, [])
        assert state.clean() == []
        assert stranger.poll() is None
        stranger.kill()


def test_cleaning_never_removes_a_folder_that_is_not_a_scratch_folder(state: StateDir, tmp_path: Path) -> None:
    precious = tmp_path / "precious"
    precious.mkdir()
    state.write_ledger({}, [precious])
    state.clean()
    assert precious.exists()


def test_cleaning_removes_what_a_killed_supervisor_was_just_writing(state: StateDir) -> None:
    (state.root / ".processes.json.draft").write_text('{"serv')
    state.clean()
    assert {path.name for path in state.root.iterdir()} == {"logs"}


def test_cleaning_outlasts_a_dying_process_that_still_writes(state: StateDir) -> None:
    keep_writing = "for i in range(5_000): open(str(i), 'w').close()"
    with subprocess.Popen([sys.executable, "-c", keep_writing], cwd=state.data, stderr=subprocess.DEVNULL) as writer:
        deadline = Deadline.after(10)
        while not (state.data / "50").exists() and not deadline.passed:
            pass
        state.clean()
        writer.kill()
    assert {path.name for path in state.root.iterdir()} == {"logs"}
