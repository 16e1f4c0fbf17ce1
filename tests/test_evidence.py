"""Evidence is a folder in which every file is whole, and which is found again by its name."""

import json
import os
import re
import resource
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from gp_lib import evidence, redaction
from gp_lib.errors import WorkbenchError
from gp_lib.redaction import MARK


@contextmanager
def no_file_larger_than(size_bytes: int) -> Iterator[None]:
    """As on a full disk: the file system takes no more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_json_comes_back_as_it_was_written(tmp_path: Path) -> None:
    evidence.write_json(tmp_path / "a.json", {"ä": [1, None, 2.5]})
    assert evidence.read_json(tmp_path / "a.json") == {"ä": [1, None, 2.5]}


def test_a_written_file_can_be_read_by_everybody(tmp_path: Path) -> None:
    evidence.write_whole(tmp_path / "a", b"x")
    assert (tmp_path / "a").stat().st_mode & 0o777 == 0o644


def test_a_file_is_replaced_as_a_whole(tmp_path: Path) -> None:
    evidence.write_whole(tmp_path / "a", "a long first text")
    evidence.write_whole(tmp_path / "a", "short")
    assert (tmp_path / "a").read_text() == "short"
    assert os.listdir(tmp_path) == ["a"]


def test_on_a_full_disk_the_old_file_stays_and_nothing_half_written_is_left(tmp_path: Path) -> None:
    evidence.write_whole(tmp_path / "a", "old")
    with no_file_larger_than(1_000), pytest.raises(WorkbenchError, match="could not be written"):
        evidence.write_whole(tmp_path / "a", "x" * 2_000)
    assert (tmp_path / "a").read_text() == "old"
    assert os.listdir(tmp_path) == ["a"]


def test_where_there_is_a_folder_no_file_is_written(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    with pytest.raises(WorkbenchError, match="could not be written"):
        evidence.write_whole(tmp_path / "a", "x")
    assert os.listdir(tmp_path) == ["a"]


def test_in_a_folder_that_is_not_there_no_file_is_written(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="could not be written"):
        evidence.write_whole(tmp_path / "nowhere" / "a", "x")


@pytest.mark.parametrize("content", [None, b"", b"{", b"\xff"])
def test_what_is_no_json_cannot_be_read(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "a.json"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(WorkbenchError, match=r"is damaged: |cannot be read: there is no such file"):
        evidence.read_json(path)


def test_a_batch_has_a_folder_of_its_own_and_latest_points_at_it(tmp_path: Path) -> None:
    first, second = evidence.new_batch(tmp_path), evidence.new_batch(tmp_path, "-again")
    assert first != second
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ-[0-9a-f]{4}", first.name)
    assert second.name.endswith("-again")
    assert (tmp_path / "latest").resolve() == second
    assert sorted(os.listdir(tmp_path)) == sorted([first.name, second.name, "latest"])


def test_where_no_folder_can_be_made_no_evidence_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / "runs").write_text("in the way")
    with pytest.raises(WorkbenchError, match="no evidence can be kept"):
        evidence.new_batch(tmp_path / "runs")


def test_a_run_is_found_by_path_name_beginning_and_as_the_latest(tmp_path: Path) -> None:
    batch = evidence.new_batch(tmp_path)
    for name in (str(batch), batch.name, batch.name[:-2], "latest"):
        assert evidence.find_run(tmp_path, name) == batch


def test_a_run_that_several_names_fit_is_not_guessed(tmp_path: Path) -> None:
    for name in ("2026-a", "2026-b"):
        (tmp_path / name).mkdir()
    with pytest.raises(WorkbenchError, match="2026-a, 2026-b"):
        evidence.find_run(tmp_path, "2026")


@pytest.mark.parametrize("name", ["nothing-like-it", "", "*", "["])
def test_a_run_that_nothing_fits_is_not_found(tmp_path: Path, name: str) -> None:
    runs = tmp_path / "runs"
    (runs / "2026-a").mkdir(parents=True)
    with pytest.raises(WorkbenchError, match="no single run"):
        evidence.find_run(runs, name)


def test_the_scenarios_of_a_batch_are_the_folders_with_evidence(tmp_path: Path) -> None:
    for name, file in (("b", evidence.HISTORY), ("a", evidence.EXECUTED), ("notes", "notes.md")):
        (tmp_path / name).mkdir()
        (tmp_path / name / file).write_text("")
    (tmp_path / "batch.json").write_text("{}")
    assert evidence.scenario_folders(tmp_path) == [tmp_path / "a", tmp_path / "b"]


def test_a_single_scenario_is_a_batch_of_one(tmp_path: Path) -> None:
    (tmp_path / evidence.HISTORY).write_text("")
    assert evidence.scenario_folders(tmp_path) == [tmp_path]


def test_a_batch_that_cannot_become_the_latest_says_so_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / evidence.LATEST / "in the way").mkdir(parents=True)
    with pytest.raises(WorkbenchError, match="latest cannot be made to point at"):
        evidence.new_batch(tmp_path)


def test_what_another_process_logs_is_kept_without_secrets_and_nothing_else_is_left(tmp_path: Path) -> None:
    token = "gh" + "p_" + "Ab3dEf6hIj9kLmN0pQrStUvWxYz123456789"
    with evidence.log_without_secrets(tmp_path / "kernel.log") as log:
        subprocess.run(["sh", "-c", f"echo 'so: {token}'; echo end >&2"], stdout=log, stderr=log, check=True)
        assert list(tmp_path.iterdir()) == []
    assert MARK.sub("M", (tmp_path / "kernel.log").read_text()) == "so: M\nend\n"
    with evidence.log_without_secrets(tmp_path / "empty.log"):
        pass
    assert [path.name for path in tmp_path.iterdir()] == ["kernel.log"]


def test_json_is_strict_and_its_keys_and_numbers_are_left_alone(tmp_path: Path) -> None:
    redaction.know("100000", "password")
    evidence.write_json(tmp_path / "a.json", {"a": float("inf"), "100000": 100000, "text": "100000 ms"})
    text = (tmp_path / "a.json").read_text()
    assert json.loads(text, parse_constant=pytest.fail) == {"a": "Infinity", "100000": 100000, "text": "100000 ms"}
