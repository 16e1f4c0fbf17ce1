from dataclasses import replace

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.prove.plan import clean, plan, repeated
from gp_lib.runner.prove.variants import chosen
from tests.proofs import VARIANTS, scenario

SCENARIOS = [scenario("a4"), scenario("w4")]


def pairs(**wishes: bool) -> list[str]:
    trials = plan(SCENARIOS, list(VARIANTS.values()), **wishes)
    return [f"{trial.scenario.name} {trial.variant.id if trial.variant else ''}" for trial in trials]


def test_each_scenario_meets_the_variants_that_it_is_expected_to_kill() -> None:
    assert pairs() == ["w4 S35", "w4 S40", "a4 S07"]


def test_every_pair_is_every_scenario_with_every_variant() -> None:
    assert len(pairs(every_pair=True)) == 6


def test_quick_takes_the_first_variant_of_each_scenario() -> None:
    assert pairs(quick=True) == ["w4 S35", "a4 S07"]


def test_quick_takes_a_slow_variant_only_if_the_scenario_has_no_other() -> None:
    slow_to_notice = {"S35": replace(VARIANTS["S35"], slow=True), "S07": replace(VARIANTS["S07"], slow=True)}
    trials = plan(SCENARIOS, list({**VARIANTS, **slow_to_notice}.values()), quick=True)
    assert sorted(trial.folder for trial in trials) == ["S07-1", "S40-1"]


def test_repetitions_stand_together_in_folders_of_their_own() -> None:
    trials = repeated([*clean(SCENARIOS[:1]), *plan(SCENARIOS, [VARIANTS["S35"]])], 2)
    assert [trial.folder for trial in trials] == ["clean-1", "clean-2", "S35-1", "S35-2"]


def test_a_variant_is_chosen_in_any_case_of_letters() -> None:
    assert chosen(list(VARIANTS.values()), ["s40"]) == [VARIANTS["S40"]]


def test_an_unknown_variant_is_refused_with_those_there_are() -> None:
    with pytest.raises(ParameterError, match="It has: S07, S35, S40"):
        chosen(list(VARIANTS.values()), ["S99"])
