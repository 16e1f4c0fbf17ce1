"""A notebook that is run by hand follows its own parameters, and says what its target would have set."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gp_lib.kernels.keeper import close_keepers
from gp_lib.runner.execute import execute_alone
from gp_lib.settings import StackDescription
from tests.scenarios_made import write_scenario

ARRANGE = """from gp_lib import scenario
run = await scenario.begin("x1_one", target="embedded", effect="reads")
run"""
SET = """
[targets.embedded.parameters]
ruling = "pass"
question = "What?"
users = 3
"""


@pytest.fixture(autouse=True)
def no_warm_kernels_stay() -> Iterator[None]:
    yield
    close_keepers()


def test_what_the_target_sets_otherwise_is_shown_and_not_taken(
    tmp_path: Path, stack: StackDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gpath.toml").write_text(SET)
    monkeypatch.chdir(tmp_path)
    one = write_scenario(tmp_path / "notebooks", "x1_one", arrange=ARRANGE, more="question = 'Why?'  # what is asked")
    done = execute_alone(one, tmp_path, parameters={}, stack_file=stack.state_dir / "stack.json")
    assert done.ruling.value == "pass", done.why
    cells = json.loads((tmp_path / "x1_one" / "executed.ipynb").read_text())["cells"]
    shown = "".join(
        str(output.get("data", {}).get("text/html", "")) for cell in cells for output in cell.get("outputs", ())
    )
    assert "not used" in shown
    assert "question = &#x27;What?&#x27;" in shown
    assert "ruling =" not in shown
    assert "users =" not in shown
