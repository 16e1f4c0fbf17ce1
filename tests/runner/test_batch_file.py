"""Of a damaged ``batch.json`` the scenarios that can be read are read."""

import json
from pathlib import Path
from typing import Any

import pytest

from gp_lib import evidence
from gp_lib.errors import Damaged
from gp_lib.runner.batch_file import read_batch_file
from gp_lib.verdict import Ruling
from tests.runner.batches import BEGAN, CASES, entry


def written(folder: Path, *changes: Any, **about: Any) -> None:
    """A batch of three scenarios that passed; each change is done to the row at its place, or put in its stead."""
    rows: list[Any] = [entry(folder, case).to_json() for case in CASES]
    for place, change in enumerate(changes):
        rows[place] = {**rows[place], **change} if isinstance(change, dict) else change
    text = json.dumps({"target": "embedded", "began": BEGAN, "scenarios": rows, **about})
    (folder / evidence.BATCH).write_text(text)


@pytest.mark.parametrize(
    ("change", "name", "problem"),
    [
        ({"took_s": -1}, "a1_one", "took_s: it should be greater than or equal to 0"),
        ({"title": None}, "a1_one", "title: it should be a valid string"),
        ({"folder": "../x"}, "a1_one", "folder: '../x' is not the name of a file or folder"),
        ({"folder": "w2_two.r1"}, "w2_two.r1", ""),
        ({"folder": 3, "scenario": []}, "damaged-0", "scenario: it should be a valid string"),
        ([], "damaged-0", "it should be an object"),
        ({"checks": []}, "a1_one", "verdict: it is 'pass', but its checks say 'unknown'"),
    ],
)
def test_one_damaged_scenario_leaves_the_others(tmp_path: Path, change: Any, name: str, problem: str) -> None:
    written(tmp_path, change)
    first, *others = read_batch_file(tmp_path).entries
    assert first.name == name
    if problem:
        assert (first.ruling, first.why) == (Ruling.UNKNOWN, f"damaged: batch.json: scenarios[0]: {problem}")
        assert [other.ruling for other in others] == [Ruling.PASS, Ruling.PASS]


def test_a_folder_that_stands_twice_is_believed_once(tmp_path: Path) -> None:
    written(tmp_path, {}, {"folder": "a1_one"})
    first, second, _ = read_batch_file(tmp_path).entries
    assert (first.name, first.ruling, second.name, second.ruling) == ("a1_one", Ruling.PASS, "w2_two", Ruling.UNKNOWN)
    assert second.why == "damaged: batch.json: scenarios[1]: folder: 'a1_one' stands twice"


@pytest.mark.parametrize(
    ("about", "problem"),
    [
        ({"scenarios": 3}, "scenarios: it should be a valid list"),
        ({"began": "2026-11-25T10:00:00"}, "began: it has no time zone"),
        ({"target": None}, "target: it should be a valid string"),
        ({"environment": {"machine": {"utc_offset_s": 1e9}}}, "environment.machine.utc_offset_s: it should be less"),
        ({"environment": {"change": {"commit": 5}}}, "environment.change.commit: it should be a valid string"),
    ],
)
def test_what_it_says_of_the_whole_batch_is_one_sentence(tmp_path: Path, about: dict[str, Any], problem: str) -> None:
    written(tmp_path, **about)
    with pytest.raises(Damaged) as damaged:
        read_batch_file(tmp_path)
    assert str(damaged.value).startswith(f"{tmp_path / evidence.BATCH} is damaged: {problem}")
