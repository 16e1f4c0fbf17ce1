"""Whoever is expected to notice a defect or sabotage exists, and every scenario is expected to notice one."""

import re
from collections.abc import Iterator
from functools import cache

from gp_lib.faults.event_rules import EventRule
from gp_lib.faults.rule_form import KINDS
from gp_lib.runner.catalogue import cell_source, discover, notebook_cells
from gp_lib.runner.prove.sabotage import sabotage
from gp_lib.runner.prove.variants import Variant, seeded_defects
from tests.projects import ROOT


@cache
def checks_of_scenarios() -> dict[str, set[str]]:
    """The checks that each scenario's assert cell calls."""
    return {
        scenario.name: set(re.findall(r"\bchecks\.(\w+)\(", cell_source(notebook_cells(scenario.path), "", "assert")))
        for scenario in discover(ROOT / "notebooks")
    }


@cache
def defects() -> tuple[Variant, ...]:
    """Asked of a process of its own, for seconds: not while tests are collected, which every worker does."""
    return tuple(seeded_defects())


def expected() -> Iterator[tuple[str, str, str]]:
    for defect in [*defects(), *sabotage()]:
        for scenario, check in defect.killers.items():
            yield defect.id, scenario, check


def test_every_expected_killer_is_a_check_of_its_scenario() -> None:
    checks = checks_of_scenarios()
    strange = [
        f"{defect}: {scenario} has no {check}"
        for defect, scenario, check in expected()
        if scenario in checks and check.partition("[")[0] not in checks[scenario]
    ]
    assert strange == []


def test_every_scenario_is_expected_to_notice_a_defect() -> None:
    assert checks_of_scenarios().keys() - {scenario for defect in defects() for scenario in defect.killers} == set()


def test_nothing_that_can_be_broken_has_the_name_of_something_else() -> None:
    names = [variant.id for variant in [*defects(), *sabotage()]]
    assert len(names) == len(set(names))


def test_every_kind_of_sabotage_is_in_the_table() -> None:
    kinds = {name for name, kind in KINDS.items() if issubclass(kind, EventRule)}
    assert {type(variant.rule).__name__ for variant in sabotage()} == kinds
