"""What comes from elsewhere is judged by code of this project, and its own code is not run unless it is asked for."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from gp_lib import evidence
from gp_lib.runner import reports
from gp_lib.runner.debugging import debug_copy
from gp_lib.runner.entry import Entry
from gp_lib.runner.judged_by import By
from gp_lib.runner.notebook_digest import notebook_digest
from gp_lib.runner.origin import Origin
from gp_lib.runner.rejudge import judged_folders, rejudge
from gp_lib.verdict import Check, Ruling, Verdict
from tests.projects import Project

A1 = "a1_one"
JUDGE = """
verdict = Verdict.of(
    Check(name="enough", verdict=Ruling.PASS if users >= at_least else Ruling.FAIL, requirement="enough")
)
"""
LIE = 'verdict = Verdict.of(Check(name="enough", verdict=Ruling.PASS, requirement="enough"))'
PARAMETERS = "users = 3  # people\nat_least = 2  # people\npace_s = 1.0  # seconds\nquestion = 'why'  # to the agent\n"


def notebook(parameters: str = PARAMETERS, judge: str = JUDGE, injected: str = "") -> dict[str, Any]:
    sources = {
        "parameters": parameters,
        **({"injected-parameters": injected} if injected else {}),
        "arrange": "from gp_lib.verdict import Check, Ruling, Verdict\nbegin = dict\nbegin(effect='reads')",
        "act": "raise SystemExit('the act is not judged again')",
        "assert": judge,
        "charts": "pass",
        "verdict": "pass",
    }
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": "# A1 One\n\n**Question.** Is it?"}
    cells: list[dict[str, Any]] = [title]
    for tag, source in sources.items():
        about: dict[str, Any] = {"id": tag, "metadata": {"tags": [tag]}, "execution_count": None, "outputs": []}
        cells.append({"cell_type": "code", "source": source, **about})
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "notebooks" / "p0").mkdir(parents=True)
    (tmp_path / "runs").mkdir()
    evidence.write_json(tmp_path / "notebooks" / "p0" / f"{A1}.ipynb", notebook())
    monkeypatch.chdir(tmp_path)
    return tmp_path


def saved(
    project: Path,
    executed: dict[str, Any],
    *,
    parameters: Mapping[str, Any] | None = None,
    digest: str | None = None,
    foreign: bool = True,
) -> Path:
    """The scenario's folder of a batch; ``digest`` is what it says of its notebook, ``None`` the true one."""
    folder = project / "runs" / "2026-11-25T04-00-00Z-3f9a" / A1
    folder.mkdir(parents=True)
    set_ = dict(parameters or {})
    executed["metadata"]["papermill"] = {"input_path": f"{A1}.ipynb", "parameters": set_}
    evidence.write_json(folder / evidence.EXECUTED, executed)
    header = {"kind": "history", "version": 1, "began": "2026-11-25T10:00:00+00:00", "commit": "abc", "seed": 7}
    (folder / evidence.HISTORY).write_text(json.dumps(header) + "\n")
    noted = notebook_digest(project / "notebooks" / "p0" / f"{A1}.ipynb") if digest is None else digest
    kept = Check(name="enough", verdict=Ruling.PASS, requirement="enough")
    about = {"title": A1, "folder": folder, "parameters": set_, "ruling": Ruling.PASS, "took_s": 1.0, "checks": (kept,)}
    entry = Entry(scenario=A1, notebook=noted, **about)  # type: ignore[arg-type]
    reports.write_all(folder.parent, target="embedded", began="2026-11-25T10:00:00+00:00", entries=[entry])
    batch = evidence.read_json(folder.parent / evidence.BATCH)
    batch["scenarios"] = [entry.to_json()]  # whatever is set in it: ours would not write all of it
    evidence.write_json(folder.parent / evidence.BATCH, batch)
    if foreign:
        Origin(source="bundle.zip", taken="").write(folder.parent)
    return folder


def ruling_of(verdict: Verdict, name: str) -> Ruling | None:
    return next((check.verdict for check in verdict.checks if check.name == name), None)


def not_judged(verdict: Verdict) -> str:
    """Why it was not judged, by the one check that says so."""
    (check,) = (check for check in verdict.checks if check.name == "judged_by_the_same_notebook")
    assert (check.verdict, verdict.ruling) == (Ruling.UNKNOWN, Ruling.UNKNOWN)
    assert ruling_of(verdict, "enough") is None
    return check.message


@pytest.mark.parametrize("digest", [None, ""], ids=["by its digest", "by its code"])
def test_it_is_judged_by_the_notebook_that_was_run_with_what_was_set(project: Path, digest: str | None) -> None:
    executed = notebook(injected="# Parameters\nat_least = 9\n")
    folder = saved(project, executed, parameters={"at_least": 9, "pace_s": 2}, digest=digest)
    assert ruling_of(rejudge(folder), "enough") is Ruling.FAIL


def test_what_was_made_here_is_judged_by_its_saved_cells(project: Path) -> None:
    folder = saved(project, notebook(judge=LIE, injected="at_least = 9\n"), foreign=False)
    assert ruling_of(rejudge(folder), "enough") is Ruling.PASS
    assert ruling_of(rejudge(folder, By.CURRENT), "enough") is Ruling.PASS


def code_that(does: str) -> list[dict[str, Any]]:
    """Executed notebooks that have ``does`` in every cell that is executed again when a run of ours is judged."""
    return [
        notebook(parameters=does + "\n" + PARAMETERS),
        notebook(judge=does + "\n" + LIE),
        notebook(injected=does),
        notebook(judge=LIE) | {"metadata": {"more": does}},
    ]


