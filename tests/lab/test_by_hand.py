"""A person runs scenarios in JupyterLab, and gets what a batch gets."""

import pytest

from gp_lib import evidence
from gp_lib.history import History
from tests.lab.notebook_page import NotebookPage
from tests.projects import Project

W4, A4 = "w4_sequence_integrity", "a4_tools_end_to_end"
FROM_THE_ACT_ON = ("act", "assert", "charts", "verdict")


@pytest.fixture(scope="module")
def batch_checks(project: Project) -> dict[str, list[str]]:
    """The names of the checks that a batch gives each scenario, in order."""
    done = project.gpath("run", W4, A4)
    assert done.returncode == 0, done.stdout + done.stderr
    return {name: [check["name"] for check in project.verdict(name)["checks"]] for name in (W4, A4)}


async def test_running_all_cells_shows_the_verdict_and_keeps_the_evidence_that_a_batch_keeps(
    notebook: NotebookPage, project: Project, batch_checks: dict[str, list[str]]
) -> None:
    await notebook.open(f"notebooks/p0/{W4}.ipynb")
    await notebook.run_all()
    assert await notebook.errors() == []
    await notebook.shows_verdict("pass")
    assert await notebook.shown_checks() == dict.fromkeys(batch_checks[W4], "pass")

    folder = project.latest() / W4
    assert project.latest().name.endswith("-by-hand")
    assert project.verdict(W4)["verdict"] == "pass"
    assert [check["name"] for check in project.verdict(W4)["checks"]] == batch_checks[W4]
    assert len(History.load(folder / evidence.HISTORY)) == project.verdict(W4)["records"]
    assert {path.name for path in (folder / evidence.CHARTS).iterdir()} == {"sequence.png", "sequence.svg"}
    assert project.gpath("rejudge").returncode == 0
    assert (notebook.complaints, notebook.strangers) == ([], [])


async def test_running_cell_by_cell_gives_the_same_verdict_and_acting_again_gives_fresh_evidence(
    notebook: NotebookPage, project: Project, batch_checks: dict[str, list[str]]
) -> None:
    await notebook.open(f"notebooks/p0/{A4}.ipynb")
    await notebook.run_one_by_one()
    await notebook.shows_verdict("pass")
    first, first_verdict = project.latest(), project.verdict(A4)
    assert [check["name"] for check in first_verdict["checks"]] == batch_checks[A4]

    await notebook.run_one_by_one(FROM_THE_ACT_ON)
    await notebook.shows_verdict("pass")
    assert await notebook.errors() == []
    assert project.latest() != first
    assert [check["name"] for check in project.verdict(A4)["checks"]] == batch_checks[A4]
    assert project.verdict(A4)["finished"] > first_verdict["finished"]
    assert (notebook.complaints, notebook.strangers) == ([], [])


async def test_a_stopped_act_is_judged_as_far_as_it_got_and_does_not_pass(
    notebook: NotebookPage, project: Project
) -> None:
    async def somebody_has_asked() -> bool:
        history = project.latest() / W4 / evidence.HISTORY
        return history.exists() and "agent_started" in history.read_text()

    await notebook.open(f"notebooks/p0/{W4}.ipynb")
    await notebook.run_one_by_one(("parameters", "arrange"))
    await notebook.run_and_interrupt("act", somebody_has_asked)
    await notebook.run_one_by_one(("assert", "charts", "verdict"))
    await notebook.shows_verdict("unknown")
    assert (await notebook.shown_checks())["acted_to_the_end"] == "unknown"
    assert project.verdict(W4)["verdict"] == "unknown"
