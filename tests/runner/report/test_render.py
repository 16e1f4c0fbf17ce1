"""A report is made from the files of a folder, whatever state they are in."""

import json
import shutil
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.history import History
from gp_lib.runner.report import render as rendering
from gp_lib.runner.report.render import render
from gp_lib.runner.report.saved import PAST_RUNS, SavedBatch, past_runs
from gp_lib.verdict import Ruling
from tests.histories import tell
from tests.runner.report.folders import Made, a_check, make_batch, page

FAIL = Ruling.FAIL
STORY = tell("ann a1 supervisor starts\nann a2 supervisor answers done\nann asked a").history


def a_failure(**more: object) -> Made:
    return Made(checks=(a_check(), a_check(FAIL, "broken", witnesses=(1,))), history=STORY, **more)  # type: ignore[arg-type]


def test_a_witness_leads_to_the_timeline_and_from_there_to_the_record(tmp_path: Path) -> None:
    text = page(render(make_batch(tmp_path / "b", a_failure())).folder, "a1_one")
    assert '<a href="#e1">1</a>' in text
    assert '<a id="e1" href="#r1" class="witness fail">' in text
    assert '<tr id="r1" class="fail">' in text


def test_the_name_of_a_check_leads_to_the_line_that_judged_it(tmp_path: Path) -> None:
    text = page(render(make_batch(tmp_path / "b", a_failure())).folder, "a1_one")
    assert 'href="#line-broken-1"' in text
    assert 'id="line-broken-1"' in text


def test_the_index_shows_the_worst_first_with_its_failing_check_first(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "b", Made("a1_one", history=STORY), Made("b1_two", a_failure().checks, STORY))
    text = page(render(batch).folder)
    assert text.index('id="b1_two"') < text.index('id="a1_one"')
    assert "Is one person answered?" in text


def test_an_overridden_parameter_is_shown_with_its_default_and_in_the_command(tmp_path: Path) -> None:
    made = Made(history=STORY, parameters={"users": 9, "target": "it's there"})
    text = page(render(make_batch(tmp_path / "b", made)).folder, "a1_one")
    assert '<code>9</code> <span class="tag">set</span></td><td><code>3</code>' in text
    assert "gpath run a1_one -p users=9 --target &#39;it&#39;&#34;&#39;&#34;&#39;s there&#39;" in text


def test_a_page_says_how_to_step_through_its_own_run(tmp_path: Path) -> None:
    folder = render(make_batch(tmp_path / "b", Made("a1_one.r2", history=STORY))).folder
    assert '<code class="command">gpath debug b a1_one.r2</code>' in page(folder, "a1_one.r2")


def test_rendering_again_gives_the_same_pages(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "b", a_failure())
    render(batch)
    before = {path: path.read_bytes() for path in batch.rglob("*") if path.is_file()}
    render(batch)
    assert {path: path.read_bytes() for path in batch.rglob("*") if path.is_file()} == before


@pytest.mark.parametrize("damage", [b"", b"\xff\xfe", b"{}\n", b'{"kind": "history", "version": 1}\n', b"[1]\n"])
def test_a_damaged_history_is_told_and_the_rest_is_shown(tmp_path: Path, damage: bytes) -> None:
    batch = make_batch(tmp_path / "b", a_failure())
    (batch / "a1_one" / evidence.HISTORY).write_bytes(damage)
    text = page(render(batch).folder, "a1_one")
    assert "damaged: history.jsonl: " in text
    assert "broken holds" in text


@pytest.mark.parametrize("damage", [b"", b"\xff", b"{}", b'{"cells": [{"source": "x"}]}', b'{"cells": [1]}'])
def test_a_damaged_notebook_is_told_and_the_rest_is_shown(tmp_path: Path, damage: bytes) -> None:
    batch = make_batch(tmp_path / "b", a_failure())
    (batch / "a1_one" / evidence.EXECUTED).write_bytes(damage)
    text = page(render(batch).folder, "a1_one")
    assert "damaged: executed.ipynb: " in text
    assert "Timeline of" in text


def test_a_run_by_hand_is_rendered_from_its_scenarios_folder(tmp_path: Path) -> None:
    made = make_batch(tmp_path / "b", a_failure())
    (made / evidence.BATCH).unlink()
    (made / "a1_one" / evidence.EXECUTED).unlink()
    verdict = {"verdict": "fail", "checks": json.loads(json.dumps([]))}
    evidence.write_json(made / "a1_one" / evidence.VERDICT, verdict)
    assert "made by hand in JupyterLab" in page(render(made).folder, "a1_one")


