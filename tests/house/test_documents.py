"""What a README names exists, and what exists is named."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from gp_lib import evidence
from tests.projects import GPATH, ROOT

READMES = [
    "README.md",
    "runs/README.md",
    "gp_lib/README.md",
    "notebooks/README.md",
    "gp_lib/reference_platform/README.md",
]
TOP_LEVEL = {"notebooks", "gp_lib", "runs", "tests", "environment.yml", "README.md", "pyproject.toml", "LICENSE"}


def tracked() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def commands() -> set[str]:
    told = subprocess.run([GPATH, "--help"], capture_output=True, text=True, check=True).stdout
    return set(re.findall(r"^  (\w+) {2,}\w", told.split("Commands:")[1], re.MULTILINE))


def test_the_top_level_is_the_one_that_was_fixed() -> None:
    top = {Path(name).parts[0] for name in tracked()}
    assert {name for name in top if not name.startswith(".")} == TOP_LEVEL | {"requirements.lock"}


@pytest.mark.parametrize("readme", READMES)
def test_every_link_leads_somewhere(readme: str) -> None:
    path = ROOT / readme
    targets = re.findall(r"\]\((?!http)([^)#]+)\)", path.read_text())
    assert [target for target in targets if not (path.parent / target).exists()] == []


def test_the_readme_names_every_command_and_no_other() -> None:
    named = set(re.findall(r"gpath (\w+)", (ROOT / "README.md").read_text()))
    assert named == commands()


def test_ci_runs_the_two_commands_of_the_readme() -> None:
    blocks = re.findall(r"```sh\n(.*?)\n```", (ROOT / "README.md").read_text(), re.DOTALL)
    script = (ROOT / ".ci" / "run").read_text()
    assert len(blocks) == 2
    assert [block for block in blocks if block not in script] == []


@pytest.mark.parametrize("readme", ["README.md", "runs/README.md"])
def test_the_exit_codes_are_those_of_the_command(readme: str) -> None:
    text = (ROOT / readme).read_text()
    assert all(re.search(rf"\b{code}\b", text) for code in (0, 1, 2, 64, 70))


def test_the_guide_to_the_evidence_names_every_file() -> None:
    guide = (ROOT / "runs" / "README.md").read_text()
    files = [
        evidence.HISTORY,
        evidence.VERDICT,
        evidence.EXECUTED,
        evidence.CHARTS,
        evidence.KERNEL_LOG,
        evidence.TROUBLE,
    ]
    assert [
        name
        for name in [
            *files,
            evidence.BATCH,
            evidence.JOURNAL,
            evidence.JUNIT,
            evidence.REPORT,
            evidence.PROOF,
            evidence.PROOF_PAGE,
        ]
        if name not in guide
    ] == []


def test_the_map_names_every_part_and_is_short() -> None:
    text = (ROOT / "gp_lib" / "README.md").read_text()
    parts = {
        path.stem for path in (ROOT / "gp_lib").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert {part for part in parts - {"__init__"} if f"`{part}`" not in text} == set()
    assert len(text.splitlines()) <= 60


def test_no_file_names_a_stand_in_for_a_service() -> None:
    banned = re.compile(r"unittest\.mock|fakeredis|\bsqlite3\b|MagicMock")
    files = [
        ROOT / name
        for name in tracked()
        if name.startswith(("gp_lib/", "notebooks/")) and name.endswith(("py", "ipynb"))
    ]
    assert [str(path) for path in files if banned.search(path.read_text())] == []


def test_no_notebook_keeps_the_machine_it_was_saved_on() -> None:
    for path in (ROOT / "notebooks").glob("*/*.ipynb"):
        assert json.loads(path.read_text())["metadata"].keys() == {"kernelspec", "language_info"}
