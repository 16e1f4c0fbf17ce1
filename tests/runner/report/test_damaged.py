"""A scenario whose saved evidence cannot be read is unknown, and everything else of its batch is as it was."""

import json
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.runner.report.render import render
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.verdict import Ruling, Verdict
from tests.histories import tell
from tests.runner.report.folders import Made, a_check, make_batch, page

STORY = tell("amy connected\namy asked, in vain").history


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    made = (Made(history=STORY), Made("a2_two", history=STORY), Made("a3_red", (a_check(Ruling.FAIL),), STORY))
    folder = make_batch(tmp_path / "b", *made)
    for one in made:
        evidence.write_json(folder / one.name / evidence.VERDICT, Verdict(one.checks).to_json())
    return folder


DAMAGES = [
    (evidence.HISTORY, "[1]\n", "damaged: history.jsonl: line 1: "),
    (evidence.HISTORY, None, "damaged: history.jsonl: Is a directory"),
    (evidence.VERDICT, "{}", "damaged: verdict.json: verdict: it is missing"),
    (evidence.VERDICT, '{"verdict": "pass", "checks": []}', "damaged: verdict.json: verdict: it is 'pass', but its"),
    (evidence.EXECUTED, '{"cells": [5]}', "damaged: executed.ipynb: "),
]


def damage(path: Path, content: str | None) -> None:
    path.unlink(missing_ok=True)
    if content is None:
        path.mkdir()
    else:
        path.write_text(content)


@pytest.mark.parametrize(("file", "content", "why"), DAMAGES)
def test_a_scenario_with_a_damaged_file_is_unknown_and_the_others_are_not(
    batch: Path, file: str, content: str | None, why: str
) -> None:
    damage(batch / "a1_one" / file, content)
    first, second, third = render(batch).entries
    assert first.is_damaged
    assert first.why.startswith(why)
    assert [entry.ruling for entry in (first, second, third)] == [Ruling.UNKNOWN, Ruling.PASS, Ruling.FAIL]
    assert first.sentence == first.why


def test_what_failed_stays_a_failure_when_its_evidence_is_damaged(batch: Path) -> None:
    damage(batch / "a3_red" / evidence.HISTORY, "")
    assert render(batch).entries[2].ruling is Ruling.FAIL


def test_damage_is_an_error_in_junit_and_stands_on_both_pages(batch: Path) -> None:
    damage(batch / "a1_one" / evidence.HISTORY, "[1]\n")
    render(batch)
    junit = (batch / evidence.JUNIT).read_text()
    assert '<error message="the scenario ran: damaged: history.jsonl: line 1: ' in junit
    assert "damaged: history.jsonl: line 1: " in page(batch)
    assert "damaged: history.jsonl: line 1: " in page(batch, "a1_one")


def test_evidence_that_was_never_written_is_not_damaged(batch: Path) -> None:
    for file in (evidence.HISTORY, evidence.VERDICT, evidence.EXECUTED):
        (batch / "a1_one" / file).unlink()
    assert not SavedBatch.read(batch).entries[0].is_damaged


def test_the_rows_of_a_batch_are_read_without_its_evidence(batch: Path) -> None:
    damage(batch / "a1_one" / evidence.HISTORY, "[1]\n")
    assert [row.ruling for row in SavedBatch.read(batch).rows] == [Ruling.PASS, Ruling.PASS, Ruling.FAIL]


def test_a_verdict_that_its_checks_contradict_is_damaged_in_a_folder_by_hand_too(batch: Path) -> None:
    (batch / evidence.BATCH).unlink()
    saved = json.loads((batch / "a3_red" / evidence.VERDICT).read_text())
    evidence.write_json(batch / "a3_red" / evidence.VERDICT, {**saved, "verdict": "pass"})
    entry = SavedBatch.read(batch).entries[2]
    assert (entry.ruling, entry.why) == (
        Ruling.UNKNOWN,
        "damaged: verdict.json: verdict: it is 'pass', but its checks say 'fail'",
    )
