"""Every scenario is killed, in the expected place, by a defect that it is meant to notice.

That every scenario passes on the healthy platform is what CI's ``gpath run`` shows; it is not run again here.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gp_lib import evidence
from gp_lib.history import History
from gp_lib.runner.catalogue import discover
from gp_lib.settings import StackDescription
from tests.projects import ROOT, Project

SCENARIOS = [scenario.name for scenario in discover(ROOT / "notebooks")]
PROOF_TIMEOUT_S = 3600


@pytest.fixture(scope="module")
def proof(stack: StackDescription, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one quick proof: each scenario with the first defect that it is expected to kill."""
    project = Project.make(tmp_path_factory.mktemp("project"), stack)
    project.gpath("prove", "--quick", timeout_s=PROOF_TIMEOUT_S)
    return next((project.folder / "runs").glob("*-prove"))


@pytest.mark.timeout(PROOF_TIMEOUT_S)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_kills_its_defect_by_the_check_that_is_meant_to_catch_it(proof: Path, scenario: str) -> None:
    cells: list[dict[str, Any]] = json.loads((proof / evidence.PROOF).read_text())["cells"]
    (cell,) = [cell for cell in cells if cell["scenario"] == scenario]
    (attempt,) = cell["attempts"]
    assert cell["outcome"] == "killed", cell
    assert attempt["hits"] > 0, "the defect was never reached"


@pytest.mark.timeout(PROOF_TIMEOUT_S)
@pytest.mark.parametrize("scenario", SCENARIOS)
def test_a_scenario_leaves_complete_evidence(proof: Path, scenario: str) -> None:
    (folder,) = proof.glob(f"*/{scenario}")
    history = History.load(folder / evidence.HISTORY)
    assert json.loads((folder / evidence.VERDICT).read_text())["records"] == len(history) > 0
    assert list((folder / evidence.CHARTS).glob("*.png"))
    assert has_outputs(folder / evidence.EXECUTED)


def has_outputs(notebook: Path) -> bool:
    cells: list[dict[str, Any]] = json.loads(notebook.read_text())["cells"]
    return any(cell.get("outputs") for cell in cells)
