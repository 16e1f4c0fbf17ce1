"""What a batch is going to run: each scenario with its parameters, as often and in as many variations as was asked."""

import hashlib
import itertools
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.parameters import typed
from gp_lib.values import Given, Value, shown, split_outside, unquoted

MOST_CASES = 10_000
"""More than anybody means: a range with a slip of the finger is refused instead of filling the disk."""

LONGEST_NUMBER = 100
"""Digits of one end of a range, or of a part of a shard."""

_RANGE = re.compile(r"(-?[0-9]+)\.\.(-?[0-9]+)")
_NOT_IN_A_FOLDER_NAME = re.compile(r"[^\w.,=+-]+", re.ASCII)
_LONGEST_VARIED = 120
_LONGEST_NAME = 200
"""In bytes: a file system takes 255, and earlier tries get a suffix."""


@dataclass(frozen=True, slots=True)
class Case:
    """One entry of a batch to come. ``name`` is its own in the batch, and that of its folder."""

    name: str
    scenario: Scenario
    parameters: dict[str, Value] = field(default_factory=dict)


def cases_of(
    scenarios: Sequence[Scenario],
    given: Mapping[str, Given],
    *,
    of_target: Mapping[str, Mapping[str, Value]] = MappingProxyType({}),
    matrix: Mapping[str, Sequence[str]] = MappingProxyType({}),
    repeat: int = 1,
) -> list[Case]:
    """Every scenario with every combination of ``matrix`` that concerns it, each ``repeat`` times.

    Args:
        scenarios: what to run.
        given: one value as text for a parameter, whatever the combination.
        of_target: what the target sets for each scenario, by its name; what is ``given`` goes before it.
        matrix: several values as text for each of some parameters.
        repeat: how often to run each.

    Raises:
        ParameterError: a value is not of its parameter's type, or it comes to more than ``MOST_CASES``.
    """
    cases: dict[str, Case] = {}
    for scenario in scenarios:
        for combination in _combinations(scenario, matrix):
            set_here = typed(scenario.name, scenario.parameters, {**given, **combination})
            parameters = {**of_target.get(scenario.name, {}), **set_here}
            for turn in range(1, repeat + 1):
                name = _name(scenario, combination, turn if repeat > 1 else None)
                if name in cases:
                    raise ParameterError("--matrix, --repeat", f"two runs would have the same folder {name}")
                cases[name] = Case(name, scenario, parameters)
                if len(cases) > MOST_CASES:
                    raise ParameterError("--matrix, --repeat", f"it comes to more than {MOST_CASES} runs")
    return list(cases.values())


def _combinations(scenario: Scenario, matrix: Mapping[str, Sequence[str]]) -> Iterator[dict[str, str]]:
    """One after the other: of too many, only the first ones are ever made."""
    names = [name for name in matrix if name in {parameter.name for parameter in scenario.parameters}]
    return (dict(zip(names, values, strict=True)) for values in itertools.product(*(matrix[name] for name in names)))


def _name(scenario: Scenario, combination: Mapping[str, str], turn: int | None) -> str:
    parts = [scenario.name, _folder_name(combination), f"r{turn}" if turn else ""]
    name = ".".join(part for part in parts if part)
    if len(name.encode()) <= _LONGEST_NAME:
        return name
    return f"{name.encode()[: _LONGEST_NAME - 9].decode(errors='ignore')}-{_digest(name)}"


def _folder_name(combination: Mapping[str, str]) -> str:
    """A combination as part of a folder's name; a digest keeps those apart that would look alike."""
    varied = ",".join(f"{name}={value}" for name, value in combination.items())
    fit = _NOT_IN_A_FOLDER_NAME.sub("_", varied)[:_LONGEST_VARIED]
    clear = len(combination) == 1 or not any("," in value or "=" in value for value in combination.values())
    return fit if fit == varied and clear else f"{fit}-{_digest(repr(list(combination.items())))}"


def _digest(words: str) -> str:
    return hashlib.sha256(words.encode(errors="surrogatepass")).hexdigest()[:8]


def parse_matrix(texts: Sequence[str]) -> dict[str, list[str]]:
    """``["users=5,50", "seed=1..3"]`` as the values of each parameter, still text; a range includes both its ends.

    Raises:
        ParameterError: a text has another form, a name stands twice, or a value does.
    """
    matrix: dict[str, list[str]] = {}
    parts = itertools.chain.from_iterable(split_outside(text, " \t\n") for text in texts)
    for text in filter(None, parts):
        name, equals, values = text.partition("=")
        if not equals or not name.isidentifier() or not values:
            problem = f"{shown(text)!r} is not of the form name=value,value or name=first..last"
            raise ParameterError("--matrix", f"{problem}; a value with spaces stands in quotes")
        if name in matrix:
            raise ParameterError("--matrix", f"{name!r} stands twice")
        matrix[name] = [value for part in split_outside(values, ",") for value in _spread(part)]
        if len(set(matrix[name])) != len(matrix[name]):
            raise ParameterError("--matrix", f"a value of {name!r} stands twice")
    return matrix


def _spread(part: str) -> Sequence[str]:
    ends = _RANGE.fullmatch(part)
    if not ends:
        return [unquoted(part)]
    if len(part) > LONGEST_NUMBER:
        raise ParameterError("--matrix", f"{shown(part)} is not a range of at most {MOST_CASES} numbers")
    first, last = int(ends[1]), int(ends[2])
    if not first <= last < first + MOST_CASES:
        raise ParameterError("--matrix", f"{part} is no range from a lower to a higher number of at most {MOST_CASES}")
    return [str(number) for number in range(first, last + 1)]


def shard(cases: Sequence[Case], text: str) -> list[Case]:
    """The part ``2/3`` of the cases: every third one, from the second on.

    Raises:
        ParameterError: the text has another form, or there is no such part.
    """
    part, _, parts = text.partition("/")
    numbers = part.isdecimal() and parts.isdecimal() and len(text) <= LONGEST_NUMBER
    if not (numbers and 1 <= int(part) <= int(parts)):
        raise ParameterError("--shard", f"{shown(text)!r} is not of the form part/parts, such as 1/3")
    return list(cases[int(part) - 1 :: int(parts)])
