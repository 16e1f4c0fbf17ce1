"""A notebook speaks for the scenario that it is run as, and for no other one."""

from pathlib import Path

import pytest

from gp_lib import evidence, scenario
from gp_lib.errors import WrongScenario
from gp_lib.platforms import find_platform
from gp_lib.runner.execute import execute_alone
from gp_lib.scenario import Run
from gp_lib.settings import Target
from gp_lib.verdict import Check, Ruling, Verdict
from tests.scenarios_made import write_scenario

GOOD = Verdict.of(Check(name="it_holds", verdict=Ruling.PASS, requirement="it holds"))
PLATFORM = find_platform("golden_path")
NOWHERE = Target(name="nowhere", platform_http="http://127.0.0.1:9", platform_ws="ws://127.0.0.1:9/ws")


async def test_another_scenario_is_not_begun(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv(evidence.OF_SCENARIO, "x1_one")
    monkeypatch.setenv(evidence.VARIABLE, str(tmp_path))
    with pytest.raises(WrongScenario, match="this notebook is run as 'x1_one', but names 'x2_two'"):
        await scenario.begin("x2_two")


def test_another_scenario_is_not_finished_and_leaves_no_verdict(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv(evidence.OF_SCENARIO, "x1_one")
    with pytest.raises(WrongScenario):
        Run(scenario="x2_two", target=NOWHERE, platform=PLATFORM, folder=tmp_path, about={}).finish(GOOD)
    assert not (tmp_path / evidence.VERDICT).exists()


async def test_by_hand_and_in_a_copy_any_name_is_right(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv(evidence.OF_SCENARIO, raising=False)
    run = Run(scenario="x2_two", target=NOWHERE, platform=PLATFORM, folder=tmp_path, about={})
    async with run.acting(deadline_s=5):
        pass
    run.finish(GOOD)
    assert (tmp_path / evidence.VERDICT).exists()


ARRANGE = """from gp_lib import scenario
name = "x2_" + "two"
run = await scenario.begin(name, target="embedded", effect="reads")"""


def test_a_notebook_that_computes_the_name_of_another_scenario_is_unknown(tmp_path: Path) -> None:
    one = write_scenario(tmp_path / "notebooks", "x1_one", arrange=ARRANGE)
    done = execute_alone(one, tmp_path, parameters={}, stack_file=None)
    assert done.ruling is Ruling.UNKNOWN
    assert "WrongScenario: this notebook is run as 'x1_one', but names 'x2_two'" in done.why
