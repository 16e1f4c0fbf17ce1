"""Which scenarios there are, and what each notebook says of itself."""

import ast
import fnmatch
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeGuard, get_args, overload

from gp_lib.errors import ParameterError
from gp_lib.runner.cell_code import parsed
from gp_lib.runner.notebooks import Cell as Cell
from gp_lib.runner.notebooks import cell_source as cell_source
from gp_lib.runner.notebooks import notebook_cells as notebook_cells
from gp_lib.runner.parameters import Parameter, read_parameters
from gp_lib.runner.prepared import source_notebook
from gp_lib.settings import Effect

PARAMETERS = "parameters"
ROLES = (PARAMETERS, "arrange", "act", "assert", "charts", "verdict")
"""The roles of a scenario's code cells, in their order; each is one cell with this tag."""

_QUESTION = re.compile(r"^\*\*Question\W*\*\*(.*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One notebook.

    ``title`` and ``question`` are its own words, ``tags`` those of its title cell; ``effect`` is what it does to its
    target. A ``quiet`` one measures speed, and runs while nothing else does. ``unreadable`` says in a sentence why its
    notebook cannot be read: then it is only there to be entered as *unknown*, and the rest means nothing.
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
    unreadable: str = ""

    @property
    def suite(self) -> str:
        """The suite's letter: A, D or W in phase p0."""
        return self.name[0].upper()


class Catalogue(Sequence[Scenario]):
    """The scenarios that could be read, in order; ``unreadable`` are the others, ``every`` is all of them."""

    def __init__(self, every: Iterable[Scenario]) -> None:
        self.every = tuple(every)
        self.unreadable = tuple(scenario for scenario in self.every if scenario.unreadable)
        self._readable = tuple(scenario for scenario in self.every if not scenario.unreadable)

    @overload
    def __getitem__(self, index: int) -> Scenario: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Scenario]: ...
    def __getitem__(self, index: int | slice) -> Scenario | Sequence[Scenario]:
        return self._readable[index]

    def __len__(self) -> int:
        return len(self._readable)


def discover(notebooks: Path) -> Catalogue:
    """Every scenario below ``notebooks``, in order. One that cannot be read stops nothing: it says so itself."""
    paths = sorted(path for path in notebooks.glob("*/[a-z]*.ipynb") if not path.parent.name.startswith("."))
    names = Counter(path.stem for path in paths)
    return Catalogue(_found(path, alone=names[path.stem] == 1) for path in paths)


def _found(path: Path, *, alone: bool) -> Scenario:
    if not alone:
        where = f"notebooks/{path.parent.name}/{path.name}"
        return _unreadable(path, f"{path.stem}.{path.parent.name}", f"{where} has the name of another scenario")
    try:
        path.name.encode()
        return read_scenario(path)
    except UnicodeEncodeError:
        return _unreadable(path, path.stem.encode(errors="replace").decode(), "its name is not valid Unicode")
    except ParameterError as error:
        return _unreadable(path, path.stem, error.problem)


def _unreadable(path: Path, name: str, why: str) -> Scenario:
    return Scenario(name, path.parent.name, path, name, "", "reads", quiet=False, parameters=(), unreadable=why)


def read_scenario(path: Path) -> Scenario:
    """What the notebook at ``path`` says of itself.

    Raises:
        ParameterError: it cannot be read or executed, or has not the shape of a scenario.
    """
    cells: list[Cell] = [(cell, cell["source"]) for cell in source_notebook(path)["cells"]]
    title, tags = _title(cells, path.stem)
    told = _told_to_begin(path.stem, cell_source(cells, path.stem, "arrange"))
    question = _QUESTION.search(title)
    return Scenario(
        name=path.stem,
        phase=path.parent.name,
        path=path,
        title=title.splitlines()[0].removeprefix("# ").strip(),
        question=question[1].strip(" .:") if question else "",
        effect=_effect(path.stem, told),
        quiet=told.get("quiet") is True,
        parameters=read_parameters(path.stem, cell_source(cells, path.stem, PARAMETERS)),
        tags=tags,
    )


def _title(cells: Sequence[Cell], name: str) -> tuple[str, tuple[str, ...]]:
    """The text and the tags of the title cell."""
    for cell, text in cells[:1]:
        if cell["cell_type"] == "markdown" and text.strip().startswith("# "):
            return text.strip(), tuple(cell["metadata"]["tags"])
    raise ParameterError(name, "its first cell is not a title (`# A1 …`)")


def _told_to_begin(name: str, arrange: str) -> dict[str, Any]:
    """The literals among the keyword arguments that the arrange cell gives to ``begin``.

    Raises:
        ParameterError: it begins another scenario than its own.
    """
    calls = [node for node in ast.walk(parsed(name, "arrange", arrange)) if _is_begin(node)]
    given = {str(word.arg): word.value for call in calls for word in call.keywords}
    names = [value for call in calls for value in call.args[:1]] + [
        value for key, value in given.items() if key == "name"
    ]
    for value in names:
        if isinstance(value, ast.Constant) and value.value != name:
            raise ParameterError(name, f"its arrange cell begins {value.value!r}, and its file is called {name!r}")
    return {key: value.value for key, value in given.items() if isinstance(value, ast.Constant)}


def _is_begin(node: ast.AST) -> TypeGuard[ast.Call]:
    """Whether it is a call of ``begin`` or ``scenario.begin`` that says the effect: others begin something else."""
    if not isinstance(node, ast.Call) or "effect" not in {word.arg for word in node.keywords}:
        return False
    called = node.func
    return (isinstance(called, ast.Name) and called.id == "begin") or (
        isinstance(called, ast.Attribute) and called.attr == "begin"
    )


def _effect(name: str, told: dict[str, Any]) -> Effect:
    """The ``effect=`` that the arrange cell gives to ``begin``; it must be a literal, so that it can be read here."""
    for effect in get_args(Effect):
        if told.get("effect") == effect:
            return effect  # type: ignore[no-any-return]
    raise ParameterError(name, f"its arrange cell names no effect ({', '.join(get_args(Effect))})")


def select(scenarios: Sequence[Scenario], patterns: Sequence[str]) -> list[Scenario]:
    """Those of which a name fits a pattern: its own, id (``a4``), suite (``A``), phase, effect or a tag; or all.

    Among the chosen ones are those that cannot be read and may be meant: nothing is green that leaves them out.

    Raises:
        ParameterError: a pattern fits nothing, or is the name or id of a scenario that cannot be read.
    """
    if not patterns:
        return list(scenarios)
    chosen: list[Scenario] = []
    for pattern in patterns:
        named = [scenario for scenario in scenarios if scenario.name == pattern and not scenario.unreadable]
        fitting = named or [scenario for scenario in scenarios if _fits(scenario, pattern)]
        if not fitting:
            raise ParameterError(pattern, "no scenario is called so", [scenario.name for scenario in scenarios])
        chosen += [scenario for scenario in fitting if scenario not in chosen]
    return chosen


def _fits(scenario: Scenario, pattern: str) -> bool:
    own = (scenario.name, scenario.name.split("_")[0])
    if pattern in own and scenario.unreadable:
        raise ParameterError(scenario.name, scenario.unreadable)
    effects = get_args(Effect) if scenario.unreadable else (scenario.effect,)
    names = (*own, scenario.suite, scenario.phase, *effects, *scenario.tags)
    return any(name == pattern or fnmatch.fnmatchcase(name, pattern) for name in names)
