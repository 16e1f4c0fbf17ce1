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
max_s = 30
ways = ["a", "b"]
"""
MORE = "question = 'Why?'  # what is asked\nmax_s = 30.0  # seconds\nways = ('a', 'b')  # how"


@pytest.fixture(autouse=True)
def no_warm_kernels_stay() -> Iterator[None]:
    yield
    close_keepers()


def test_what_the_target_sets_otherwise_is_shown_and_not_taken(
    tmp_path: Path, stack: StackDescription, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gpath.toml").write_text(SET)
    monkeypatch.chdir(tmp_path)
    by_hand = ARRANGE.replace("run =", "import os\ndel os.environ['GPATH_SCENARIO']\nrun =")
    for name, arrange in (("in_a_batch", ARRANGE), ("by_hand", by_hand)):
        (tmp_path / name).mkdir()
        one = write_scenario(tmp_path / "notebooks", "x1_one", arrange=arrange, more=MORE)
        done = execute_alone(one, tmp_path / name, parameters={}, stack_file=stack.state_dir / "stack.json")
        assert done.ruling.value == "pass", done.why
    assert "not used" not in shown(tmp_path / "in_a_batch")
    told = shown(tmp_path / "by_hand").partition("not used")[2].partition("</tr>")[0]
    assert "question = &#x27;What?&#x27;" in told
    assert not any(f"{name} =" in told for name in ("ruling", "users", "max_s", "ways"))


def shown(batch: Path) -> str:
    """What the arrange cell showed as HTML."""
    cells = json.loads((batch / "x1_one" / "executed.ipynb").read_text())["cells"]
    outputs = (output for cell in cells for output in cell.get("outputs", ()))
    return "".join(str(output.get("data", {}).get("text/html", "")) for output in outputs)
