"""A killed batch leaves a journal from which it can be gone on with, and nobody goes on with one that still runs."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gp_lib import evidence, redaction
from gp_lib.errors import WorkbenchError
from gp_lib.runner import journal
from gp_lib.verdict import Ruling
from tests.runner.batches import A1, BEGAN, CASES, PLAN, W2, entry

HOLDER = """
import sys
from pathlib import Path
from gp_lib.runner import journal
with journal.keeping(Path(sys.argv[1]), told=journal.Plan("embedded", "2026-11-25T10:00:00+00:00", ())):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextmanager
def running_elsewhere(folder: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Another process runs the batch in ``folder``."""
    command = [sys.executable, "-c", HOLDER, str(folder)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdin is not None
        assert holder.stdout.readline() == b"held\n"
        yield holder
        holder.stdin.close()


def written(folder: Path, *done: int) -> Path:
    """The journal of a batch that was killed after these of its cases."""
    with journal.keeping(folder, told=PLAN) as noted:
        for number in done:
            noted.enter(entry(folder, CASES[number]))
    return folder / evidence.JOURNAL


def names_done(folder: Path) -> list[str]:
    return [one.name for one in journal.read(folder, (A1, W2))[1]]


def test_what_was_noted_is_read_back(tmp_path: Path) -> None:
    failed = entry(tmp_path, CASES[1], Ruling.FAIL)
    with journal.keeping(tmp_path, told=PLAN) as noted:
        noted.enter(failed)
    assert journal.read(tmp_path, (A1, W2)) == (PLAN, [failed])


def test_an_entry_is_in_the_file_as_soon_as_it_is_noted(tmp_path: Path) -> None:
    with journal.keeping(tmp_path, told=PLAN) as noted:
        for count, case in enumerate(CASES, start=1):
            noted.enter(entry(tmp_path, case))
            assert (tmp_path / evidence.JOURNAL).read_text().count("\n") == 1 + count


def test_the_journal_is_gone_when_all_was_run_and_stays_otherwise(tmp_path: Path) -> None:
    assert written(tmp_path).exists()
    with journal.keeping(tmp_path) as noted:
        noted.close()
    assert not (tmp_path / evidence.JOURNAL).exists()


def test_an_error_in_the_batch_keeps_the_journal_and_is_not_taken_for_one_of_the_journal(tmp_path: Path) -> None:
    def batch() -> None:
        with journal.keeping(tmp_path, told=PLAN) as noted:
            noted.close()
            (tmp_path / "not there").read_text()

    with pytest.raises(FileNotFoundError):
        batch()
    assert (tmp_path / evidence.JOURNAL).exists()


@pytest.mark.parametrize("cut", [1, 20, 200])
def test_a_line_cut_in_the_middle_is_of_an_entry_that_is_run_again(tmp_path: Path, cut: int) -> None:
    path = written(tmp_path, 0, 1)
    os.truncate(path, path.stat().st_size - cut)
    assert names_done(tmp_path) == ["a1_one"]


def test_after_a_line_cut_in_the_middle_the_next_entry_has_a_line_of_its_own(tmp_path: Path) -> None:
    path = written(tmp_path, 0, 1)
    os.truncate(path, path.stat().st_size - 20)
    with journal.keeping(tmp_path) as noted:
        noted.enter(entry(tmp_path, CASES[2]))
    assert names_done(tmp_path) == ["a1_one", "w2_two.r2"]


def test_a_batch_killed_twice_before_its_first_entry_has_one_plan(tmp_path: Path) -> None:
    written(tmp_path)
    written(tmp_path, 0)
    assert names_done(tmp_path) == ["a1_one"]


def test_a_batch_killed_while_it_wrote_its_plan_is_to_be_started_anew(tmp_path: Path) -> None:
    os.truncate(written(tmp_path), 30)
    with pytest.raises(WorkbenchError, match="was killed before it began: start it anew with `gpath run`"):
        journal.read(tmp_path, (A1, W2))


def test_a_batch_that_another_process_runs_is_neither_read_nor_written(tmp_path: Path) -> None:
    said = f"{tmp_path.name} is still running: wait for it, or stop it with Ctrl-C"
    with running_elsewhere(tmp_path):
        before = (tmp_path / evidence.JOURNAL).read_bytes()
        with pytest.raises(WorkbenchError, match=said), journal.keeping(tmp_path, told=PLAN):
            raise AssertionError("two processes write one journal")
        with pytest.raises(WorkbenchError, match=said):
            journal.read(tmp_path, ())
        assert (tmp_path / evidence.JOURNAL).read_bytes() == before
    assert journal.read(tmp_path, ())[0].cases == ()


def test_a_batch_whose_process_was_killed_can_be_gone_on_with(tmp_path: Path) -> None:
    with running_elsewhere(tmp_path) as holder:
        holder.send_signal(signal.SIGKILL)
        holder.wait(10)
    with journal.keeping(tmp_path):
        assert (tmp_path / evidence.JOURNAL).exists()


def test_reading_keeps_nobody_from_running_it(tmp_path: Path) -> None:
    written(tmp_path)
    journal.read(tmp_path, (A1, W2))
    with journal.keeping(tmp_path) as noted:
        noted.enter(entry(tmp_path, CASES[0]))
    assert names_done(tmp_path) == ["a1_one"]


def test_a_folder_that_is_no_batch_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match=r"is no batch that can be resumed: it has no journal\.jsonl"):
        journal.read(tmp_path, (A1, W2))


def test_a_batch_that_has_run_everything_is_refused(tmp_path: Path) -> None:
    (tmp_path / evidence.BATCH).write_text("{}")
    with pytest.raises(WorkbenchError, match="has run all it was to run"):
        journal.read(tmp_path, (A1, W2))


def test_a_batch_with_a_scenario_that_is_gone_is_refused_by_its_name(tmp_path: Path) -> None:
    written(tmp_path)
    with pytest.raises(WorkbenchError, match=r"cannot resume .*: scenario w2_two no longer exists"):
        journal.read(tmp_path, (A1,))


def changed(folder: Path, line: int, *keys: str | int, to: Any) -> None:
    """The journal with another value in one place of one line."""
    path = folder / evidence.JOURNAL
    lines = [json.loads(text) for text in path.read_text().splitlines()]
    place = lines[line]
    for key in keys[:-1]:
        place = place[key]
    place[keys[-1]] = to
    path.write_text("".join(json.dumps(text) + "\n" for text in lines))


@pytest.mark.parametrize("place", ["..", ".", "", "../other", "/etc", "a/b", "a1_one/..", "a\0b", 7, None])
@pytest.mark.parametrize("keys", [(0, "cases", 0, "name"), (1, "entry", "folder"), (1, "entry", "services")])
def test_a_path_that_leaves_the_batch_is_refused(tmp_path: Path, keys: tuple[int, str], place: object) -> None:
    written(tmp_path, 0)
    changed(tmp_path, *keys, to=place)
    with pytest.raises(WorkbenchError, match=r"is damaged: line [12]: (cases\[0\]\.name|folder|services): "):
        journal.read(tmp_path, (A1, W2))


def test_an_entry_that_was_never_to_be_run_is_refused(tmp_path: Path) -> None:
    written(tmp_path, 0)
    changed(tmp_path, 1, "entry", "folder", to="a9_nine")
    with pytest.raises(WorkbenchError, match="is damaged: a9_nine was never to be run"):
        journal.read(tmp_path, (A1, W2))


def test_a_name_that_stands_twice_in_the_plan_is_refused(tmp_path: Path) -> None:
    written(tmp_path)
    changed(tmp_path, 0, "cases", 1, "name", to="w2_two.r2")
    with pytest.raises(WorkbenchError, match="a name stands twice"):
        journal.read(tmp_path, (A1, W2))


@pytest.mark.parametrize(
    "content",
    [b"\xff\xfe\n", b"{}\n", b"[]\n", b"3\n", b'"x"\n', b"not json\n", b'{"cases": [7]}\n', b'{"cases": 7}\n'],
)
def test_a_damaged_journal_is_refused_by_its_path(tmp_path: Path, content: bytes) -> None:
    (tmp_path / evidence.JOURNAL).write_bytes(content)
    with pytest.raises(WorkbenchError, match=r"journal\.jsonl is damaged"):
        journal.read(tmp_path, (A1, W2))


@pytest.mark.parametrize("line", ["{}", "[]", "7", '{"entry": 7}', '{"entry": {}}', '{"entry": {"folder": "a1_one"}}'])
def test_a_damaged_line_of_a_journal_is_not_passed_over(tmp_path: Path, line: str) -> None:
    path = written(tmp_path, 0)
    path.write_text(f"{path.read_text()}{line}\n")
    with pytest.raises(WorkbenchError, match=r"journal\.jsonl is damaged"):
        journal.read(tmp_path, (A1, W2))


def test_a_folder_that_is_not_there_is_told_in_a_sentence(tmp_path: Path) -> None:
    with (
        pytest.raises(WorkbenchError, match="could not be written: No such file or directory"),
        journal.keeping(tmp_path / "gone", told=PLAN),
    ):
        raise AssertionError("there is no journal")


def test_a_secret_does_not_get_into_the_journal(tmp_path: Path) -> None:
    redaction.know("correct-horse-battery", "password")
    with journal.keeping(tmp_path, told=PLAN) as noted:
        noted.enter(entry(tmp_path, CASES[0], message="it said correct-horse-battery"))
    assert "correct-horse" not in (tmp_path / evidence.JOURNAL).read_text()
    assert "it said" in journal.read(tmp_path, (A1, W2))[1][0].checks[0].message


def test_the_plan_keeps_when_the_batch_began(tmp_path: Path) -> None:
    written(tmp_path)
    assert journal.read(tmp_path, (A1, W2))[0].began == BEGAN


def test_a_folder_in_place_of_a_journal_is_damage(tmp_path: Path) -> None:
    (tmp_path / evidence.JOURNAL).mkdir()
    with pytest.raises(WorkbenchError, match="is damaged: it is a folder"):
        journal.require_idle(tmp_path)
