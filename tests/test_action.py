"""The GitHub Action and the workflows: their scripts are run here, as far as they can be without GitHub."""

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.projects import GPATH, ROOT, Project

ACTION = ROOT / ".github" / "actions" / "golden-path" / "action.yml"


def steps() -> list[dict[str, Any]]:
    return list(yaml.safe_load(ACTION.read_text())["runs"]["steps"])


def run_scenarios(project: Project, **inputs: str) -> "subprocess.CompletedProcess[str]":
    """Run the action's own script in ``project``, with ``gpath`` where the action has installed it."""
    (project.folder / ".venv" / "bin").mkdir(parents=True)
    (project.folder / ".venv" / "bin" / "gpath").symlink_to(GPATH)
    (script,) = (step["run"] for step in steps() if step.get("name") == "Run the scenarios")
    variables = {"SCENARIOS": "", "PARAMETERS": "", "TARGET": "embedded"} | inputs
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", script],
        cwd=project.folder,
        env={**os.environ, **variables},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    ("inputs", "sentence"),
    [
        ({"SCENARIOS": "z9"}, "z9: no scenario is called so"),
        ({"SCENARIOS": "w4 *; touch owned"}, "*;: no scenario is called so"),
        ({"SCENARIOS": "w4", "PARAMETERS": "users=1\nusers=$(touch owned)"}, "users=$(touch owned) is not an integer"),
        ({"SCENARIOS": "w4", "TARGET": "moon; touch owned"}, "'moon; touch owned' is neither"),
        ({"SCENARIOS": "--help"}, "--help: no scenario is called so"),
    ],
)
def test_the_actions_inputs_are_words_for_gpath_and_nothing_else(
    tmp_path: Path, inputs: dict[str, str], sentence: str
) -> None:
    project = Project.make(tmp_path)
    done = run_scenarios(project, **inputs)
    assert (done.returncode, sentence in done.stderr) == (64, True), done.stderr
    assert not (project.folder / "owned").exists()


def test_no_script_has_an_expression_pasted_into_it() -> None:
    files = [ACTION, *(ROOT / ".github" / "workflows").glob("*.yml")]
    scripts = [line for path in files for line in path.read_text().splitlines() if "run:" in line or "gpath" in line]
    assert [line for line in scripts if "${{" in line] == []


def test_the_evidence_is_uploaded_whatever_happened() -> None:
    (upload,) = (step for step in steps() if "upload-artifact" in step.get("uses", ""))
    assert upload["if"] == "always()"


def test_a_workflow_that_uses_the_action_gives_it_only_inputs_that_it_has() -> None:
    known = yaml.safe_load(ACTION.read_text())["inputs"].keys()
    workflow = yaml.safe_load((ROOT / ".github" / "workflows" / "golden-path.yml").read_text())
    given = [step["with"].keys() for step in workflow["jobs"]["golden-path"]["steps"] if "golden-path" in step["uses"]]
    assert given
    assert all(names <= known for names in given)
