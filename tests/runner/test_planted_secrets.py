"""Thirty kinds of secrets are planted in every place of a batch, and none is found in its evidence.

A weak one, which is a word of the evidence too, spoils nothing: it judges again as it did.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gp_lib.settings import StackDescription
from tests.planted import KINDS, KNOWN, core_of, text_of
from tests.projects import ROOT, Project
from tests.redaction.encoders import ENCODERS

WEAK = ("agent_started", "postgres", "100000", "source", "true", "a", "pass", "verdict", "event", "kind", "unknown")
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
import logging, os, sys
os.write(2, hint.encode() + b"\\n"); print(hint, file=sys.__stderr__, flush=True)
for letter in hint:
    print(letter, end="", flush=True)
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
def evidence_files(stack: StackDescription, tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    project = Project.make(tmp_path_factory.mktemp("planted"), stack)
    path = project.folder / "notebooks" / "p0" / "z1_planted.ipynb"
    path.write_text(json.dumps(notebook(PARAMETERS, ARRANGE, ACT, ASSERT, CHARTS, VERDICT)))
    (project.folder / "gpath.toml").write_text(target_table(stack))
    hint = "\n".join(text_of(kind) for kind in KINDS) + f"\n{KNOWN}"
    batch = project.gpath("run", "z1", "--target", "planted", "-p", f"hint={hint}")
    assert batch.returncode == 2, batch.stdout + batch.stderr
    folder = project.latest()
    return {str(file.relative_to(folder)): file.read_bytes() for file in folder.rglob("*") if file.is_file()}


def test_the_secrets_were_in_every_place(evidence_files: dict[str, bytes]) -> None:
    places = (
        *("executed.ipynb", "history.jsonl", "verdict.json", "batch.json", "junit.xml", "report.md", "index.html"),
        "kernel.log",
    )
    for place in places:
        assert any(name.endswith(place) for name in evidence_files), sorted(evidence_files)
    for place in ("executed.ipynb", "history.jsonl", "batch.json", "junit.xml", "kernel.log"):
        assert any(b"redacted:" in text for name, text in evidence_files.items() if name.endswith(place)), place


@pytest.mark.parametrize("kind", KINDS)
def test_none_of_a_kind_is_found_in_a_finished_batch(evidence_files: dict[str, bytes], kind: str) -> None:
    core = core_of(kind)
    spelt = {each.strip("'").encode() for each in (core, *(encode(core) for encode in ENCODERS.values()))}
    assert [name for name, data in evidence_files.items() if any(each in data for each in spelt)] == []


def test_a_notebook_tells_nothing_about_the_folders_of_its_machine(evidence_files: dict[str, bytes]) -> None:
    (notebook,) = (data.decode() for name, data in evidence_files.items() if name.endswith("executed.ipynb"))
    assert json.loads(notebook)["metadata"]["papermill"]["output_path"] == "executed.ipynb"
    assert str(ROOT) not in notebook


def test_the_settings_own_secrets_are_found_nowhere(evidence_files: dict[str, bytes], stack: StackDescription) -> None:
    password = stack.urls.postgres_auditor.split("@")[0].rsplit(":", 1)[1]
    for secret in (stack.jwt.secret, password):
        assert [name for name, data in evidence_files.items() if secret.encode() in data] == []


@pytest.mark.parametrize("password", ["agent_started"])
def test_a_weak_password_spoils_nothing(stack: StackDescription, tmp_path: Path, password: str) -> None:
    project = Project.make(tmp_path, stack)
    known = f"from gp_lib import redaction\n[redaction.know(word, 'password') for word in {WEAK!r}]"
    path = project.folder / "notebooks" / "p0" / "z1_planted.ipynb"
    path.write_text(json.dumps(notebook(PARAMETERS, f"{ARRANGE}{known}", ACT, ASSERT, "run", "run.finish(verdict)")))
    (project.folder / "gpath.toml").write_text(target_table(stack).replace(json.dumps(KNOWN), json.dumps(password)))
    assert project.gpath("run", "z1", "--target", "planted").returncode == 0
    folder = project.latest()
    for file in (*folder.rglob("*.json"), *folder.rglob("*.ipynb")):
        json.loads(file.read_text(), parse_constant=pytest.fail)
    history = (folder / "z1_planted" / "history.jsonl").read_text()
    assert {json.loads(line)["kind"] for line in history.splitlines()} >= {"history", "event", "operation"}
    assert "redacted:" not in history
    again = project.gpath("rejudge", "latest")
    assert again.returncode == 0, again.stdout + again.stderr
