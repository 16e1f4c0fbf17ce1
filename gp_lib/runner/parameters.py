"""Parameters of a scenario: commented literals, one a line, whose defaults give their types."""

import ast
import io
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gp_lib.errors import ParameterError

Value = int | float | str | bool | list[Any] | None


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the parameters cell: its name, default and comment (meaning and unit)."""

    name: str
    default: Value
    comment: str


def read_parameters(scenario: str, cell: str) -> tuple[Parameter, ...]:
    """The parameters that ``cell`` declares.

    Raises:
        ParameterError: a line is anything else than ``name = literal``.
    """
    comments = _comments(cell)
    return tuple(_parameter(scenario, node, comments) for node in ast.parse(cell).body)


def _parameter(scenario: str, node: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        try:
            default = ast.literal_eval(node.value)
        except ValueError:
            pass
        else:
            return Parameter(node.targets[0].id, default, comments.get(node.end_lineno or 0, ""))
    raise ParameterError(scenario, f"line {node.lineno} of its parameters is no `name = literal`")


def _comments(cell: str) -> dict[int, str]:
    tokens = tokenize.generate_tokens(io.StringIO(cell).readline)
    return {token.start[0]: token.string.lstrip("# ") for token in tokens if token.type == tokenize.COMMENT}


def parse_overrides(texts: Sequence[str]) -> dict[str, str]:
    """``["users=5", …]`` as a mapping, values still text.

    Raises:
        ParameterError: a text has no ``=`` or no name.
    """
    overrides: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise ParameterError("-p", f"{text!r} is not of the form name=value")
        overrides[name] = value
    return overrides


def read_overrides(path: Path) -> dict[str, str]:
    """The parameters in a YAML file, one ``name: value`` a line, as text like those of ``parse_overrides``.

    Raises:
        ParameterError: it cannot be read, is no mapping of names, or a value is none that a parameter can have.
    """
    import yaml

    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeError, yaml.YAMLError) as error:
        raise ParameterError("-f", f"{path} cannot be read: {error}") from error
    if not isinstance(content, dict) or not all(isinstance(name, str) and name.isidentifier() for name in content):
        raise ParameterError("-f", f"{path} is no mapping of parameters, one `name: value` a line")
    for name, value in content.items():
        if not isinstance(value, (int, float, str, list, type(None))):  # YAML makes dates of some words, unasked
            raise ParameterError("-f", f"{name} in {path} is no number, text or list: put it in quotes")
    return {name: value if isinstance(value, str) else repr(value) for name, value in content.items()}


def typed(scenario: str, parameters: Sequence[Parameter], overrides: Mapping[str, str]) -> dict[str, Value]:
    """``overrides`` with the types of the declared defaults; names that ``parameters`` lacks are left out.

    Raises:
        ParameterError: a value does not have its parameter's type.
    """
    declared = {parameter.name: parameter for parameter in parameters}
    return {name: _value(scenario, declared[name], text) for name, text in overrides.items() if name in declared}


def _value(scenario: str, parameter: Parameter, text: str) -> Value:
    wanted = type(parameter.default)
    if wanted is str:
        return text
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        value = text
    if wanted is float and type(value) is int:
        return float(value)
    if type(value) is not wanted:
        raise ParameterError(scenario, f"{parameter.name}={text} is no {wanted.__name__}")
    return value


def require_known(overrides: Mapping[str, str], scenarios: Mapping[str, Sequence[Parameter]]) -> None:
    """Refuse an override that no selected scenario knows.

    Raises:
        ParameterError: there is one; it lists those there are.
    """
    known = {parameter.name for parameters in scenarios.values() for parameter in parameters}
    for name in overrides:
        if name not in known:
            raise ParameterError(", ".join(scenarios), f"no parameter is called {name!r}", sorted(known))