@pytest.mark.parametrize("digest", [None, "", "0" * 64], ids=["true digest", "no digest", "another digest"])
@pytest.mark.parametrize("number", range(4))
def test_code_from_elsewhere_is_never_run_unasked(project: Path, number: int, digest: str | None) -> None:
    victim = project / "victim"
    executed = code_that(f"open({str(victim)!r}, 'w').close()")[number]
    folder = saved(project, executed, digest=digest, parameters={"at_least": 9})
    for by in (None, By.CURRENT):
        assert ruling_of(rejudge(folder, by), "enough") is not Ruling.PASS
    copied = debug_copy(project, folder).read_text()
    assert "That run is `from elsewhere (bundle.zip): unsigned`" in copied
    assert str(victim) not in copied
    assert not victim.exists()


def test_its_saved_code_is_run_when_it_is_asked_for(project: Path) -> None:
    victim = project / "victim"
    folder = saved(project, notebook(judge=f"open({str(victim)!r}, 'w').close()\n{LIE}"))
    assert ruling_of(rejudge(folder, By.SAVED), "enough") is Ruling.PASS
    assert victim.exists()


def test_a_replaced_cell_does_not_turn_red_into_green(project: Path) -> None:
    folder = saved(project, notebook(judge=LIE), parameters={"at_least": 9})
    assert ruling_of(rejudge(folder), "enough") is Ruling.FAIL


def test_another_notebook_is_not_judged_and_the_ways_out_are_offered(project: Path) -> None:
    folder = saved(project, notebook(judge=LIE), digest="")
    said = not_judged(rejudge(folder))
    assert said.startswith(f"notebooks/p0/{A1}.ipynb is not the notebook that was run; ")
    assert "--with-current" in said
    assert "--with-saved-code" in said
    assert ruling_of(rejudge(folder, By.CURRENT), "enough") is Ruling.PASS


def test_a_notebook_that_was_changed_since_is_not_the_same(project: Path) -> None:
    folder = saved(project, notebook())
    evidence.write_json(project / "notebooks" / "p0" / f"{A1}.ipynb", notebook(judge="# mended\n" + JUDGE))
    assert "is not the notebook that was run" in not_judged(rejudge(folder))


@pytest.mark.parametrize("by", [None, By.CURRENT])
def test_a_scenario_that_this_project_does_not_have_is_not_judged(project: Path, by: By | None) -> None:
    folder = saved(project, notebook())
    (project / "notebooks" / "p0" / f"{A1}.ipynb").unlink()
    assert not_judged(rejudge(folder, by)).startswith(f"this project has no scenario '{A1}'; ")


@pytest.mark.parametrize(
    "parameters",
    [
        {"users\nimport os": 1},
        {"__builtins__": 1},
        {"verdict": 1},
        {"more": 1},
        {"users": "3"},
        {"users": True},
        {"users": None},
        {"users": {"of": 3}},
        {"question": 3},
        {"question": ["why"]},
        {"pace_s": "1.0"},
    ],
)
@pytest.mark.parametrize("by", [None, By.CURRENT])
def test_parameters_that_the_notebook_does_not_declare_so_are_not_judged(
    project: Path, parameters: dict[str, Any], by: By | None
) -> None:
    folder = saved(project, notebook(), parameters=parameters)
    why = not_judged(rejudge(folder, by))
    assert why.startswith((f"{A1}: ", "damaged: batch.json: scenarios[0]: "))
    assert "parameter" in why or "is not a" in why


def test_a_part_of_it_is_from_elsewhere_however_deep_it_stands(project: Path) -> None:
    victim = project / "victim"
    folder = saved(project, notebook(judge=f"open({str(victim)!r}, 'w').close()\n{LIE}"), digest="")
    deep = folder.parent / "x" / "y" / A1
    deep.parent.mkdir(parents=True)
    folder.rename(deep)
    for batch in (deep, deep.parent, deep.parent.parent):
        for part in judged_folders(batch):
            rejudge(part)
    assert not victim.exists()


def test_an_entry_says_which_notebook_it_was_run_from(project: Path) -> None:
    folder = saved(project, notebook())
    (row,) = evidence.read_json(folder.parent / evidence.BATCH)["scenarios"]
    assert row["notebook_sha256"] == notebook_digest(project / "notebooks" / "p0" / f"{A1}.ipynb")
    assert Entry.from_json(row, folder.parent).notebook == row["notebook_sha256"]
    for said in (7, "x" * 64, None, ["0" * 64]):
        assert Entry.from_json({**row, "notebook_sha256": said}, folder.parent).notebook == ""


def test_the_command_says_where_it_comes_from_and_how_it_was_judged(project: Path) -> None:
    folder = saved(project, notebook(judge=LIE), digest="", parameters={"at_least": 9})
    gpath = Project(project).gpath
    name = folder.parent.name
    asked = gpath("rejudge", name)
    assert (asked.returncode, "enough" in asked.stdout) == (2, False), asked.stdout + asked.stderr
    assert f"gpath: {name} is from elsewhere (bundle.zip): unsigned\n" in asked.stderr
    current = gpath("rejudge", name, "--with-current")
    assert current.returncode == 1, current.stdout + current.stderr
    assert "judged by this project's notebook, as it is now" in current.stderr
    their_own = gpath("rejudge", name, "--with-saved-code")
    assert "It can do on this machine whatever you can." in their_own.stderr
    assert gpath("rejudge", name, "--with-saved-code", "--with-current").returncode == 64
