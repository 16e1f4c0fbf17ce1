"""Which scenarios there are, and what each notebook says of itself."""

import ast
import fnmatch
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from gp_lib.errors import ParameterError
from gp_lib.runner.parameters import Parameter, read_parameters
from gp_lib.settings import Effect

PARAMETERS = "parameters"
ROLES = (PARAMETERS, "arrange", "act", "assert", "charts", "verdict")
"""The roles of a scenario's code cells, in their order; each is one cell with this tag."""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One notebook.

    ``title`` and ``question`` are its own words, ``tags`` those of its title cell; ``effect`` is what it does to its
    target. A ``quiet`` one measures speed, and runs while nothing else does.
    """

    name: str
    phase: str
    path: Path
    title: str
    question: str
    effect: Effect
    quiet: bool
    parameters: tuple[Parameter, ...]
    tags: tuple[str, ...] = ()

    @property
    def suite(self) -> str:
        """The suite's letter: A, D or W in phase p0."""
        return self.name[0].upper()


def discover(notebooks: Path) -> list[Scenario]:
    """Every scenario below ``notebooks``, in order.

    Raises:
        ParameterError: a notebook is damaged, or has not the shape of a scenario.
    """
    return [read_scenario(path) for path in sorted(notebooks.glob("*/[a-z]*.ipynb"))]


def read_scenario(path: Path) -> Scenario:
    """What the notebook at ``path`` says of itself."""
    cells = notebook_cells(path)
    lines = cells[0][1].splitlines() if cells and cells[0][0]["cell_type"] == "markdown" else []
    if not lines or not lines[0].startswith("# "):
        raise ParameterError(path.stem, "its first cell is no title (`# A1 …`)")
    told = _told_to_begin(cell_source(cells, path.stem, "arrange"))
    question = next((line.split("**", 2)[2].strip(" .:") for line in lines if line.startswith("**Question")), "")
    return Scenario(
        name=path.stem,
        phase=path.parent.name,
        path=path,
        title=lines[0].removeprefix("# ").strip(),
        question=question,
        effect=_effect(path.stem, told),
        quiet=told.get("quiet") is True,
        parameters=read_parameters(path.stem, cell_source(cells, path.stem, PARAMETERS)),
        tags=tuple(cells[0][0]["metadata"].get("tags", ())),
    )


Cell = tuple[dict[str, Any], str]
"""A cell of a notebook file and its source as one text."""


def notebook_cells(path: Path) -> list[Cell]:
    """The cells of the notebook at ``path``. Read as plain JSON: importing nbformat costs a second.

    Raises:
        ParameterError: it is no readable notebook.
    """
    try:
        cells = json.loads(path.read_bytes())["cells"]
        return [(cell, "".join(cell["source"])) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise ParameterError(path.stem, f"{path.name} is no readable notebook ({error!r})") from error


def cell_source(cells: Sequence[Cell], name: str, tag: str) -> str:
    """The source of the one code cell tagged ``tag``."""
    tagged = [source for cell, source in cells if tag in cell["metadata"].get("tags", ())]
    if len(tagged) != 1:
        raise ParameterError(name, f"it has {len(tagged)} cells tagged {tag!r} instead of one")
    return tagged[0]


def _told_to_begin(arrange: str) -> dict[str, Any]:
    """The literals among the keyword arguments that the arrange cell gives to ``begin``."""
    calls = (node for node in ast.walk(ast.parse(arrange)) if isinstance(node, ast.Call))
    keywords = (keyword for call in calls if ast.unparse(call.func).endswith("begin") for keyword in call.keywords)
    return {str(given.arg): given.value.value for given in keywords if isinstance(given.value, ast.Constant)}


def _effect(name: str, told: dict[str, Any]) -> Effect:
    """The ``effect=`` that the arrange cell gives to ``begin``; it must be a literal, so that it can be read here."""
    for effect in get_args(Effect):
        if told.get("effect") == effect:
            return effect  # type: ignore[no-any-return]
    raise ParameterError(name, f"its arrange cell names no effect ({', '.join(get_args(Effect))})")


def select(scenarios: Sequence[Scenario], patterns: Sequence[str]) -> list[Scenario]:
    """Those of which a name fits a pattern: its own, id (``a4``), suite (``A``), phase, effect or a tag; or all.

    Raises:
        ParameterError: a pattern fits nothing.
    """
    if not patterns:
        return list(scenarios)
    chosen: list[Scenario] = []
    for pattern in patterns:
        fitting = [scenario for scenario in scenarios if _fits(scenario, pattern)]
        if not fitting:
            raise ParameterError(pattern, "no scenario is called so", [scenario.name for scenario in scenarios])
        chosen += [scenario for scenario in fitting if scenario not in chosen]
    return chosen


def _fits(scenario: Scenario, pattern: str) -> bool:
    id_ = scenario.name.split("_")[0]
    names = (scenario.name, id_, scenario.suite, scenario.phase, scenario.effect, *scenario.tags)
    return any(fnmatch.fnmatchcase(name, pattern) for name in names)
