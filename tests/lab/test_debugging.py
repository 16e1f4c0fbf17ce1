"""A scenario of a saved run is stepped through with what was set for it, and beside what was recorded."""

import json
import shutil
import signal
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import ParameterError, WorkbenchError
from gp_lib.history import History
from gp_lib.runner.debugging import debug_copy, saved_scenario
from tests.lab.notebook_page import NotebookPage
from tests.lab.server import gpath_lab
from tests.projects import Project

W4 = "w4_sequence_integrity"


@pytest.fixture(scope="module")
def failed(project: Project) -> Path:
    """What a batch has left of a scenario that failed, with a parameter that nothing can meet."""
    done = project.gpath("run", W4, "-p", "max_gap_s=0.0001")
    assert (done.returncode, project.failed_checks(W4)) == (1, {"gaps_within"}), done.stdout + done.stderr
    assert f"debug it: gpath debug {project.latest().name} {W4}\n" in done.stdout
    return project.latest() / W4


async def test_a_copy_fails_again_as_the_run_did_and_has_its_history_at_hand(
    notebook: NotebookPage, project: Project, failed: Path
) -> None:
    copy = debug_copy(project.folder, failed)
    await notebook.open(copy.relative_to(project.folder).as_posix())
    note = await notebook.page.locator(".jp-MarkdownOutput", has_text="A copy to step through").inner_text()
    assert all(words in note for words in (failed.parent.name, "fail", "gaps_within"))

    await notebook.run_one_by_one()
    await notebook.shows_verdict("fail")
    assert [name for name, ruling in (await notebook.shown_checks()).items() if ruling == "fail"] == ["gaps_within"]
    assert project.latest() != failed.parent

    table = (await notebook.cells())[2]["outputs"][0]["data"]["text/plain"]
    assert f"[{len(History.load(failed / evidence.HISTORY))} rows" in "".join(table)


async def test_gpath_debug_opens_jupyterlab_at_the_copy(project: Project, failed: Path, tmp_path: Path) -> None:
    async with gpath_lab(project, tmp_path / "lab", words=("debug", failed.parent.name, "w4")) as server:
        await server.until_ready()
        location = (await server.get("")).headers["location"]
        assert location.startswith(f"/lab/tree/notebooks/debug/{failed.parent.name}/{W4}.ipynb")
        assert await server.end(signal.SIGINT) == 0


def test_a_copy_is_no_scenario_of_the_next_batch(project: Project, failed: Path) -> None:
    debug_copy(project.folder, failed)
    assert project.gpath("list").stdout.count(f"{W4}:") == 1


def test_a_copy_that_somebody_works_in_is_left_as_it_is(project: Project, failed: Path) -> None:
    copy = debug_copy(project.folder, failed)
    before = copy.read_text()
    copy.write_text("worked in")
    assert debug_copy(project.folder, failed).read_text() == "worked in"
    copy.write_text(before)


def test_evidence_is_not_touched(project: Project, failed: Path) -> None:
    before = {path: path.stat().st_mtime_ns for path in failed.parent.rglob("*")}
    debug_copy(project.folder, failed)
    assert {path: path.stat().st_mtime_ns for path in failed.parent.rglob("*")} == before


def test_a_secret_parameter_is_named_as_one_to_be_set_again(project: Project, failed: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(failed, tmp_path / "with-a-secret" / W4)
    executed = folder / evidence.EXECUTED
    executed.write_text(executed.read_text().replace('"max_gap_s": 0.0001', '"max_gap_s": "«redacted:jwt:3f2a»"'))
    note = json.loads(debug_copy(project.folder, folder).read_text())["cells"][1]["source"]
    assert "Redacted in the evidence: **max_gap_s**. Set it again" in "".join(note)
    ordinary = json.loads(debug_copy(project.folder, failed).read_text())["cells"][1]["source"]
    assert "Set it again" not in "".join(ordinary)


@pytest.mark.parametrize("name", ["x9", "", "w4_sequence_integrity_"])
def test_a_scenario_that_the_run_does_not_have_is_refused_with_those_it_has(name: str, failed: Path) -> None:
    with pytest.raises(ParameterError, match=f"no single scenario of {failed.parent.name} .* It has: {W4}"):
        saved_scenario(failed.parent, name)


def test_a_scenario_that_the_project_does_not_have_any_more_is_refused(tmp_path: Path, failed: Path) -> None:
    (tmp_path / "notebooks" / "p0").mkdir(parents=True)
    with pytest.raises(ParameterError, match=f"{W4}.ipynb: this project has no such scenario"):
        debug_copy(tmp_path, failed)
    assert not (tmp_path / "notebooks" / "debug").exists()


def test_a_run_by_hand_has_no_parameters_to_repeat(tmp_path: Path) -> None:
    folder = tmp_path / "runs" / "2026-11-25T10-00-00Z-abcd-by-hand" / W4
    folder.mkdir(parents=True)
    with pytest.raises(WorkbenchError, match="was run by hand: open it again with `gpath lab`"):
        debug_copy(tmp_path, folder)


def test_a_damaged_notebook_is_named(tmp_path: Path) -> None:
    (tmp_path / W4).mkdir()
    (tmp_path / W4 / evidence.EXECUTED).write_text('{"metadata": {}}')
    with pytest.raises(WorkbenchError, match=f"{W4}/{evidence.EXECUTED} is damaged"):
        debug_copy(tmp_path, tmp_path / W4)
