"""Values that a target sets in place of the notebooks' defaults, held against the notebooks before anything starts."""

from collections.abc import Sequence
from typing import Any

from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.parameters import no_such_parameter
from gp_lib.runner.values import NotAValue, Value, from_given, of_type, shown
from gp_lib.settings import parameters_for, parameters_of


def target_parameters(scenarios: Sequence[Scenario], target: str) -> dict[str, dict[str, Value]]:
    """What ``target`` sets for each of ``scenarios``, which are all there are, by the scenario's name.

    Raises:
        ParameterError: a name is not that of a parameter or scenario, or a value does not have the parameter's type.
        SettingsError: the target's settings cannot be read.
    """
    wanted, where = parameters_of(target), f"targets.{target}.parameters"
    _require_known(scenarios, wanted, where)
    return {scenario.name: _of_scenario(scenario, wanted, where) for scenario in scenarios}


def _require_known(scenarios: Sequence[Scenario], wanted: dict[str, Any], where: str) -> None:
    known = {parameter.name for scenario in scenarios for parameter in scenario.parameters}
    for name, value in wanted.items():
        named = [scenario for scenario in scenarios if name in (scenario.name, scenario.name.split("_")[0])]
        if not isinstance(value, dict):
            _require_one(name, known, where)
        elif not named:
            raise ParameterError(where, f"no scenario is called {name!r}", [scenario.name for scenario in scenarios])
        for scenario in named if isinstance(value, dict) else ():
            for each in value if not scenario.unreadable else ():
                _require_one(each, {parameter.name for parameter in scenario.parameters}, f"{where}.{name}")


def _require_one(name: str, known: set[str], where: str) -> None:
    if name == "target":
        raise ParameterError(where, "the target is chosen with --target, not by a parameter")
    if name not in known:
        raise no_such_parameter(where, name, known)


def _of_scenario(scenario: Scenario, wanted: dict[str, Any], where: str) -> dict[str, Value]:
    defaults = {parameter.name: parameter.default for parameter in scenario.parameters}
    values = {}
    for name, value in parameters_for(scenario.name, wanted).items():
        if name in defaults:
            try:
                values[name] = _typed(value, defaults[name])
            except NotAValue as error:
                raise ParameterError(where, f"{name}={shown(value)} {error}, as {scenario.name} needs it") from None
    return values


def _typed(value: Any, default: object) -> Value:
    """A text is read as on a command line: from the environment, everything is one."""
    return from_given(value, default) if isinstance(value, str) else of_type(value, default)