def test_a_scenario_that_never_ran_has_a_row_and_no_page(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "b", Made(checks=(), why="not run: the batch was interrupted"))
    shutil.rmtree(batch / "a1_one")
    text = page(render(batch).folder)
    assert "not run: the batch was interrupted" in text
    assert 'href="a1_one/index.html"' not in text


def test_a_batch_without_scenarios_is_unknown(tmp_path: Path) -> None:
    assert render(make_batch(tmp_path / "b")).ruling is Ruling.UNKNOWN
    assert "This batch ran no scenario" in page(tmp_path / "b")


@pytest.mark.parametrize("folder", ["..", "../b2", "/etc", "", ".", "a1_one/charts"])
def test_a_scenario_that_points_out_of_the_batchs_folder_is_damaged(tmp_path: Path, folder: str) -> None:
    batch = make_batch(tmp_path / "b", a_failure())
    about = evidence.read_json(batch / evidence.BATCH)
    about["scenarios"][0]["folder"] = folder
    evidence.write_json(batch / evidence.BATCH, about)
    (entry,) = render(batch).entries
    assert (entry.ruling, entry.folder) == (Ruling.UNKNOWN, batch / "a1_one")
    assert entry.why.startswith(f"damaged: batch.json: scenarios[0]: folder: {folder!r} is not the name of a file")


def test_an_empty_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="holds no scenario's evidence"):
        render(tmp_path)


def test_the_last_runs_are_those_of_the_batches_before_on_the_same_target(tmp_path: Path) -> None:
    for day in range(10, 10 + PAST_RUNS + 5):
        make_batch(tmp_path / f"2026-01-{day}", Made(took_s=float(day)))
    make_batch(tmp_path / "2026-01-35", Made(), target="staging")
    make_batch(tmp_path / "2026-01-36", Made())
    (tmp_path / "2026-01-16" / evidence.BATCH).write_text("damaged")
    past = past_runs(SavedBatch.read(tmp_path / "2026-01-33"))["a1_one"]
    assert [run.took_s for run in past] == [13.0, 14.0, 15.0, *(float(day) for day in range(17, 33))]


def test_a_failure_after_a_pass_is_marked_as_new(tmp_path: Path) -> None:
    make_batch(tmp_path / "1", Made(history=STORY))
    first, second = (page(render(make_batch(tmp_path / name, a_failure())).folder) for name in ("2", "3"))
    assert '<span class="tag">new</span>' in first
    assert '<span class="tag">new</span>' not in second


def test_a_page_of_very_many_records_stays_small(tmp_path: Path) -> None:
    many = History([STORY[index % 3] for index in range(30_000)], began=STORY.began)
    checks = (a_check(FAIL, "broken", witnesses=tuple(range(30_000)), message="x" * 10_000_000),)
    text = page(render(make_batch(tmp_path / "b", Made(checks=checks, history=many))).folder, "a1_one")
    assert len(text) < 150_000
    assert "and 29988 more" in text


def test_an_attested_batch_is_not_touched(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "b", a_failure())
    (batch / evidence.ATTESTATION).write_text("{}")
    with pytest.raises(WorkbenchError, match="is attested"):
        render(batch)
    assert not (batch / evidence.PAGE).exists()


def undrawable() -> str:
    raise ValueError("noon")


def test_a_page_that_cannot_be_drawn_says_so(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "b", a_failure())
    rendering._write_page(batch / "a1_one", [], undrawable)
    assert "This page could not be drawn: ValueError" in page(batch, "a1_one")
    assert "noon" in (batch / "a1_one" / evidence.TROUBLE).read_text()


def test_an_index_that_cannot_be_drawn_still_tells_every_verdict(tmp_path: Path) -> None:
    batch = make_batch(tmp_path / "b", a_failure(), Made("b1_two", history=STORY))
    rendering._write_page(batch, SavedBatch.read(batch).entries, undrawable)
    text = page(batch)
    assert "This page could not be drawn" in text
    assert ("a1_one" in text, "b1_two" in text, "fail" in text) == (True, True, True)
