"""An entry of a batch, as its file holds it."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gp_lib.runner.entry import Entry
from gp_lib.verdict import Ruling
from tests.runner.batches import CASES, entry


def test_an_entry_is_read_as_it_was_written(tmp_path: Path) -> None:
    one = entry(tmp_path, CASES[1], Ruling.FAIL)
    assert Entry.from_json(one.to_json(), tmp_path) == one


def test_its_name_is_its_own_where_the_scenario_stands_several_times(tmp_path: Path) -> None:
    assert [entry(tmp_path, case).name for case in CASES] == ["a1_one", "w2_two.r1", "w2_two.r2"]
    assert {entry(tmp_path, case).scenario for case in CASES[1:]} == {"w2_two"}


def test_a_file_tells_no_folder_of_the_machine(tmp_path: Path) -> None:
    assert str(tmp_path) not in str(entry(tmp_path, CASES[0]).to_json())


def test_the_logs_of_a_batch_from_before_there_were_several_are_in_services(tmp_path: Path) -> None:
    data: dict[str, Any] = entry(tmp_path, CASES[0]).to_json()
    del data["services"]
    assert Entry.from_json(data, tmp_path).services == "services"


@pytest.mark.parametrize("key", ["folder", "services"])
@pytest.mark.parametrize("place", ["..", ".", "", "../x", "/etc", "a/b", "a/..", "a/", "./a", "a\0b", 7, None, ["a"]])
def test_a_folder_outside_of_the_batch_is_refused(tmp_path: Path, key: str, place: object) -> None:
    data = {**entry(tmp_path, CASES[0]).to_json(), key: place}
    with pytest.raises(ValueError, match=f"^{key}: "):
        Entry.from_json(data, tmp_path)


def test_a_verdict_that_there_is_not_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"^verdict: it should be 'pass', 'fail' or 'unknown'"):
        Entry.from_json({**entry(tmp_path, CASES[0]).to_json(), "verdict": "splendid"}, tmp_path)


def test_a_reason_of_any_length_can_be_carried_in_every_file(tmp_path: Path) -> None:
    why = replace(entry(tmp_path, CASES[0]), why="x" * 10**6 + " at last").why
    assert why.endswith(" at last")
    assert len(why) < 10_000
