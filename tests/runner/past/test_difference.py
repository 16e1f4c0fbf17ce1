"""Two batches side by side: what differs is told, and what only differs by ids and times is not."""

from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.runner.past.difference import Difference, differences
from gp_lib.runner.past.notebooks import notebook_diff
from gp_lib.runner.past.show_difference import as_lines, as_rows
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.verdict import Check, Ruling
from tests.histories import tell
from tests.runner.report.folders import Made, a_check, make_batch

BEFORE = """
amy  a1  supervisor  starts
amy  a2  data        calls cost#1
amy  a3  data        gets cost#1 S3=9.00
amy  a4  supervisor  answers "9.00"
amy  asked a
"""
LATER = """
1.10  amy  b1  supervisor  starts
1.15  amy  b2  data        calls cost#9
1.20  amy  b3  data        gets cost#9 S3=8.00
1.25  amy  b4  supervisor  answers "8.00"
1.30  amy  asked b [since=1.05]
"""
WITHOUT_TOOL = """
amy  a1  supervisor  starts
amy  a2  supervisor  half-answers "9.00"
amy  asked a
"""


def made(story: str = BEFORE, *checks: Check, **more: Any) -> Made:
    return Made(checks=checks or (a_check(measured=1.0, unit="s"),), history=tell(story).history, **more)


def held(tmp_path: Path, before: Made, after: Made) -> list[Difference]:
    batches = [make_batch(tmp_path / name, one) for name, one in (("before", before), ("after", after))]
    return differences(*map(SavedBatch.read, batches))


def test_equal_stories_at_other_times_with_other_ids_do_not_differ(tmp_path: Path) -> None:
    (found,) = held(tmp_path, made(), made(LATER))
    assert (found.same_verdict, found.checks, found.parameters, found.story) == (True, {}, {}, [])


def test_a_step_that_is_missing_is_told(tmp_path: Path) -> None:
    (found,) = held(tmp_path, made(), made(WITHOUT_TOOL))
    assert "-amy run 1: data tool_executing cost" in found.story
    assert "+amy run 1: supervisor agent_completed partial" in found.story


def test_another_verdict_is_told_first_with_its_check(tmp_path: Path) -> None:
    failed = a_check(Ruling.FAIL, measured=3.0, unit="s")
    (found,) = held(tmp_path, made(), made(BEFORE, failed))
    assert (found.verdict, found.checks) == (("pass", "fail"), {"kept": ("pass", "fail")})
    lines = list(as_lines([found]))
    assert lines[0] == "a1_one: pass -> fail"
    assert "  figure kept: 1 -> 3 s (x3.00)" in lines


def test_a_parameter_that_was_given_is_told_with_its_default(tmp_path: Path) -> None:
    (found,) = held(tmp_path, made(), made(parameters={"users": 9}))
    assert found.parameters == {"users": (3, 9)}


def test_distributions_stand_side_by_side(tmp_path: Path) -> None:
    (found,) = held(tmp_path, made(), made())
    before, after = found.spreads["event age"]
    assert before == after
    assert (before.count, round(before.median_s, 3)) == (4, 0.005)
    assert found.spreads["answer"][0].count == 1


def test_a_scenario_that_is_in_one_batch_only_differs(tmp_path: Path) -> None:
    found = held(tmp_path, made(), made(name="w9_other"))
    assert [(one.scenario, one.verdict) for one in found] == [("a1_one", ("pass", None)), ("w9_other", (None, "pass"))]


def test_machines_get_everything(tmp_path: Path) -> None:
    (row,) = as_rows(held(tmp_path, made(), made(WITHOUT_TOOL)))
    assert set(row) == {"scenario", "verdict", "checks", "parameters", "figures", "spreads", "story"}
    assert row["spreads"]["event age"][0]["count"] == 4


def test_the_notebooks_are_compared_by_their_cells(tmp_path: Path) -> None:
    held(tmp_path, made(), made(outputs=[{"output_type": "stream", "name": "stdout", "text": "something new"}]))
    folders = [tmp_path / name / "a1_one" for name in ("before", "after")]
    assert "something new" in notebook_diff(*folders)
    (folders[1] / evidence.EXECUTED).unlink()
    assert "no executed notebook" in notebook_diff(*folders)


def test_notebooks_that_keep_their_sources_as_lines_are_compared_too(tmp_path: Path) -> None:
    for name, end in (("a", "one"), ("b", "two")):
        cell: dict[str, Any] = {"cell_type": "code", "id": "c", "metadata": {}, "outputs": [], "execution_count": None}
        notebook = {"cells": [{**cell, "source": ["x = 1\n", f"y = {end!r}"]}], "metadata": {}, "nbformat": 4}
        (tmp_path / name).mkdir()
        evidence.write_json(tmp_path / name / evidence.EXECUTED, {**notebook, "nbformat_minor": 5})
    assert "+  y = 'two'" in notebook_diff(tmp_path / "a", tmp_path / "b")


def test_a_notebook_that_cannot_be_compared_is_a_sentence(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        evidence.write_json(tmp_path / name / evidence.EXECUTED, {"cells": [name]})
    said = notebook_diff(tmp_path / "a", tmp_path / "b")
    assert said == "a: damaged: executed.ipynb: it is not a notebook of version 4\n"
