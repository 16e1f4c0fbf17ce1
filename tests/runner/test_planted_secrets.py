"""Thirty kinds of secrets are planted in every place of a batch, and none is found in its evidence."""

import json
from pathlib import Path
from typing import Any

import pytest

from gp_lib.settings import StackDescription
from tests.planted import KINDS, KNOWN, core_of, text_of
from tests.projects import ROOT, Project

TITLE = "# Z1 Planted\n\n**Question.** Is anything seen?\n"
PARAMETERS = 'target = "planted"  # where to run\nhint = ""  # what is said, a text'
ARRANGE = """
from gp_lib import checks, scenario
from gp_lib.verdict import Verdict
run = await scenario.begin("z1_planted", target=target, effect="writes")
run
"""
ACT = """
async with run.acting(deadline_s=60) as history, run.people() as people:
    (amy,) = people.called("amy")
    await amy.connects()
    await amy.asks(f"Which savings do you find in my costs? {hint}")
    await amy.asks("x" * 30_000 + hint)  # too long: refused, in the platform's own words
"""
ASSERT = "verdict = Verdict.of(checks.one_terminal_event(history))"
CHARTS = """
import logging, sys
from IPython.display import HTML, display
print(hint); print(hint, file=sys.stderr); display(HTML(f"<pre>{hint}</pre>"), {"text": hint}, run.target)
print(amy.token, run.target.postgres_auditor, run.target.jwt.secret, history.table().to_string())
"""
VERDICT = "run.finish(verdict)\nraise ValueError(hint)"


def notebook(*sources: str) -> dict[str, Any]:
    roles = ("parameters", "arrange", "act", "assert", "charts", "verdict")
    title = {"cell_type": "markdown", "id": "title", "metadata": {}, "source": TITLE}
    code: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": role,
            "metadata": {"tags": [role]},
            "source": source,
            "outputs": [],
            "execution_count": None,
        }
        for role, source in zip(roles, sources, strict=True)
    ]
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    return {"cells": [title, *code], "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}


def target_table(stack: StackDescription) -> str:
    """The shared stack as a target of its own, with ``KNOWN`` as a setting that is a secret."""
    urls = stack.urls
    table = {
        "platform_http": urls.platform_http,
        "platform_ws": urls.platform_ws,
        "postgres_auditor": urls.postgres_auditor,
        "jwt.secret": stack.jwt.secret,
        "jwt.issuer": stack.jwt.issuer,
        "jwt.audience": stack.jwt.audience,
        "control.host": "127.0.0.1",
        "control.token": KNOWN,
    }
    lines = [f"{name} = {json.dumps(value)}" for name, value in table.items()]
    return "\n".join(["[targets.planted]", *lines, "control.port = 9", ""])


@pytest.fixture(scope="module")
def evidence_files(stack: StackDescription, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    project = Project.make(tmp_path_factory.mktemp("planted"), stack)
    path = project.folder / "notebooks" / "p0" / "z1_planted.ipynb"
    path.write_text(json.dumps(notebook(PARAMETERS, ARRANGE, ACT, ASSERT, CHARTS, VERDICT)))
    (project.folder / "gpath.toml").write_text(target_table(stack))
    hint = "\n".join(text_of(kind) for kind in KINDS) + f"\n{KNOWN}"
    batch = project.gpath("run", "z1", "--target", "planted", "-p", f"hint={hint}")
    assert batch.returncode == 2, batch.stdout + batch.stderr
    folder = project.latest()
    files = [found for found in folder.rglob("*") if found.is_file()]
    return {str(file.relative_to(folder)): file.read_text(errors="replace") for file in files if _is_text(file)}


def _is_text(file: Path) -> bool:
    return file.suffix not in (".png", ".ico")


def test_the_secrets_were_in_every_place(evidence_files: dict[str, str]) -> None:
    places = ("executed.ipynb", "history.jsonl", "verdict.json", "batch.json", "junit.xml", "report.md", "index.html")
    for place in places:
        assert any(name.endswith(place) for name in evidence_files), sorted(evidence_files)
    for place in ("executed.ipynb", "history.jsonl", "batch.json", "junit.xml"):
        assert any("redacted:" in text for name, text in evidence_files.items() if name.endswith(place)), place


@pytest.mark.parametrize("kind", KINDS)
def test_none_of_a_kind_is_found_in_a_finished_batch(evidence_files: dict[str, str], kind: str) -> None:
    assert [name for name, text in evidence_files.items() if core_of(kind) in text] == []


def test_a_notebook_tells_nothing_about_the_folders_of_its_machine(evidence_files: dict[str, str]) -> None:
    (notebook,) = (text for name, text in evidence_files.items() if name.endswith("executed.ipynb"))
    assert json.loads(notebook)["metadata"]["papermill"]["output_path"] == "executed.ipynb"
    assert str(ROOT) not in notebook


def test_the_settings_own_secrets_are_found_nowhere(evidence_files: dict[str, str], stack: StackDescription) -> None:
    password = stack.urls.postgres_auditor.split("@")[0].rsplit(":", 1)[1]
    for secret in (stack.jwt.secret, password):
        assert [name for name, text in evidence_files.items() if secret in text] == []
