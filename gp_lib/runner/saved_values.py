"""Parameters out of a file: a file may say what it likes, and names become code."""

from collections.abc import Sequence
from typing import Any

from gp_lib.errors import ParameterError
from gp_lib.runner.parameters import Parameter, Value

PLAIN = (bool, int, float, str, type(None))


def saved_parameters(scenario: str, parameters: Sequence[Parameter], saved: object) -> dict[str, Value]:
    """``saved`` as values that the scenario can be judged with.

    Raises:
        ParameterError: a name is not one that the scenario declares, or a value is not of its type.
    """
    if not isinstance(saved, dict):
        raise ParameterError(scenario, "its saved parameters are not a mapping of names to values")
    declared = {parameter.name: parameter.default for parameter in parameters}
    if strange := sorted(str(name)[:80] for name in saved if name not in declared):
        raise ParameterError(scenario, f"it does not have the saved parameters {', '.join(strange)}", sorted(declared))
    return {name: _value(scenario, name, value, declared[name]) for name, value in saved.items()}


def _value(scenario: str, name: str, value: object, default: Value) -> Value:
    if type(value) is int and type(default) is float:
        return float(value)
    if not _is_plain(value) or (default is not None and type(value) is not type(default)):
        wanted = type(default).__name__
        raise ParameterError(scenario, f"its saved parameter {name} is not of the type of its default ({wanted})")
    return value  # type: ignore[return-value]


def _is_plain(value: Any) -> bool:
    return type(value) in PLAIN or (type(value) is list and all(type(each) in PLAIN for each in value))
