"""Values that a target sets in place of the notebooks' defaults, held against the notebooks before anything starts."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.parameters import no_such_parameter, similar
from gp_lib.settings import parameters_for, parameters_of
from gp_lib.values import NotAValue, Value, from_settings, shown


def target_parameters(scenarios: Sequence[Scenario], target: str) -> dict[str, dict[str, Value]]:
    """What ``target`` sets for each of ``scenarios``, which are all there are, by the scenario's name.

    Raises:
        ParameterError: a name is not that of a parameter or scenario, or a value does not have the parameter's type.
        SettingsError: the target's settings cannot be read.
    """
    wanted, where = parameters_of(target), f"targets.{target}.parameters"
    for name, value in wanted.items():
        named = [scenario for scenario in scenarios if name in _names(scenario)]
        if named and isinstance(value, dict):
            _require_known(value, named, f"{where}.{name}")
        elif isinstance(value, dict) and not any(name == each.name for s in scenarios for each in s.parameters):
            raise ParameterError(where, f"no scenario or parameter is called {name!r}", [s.name for s in scenarios])
        else:
            _require_known([name], scenarios, where)
    return {scenario.name: _of_scenario(scenario, wanted, where) for scenario in scenarios}


def _names(scenario: Scenario) -> tuple[str, str]:
    """How a table for this scenario alone may be called: as its notebook, or by its id."""
    return scenario.path.stem, scenario.path.stem.split("_")[0]


def _require_known(names: Iterable[str], scenarios: Sequence[Scenario], where: str) -> None:
    """Refuse a name that none of ``scenarios`` has as a parameter.

    One that is like no other may belong to a notebook that cannot be read: that one stops no other scenario.
    """
    known = {parameter.name for scenario in scenarios for parameter in scenario.parameters}
    for name in names:
        if name == "target":
            raise ParameterError(where, "the target is chosen with --target, not by a parameter")
        of_unreadable = any(scenario.unreadable for scenario in scenarios) and not similar(name, known)
        if name not in known and not of_unreadable:
            raise no_such_parameter(where, name, known)


def _of_scenario(scenario: Scenario, wanted: Mapping[str, Any], where: str) -> dict[str, Value]:
    defaults = {parameter.name: parameter.default for parameter in scenario.parameters}
    values = {}
    for name, value in parameters_for(scenario.path.stem, wanted).items():
        if name in defaults:
            try:
                values[name] = from_settings(value, defaults[name])
            except NotAValue as error:
                raise ParameterError(where, f"{name}={shown(value)} {error}, as in {scenario.name}") from None
    return values
