"""Commands beside a notebook that cannot be read: it is named and never green, and nothing else stops."""

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from tests.projects import Project
from tests.scenarios_made import write_scenario

ELSEWHERE = (
    '[targets.none]\nsafety = "sandbox"\nplatform_http = "http://127.0.0.1:9"\nplatform_ws = "ws://127.0.0.1:9"\n'
)
"""A target for scenarios that talk to nobody: no stack is started for it."""
WHY = "x2_bad.ipynb is not a readable notebook: it is not JSON"


def made(folder: Path) -> Project:
    """A project of two good scenarios and a broken one."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "gpath.toml").write_text(ELSEWHERE)
    for name in ("x1_good", "x3_good"):
        write_scenario(folder / "notebooks", name)
    (folder / "notebooks" / "p0" / "x2_bad.ipynb").write_text("{,}")
    return Project(folder)


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return made(tmp_path)


def verdicts(project: Project) -> dict[str, Any]:
    batch = json.loads((project.latest() / "batch.json").read_text())
    return {entry["scenario"]: entry["verdict"] for entry in batch["scenarios"]} | {"": batch["verdict"]}


def test_list_shows_the_others_and_says_which_cannot_be_read(project: Project) -> None:
    for words in (["list"], ["list", "--markdown"]):
        told = project.gpath(*words)
        assert ("x1_good" in told.stdout, "x3_good" in told.stdout, "x2_bad" in told.stdout) == (True, True, False)
        assert (told.returncode, WHY in told.stderr, told.stderr.count("\n")) == (64, True, 1)


def test_a_batch_of_all_goes_on_and_is_unknown_in_every_file(project: Project) -> None:
    done = project.gpath("run", "--target", "none", "--retries", "1")
    assert done.returncode == 2, done.stdout + done.stderr
    assert verdicts(project) == {"x1_good": "pass", "x2_bad": "unknown", "x3_good": "pass", "": "unknown"}
    suite = ElementTree.parse(project.latest() / "junit.xml").find("testsuite[@name='x2_bad']")
    assert suite is not None
    assert WHY in str(suite.findtext("testcase/error"))
    assert "not a readable notebook: it is not JSON" in (project.latest() / "report.md").read_text()
    again = project.gpath("resume", "latest")
    assert (again.returncode, "has run all it was to run" in again.stderr) == (2, True)


def test_good_ones_are_run_by_their_names_and_the_broken_one_is_refused_by_its_own(project: Project) -> None:
    assert project.gpath("run", "--target", "none", "x1", "x3").returncode == 0
    for words in (["run", "x2"], ["run", "x1", "x2_bad"], ["prove", "x2"]):
        refused = project.gpath_here(*words, "--target", "none")
        assert (refused.returncode, WHY in refused.stderr) == (64, True), refused.stderr


def test_a_dry_run_says_what_cannot_be_run(project: Project) -> None:
    told = project.gpath("run", "--target", "none", "--dry-run")
    assert [line.split()[0] for line in told.stdout.splitlines()] == ["x1_good", "x2_bad", "x3_good"]
    assert f"x2_bad cannot be run: {WHY}" in told.stderr


@pytest.mark.parametrize("name", ["{{cookiecutter.slug}}", "half}/{0} {x!r} %s #5/ä ü/[a-z]*?/a'b\"c"])
def test_a_project_runs_and_is_debugged_in_a_folder_of_any_name(tmp_path: Path, name: str) -> None:
    """The first, which can be formatted, is apart: beside the others formatting fails, and may be given up for good."""
    project = made(tmp_path / name)
    done = project.gpath("run", "--target", "none", "x1", "-p", "ruling=pass")
    assert done.returncode == 0, done.stdout + done.stderr
    papermill = json.loads((project.latest() / "x1_good" / "executed.ipynb").read_text())["metadata"]["papermill"]
    assert (papermill["input_path"], papermill["parameters"]["ruling"]) == ("x1_good.ipynb", "pass")


def test_scenarios_of_any_names_run_and_are_judged_under_them(project: Project) -> None:
    """In one batch: that a word that is a name selects that one only, also ``x1*``, is shown in ``test_catalogue``."""
    names = ["x1[1]", "x1 {a}", "x1-b.c", "x1*", "x1%s'"]
    for name in names:
        write_scenario(project.folder / "notebooks", name, ruling="fail")
    fails = dict.fromkeys([*names, ""], "fail")
    done = project.gpath("run", "--target", "none", *names, GITHUB_ACTIONS="true")
    assert (done.returncode, verdicts(project)) == (1, fails), done.stdout + done.stderr
    for name in names:
        assert f"::error file=notebooks/p0/{name.replace('%', '%25')}.ipynb,title=" in done.stdout
    first = project.latest()
    assert project.gpath("run", "--target", "none", "--failed").returncode == 1
    assert (project.latest() != first, verdicts(project)) == (True, fails)


def test_a_parameter_that_is_not_a_finite_number_is_refused_before_anything_starts(project: Project) -> None:
    write_scenario(project.folder / "notebooks", "x4_gap", act="print(gap_s)", more="gap_s = 3.0  # seconds")
    for value in ("1e999", "nan", "-inf", "9" * 400):
        refused = project.gpath_here("run", "--target", "none", "x4", "-p", f"gap_s={value}", "--json")
        assert (refused.returncode, refused.stdout) == (64, "")
    assert not (project.folder / "runs").exists()
