"""Parameters of a scenario: commented literals, one a line, whose defaults give their types."""

import ast
import difflib
import io
import tokenize
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from keyword import iskeyword

from gp_lib.errors import ParameterError
from gp_lib.runner.cell_code import parsed
from gp_lib.values import Given, NotAValue, Value, from_given, of_type, plain, shown

__all__ = ["Parameter", "Value", "parse_overrides", "read_parameters", "require_known", "saved_parameters", "typed"]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One line of the parameters cell: its name, default and comment (meaning and unit)."""

    name: str
    default: Value
    comment: str


def read_parameters(scenario: str, cell: str) -> tuple[Parameter, ...]:
    """The parameters that ``cell`` declares.

    Raises:
        ParameterError: a line is anything else than ``name = literal``, or a name is declared twice.
    """
    body, comments = parsed(scenario, "parameters", cell).body, _comments(cell)
    declared = tuple(_parameter(scenario, node, comments) for node in body)
    names = [parameter.name for parameter in declared]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ParameterError(scenario, f"its parameters set {', '.join(twice)} twice")
    return declared


def _parameter(scenario: str, node: ast.stmt, comments: Mapping[int, str]) -> Parameter:
    if isinstance(node, ast.Assign) and len(node.targets) == 1 and isinstance(node.targets[0], ast.Name):
        try:
            default = ast.literal_eval(node.value)
        except (ValueError, TypeError, MemoryError, RecursionError):
            pass
        else:
            return Parameter(node.targets[0].id, default, comments.get(node.end_lineno or 0, ""))
    raise ParameterError(scenario, f"line {node.lineno} of its parameters is not `name = literal`")


def _comments(cell: str) -> dict[int, str]:
    """The comments of a cell by their lines; what follows a line that is not Python has none."""
    found = {}
    try:
        for token in tokenize.generate_tokens(io.StringIO(cell).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0]] = token.string.lstrip("# ")
    except (tokenize.TokenError, SyntaxError):
        return found
    return found


def parse_overrides(texts: Sequence[str]) -> dict[str, str]:
    """``["users=5", …]`` as a mapping, values still text.

    Raises:
        ParameterError: a text has no ``=`` or no name.
    """
    overrides: dict[str, str] = {}
    for text in texts:
        name, equals, value = text.partition("=")
        if not equals or not name.isidentifier():
            raise ParameterError("-p", f"{shown(text)!r} is not of the form name=value")
        overrides[name] = value
    return overrides


def typed(scenario: str, parameters: Sequence[Parameter], overrides: Mapping[str, Given]) -> dict[str, Value]:
    """``overrides`` with the types of the declared defaults; names that ``parameters`` lacks are left out.

    Raises:
        ParameterError: a value does not have its parameter's type, or is not one that a parameter can have.
    """
    defaults = {parameter.name: parameter.default for parameter in parameters}
    values = {}
    for name, given in overrides.items():
        if name in defaults:
            try:
                values[name] = from_given(given, defaults[name])
            except NotAValue as error:
                raise ParameterError(scenario, f"{name}={shown(given)} {error}") from None
    return values


def saved_parameters(scenario: str, parameters: Sequence[Parameter], saved: object) -> dict[str, Value]:
    """Parameters out of a file, for a run or a copy: a file may say what it likes, and names become code.

    Every reader of saved parameters that lets them run comes through here.

    Raises:
        ParameterError: a name is not one that the scenario declares, or a value does not have its type.
    """
    defaults = {parameter.name: parameter.default for parameter in parameters}
    try:
        plain_ones = plain_parameters(saved)
    except NotAValue as error:
        raise ParameterError(scenario, str(error)) from None
    if strange := sorted(plain_ones.keys() - defaults.keys()):
        raise ParameterError(scenario, f"it has no parameter {', '.join(strange)}", sorted(defaults))
    return {name: _of_type(scenario, name, value, defaults[name]) for name, value in plain_ones.items()}


def _of_type(scenario: str, name: str, value: Value, default: Value) -> Value:
    try:
        return of_type(value, default)
    except NotAValue as error:
        raise ParameterError(scenario, f"{name}={shown(value)} {error}") from None


def plain_parameters(saved: object) -> dict[str, Value]:
    """Parameters out of a file, to be shown: of any scenario, so that only their form can be judged.

    Raises:
        NotAValue: it is not a mapping of names to values.
    """
    if not isinstance(saved, dict):
        raise NotAValue("its parameters are not a mapping of names to values")
    for name in saved:
        if not isinstance(name, str) or not name.isidentifier() or iskeyword(name):
            raise NotAValue(f"{shown(name)!r} is not the name of a parameter")
    return {name: plain(value) for name, value in saved.items()}


def require_known(overrides: Mapping[str, Given], scenarios: Mapping[str, Sequence[Parameter]]) -> None:
    """Refuse an override that no selected scenario knows.

    Raises:
        ParameterError: there is one.
    """
    known = {parameter.name for parameters in scenarios.values() for parameter in parameters}
    for name in overrides:
        if name not in known:
            raise no_such_parameter(", ".join(scenarios), name, known)


def no_such_parameter(where: str, name: str, known: Collection[str]) -> ParameterError:
    """The error for a name that is not among ``known``: it says which of them may be meant, or else lists them."""
    near = similar(name, known)
    meant = f" (did you mean {near!r}?)" if near else ""
    return ParameterError(where, f"no parameter is called {name!r}{meant}", [] if near else sorted(known))


def similar(name: str, known: Collection[str]) -> str | None:
    """Which of ``known`` may be meant by ``name``; ``None`` when it is like none of them."""
    return next(iter(difflib.get_close_matches(name, known, n=1)), None)
