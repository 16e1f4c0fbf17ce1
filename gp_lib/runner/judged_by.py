"""By which code a saved run is judged again: saved code is run only for what was made here, or when it is asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType

from gp_lib import evidence
from gp_lib.errors import Damaged, ParameterError, WorkbenchError
from gp_lib.runner.catalogue import read_scenario
from gp_lib.runner.notebook_digest import is_same
from gp_lib.runner.origin import origin_of
from gp_lib.runner.parameters import Value, saved_parameters
from gp_lib.runner.report.looking import executed_cells
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.schemas import ExecutedSchema
from gp_lib.schemas import fitted
from gp_lib.settings import project_root


class By(StrEnum):
    """Whose cells judge."""

    SAVED = "the cells saved with the run"
    CURRENT = "this project's notebook, as it is now"
    SAME = "this project's notebook, if it is the one that was run"


@dataclass(frozen=True, slots=True)
class Code:
    """The tagged code cells of a notebook, in its order, and values that stand above those of its parameters cell."""

    cells: list[tuple[set[str], str]]
    given: Mapping[str, Value] = field(default_factory=lambda: MappingProxyType({}))


class NotTheSame(WorkbenchError):
    """The code that a run from elsewhere was judged by is not in this project."""


@dataclass(frozen=True, slots=True)
class _Noted:
    """What the evidence says of how a scenario was run."""

    scenario: str
    parameters: object
    digest: str = ""


def code_for(folder: Path, by: By | None = None) -> Code:
    """The code that judges the run saved in a scenario's ``folder``; ``None``: that of its own, if it was made here.

    Raises:
        NotTheSame: it is from elsewhere, and this project does not have the notebook it was run from, or not with such
            parameters.
        WorkbenchError: a notebook is missing or damaged.
    """
    by = by or (By.SAME if origin_of(folder) else By.SAVED)
    if by is By.SAVED:
        return Code(_tagged(_saved(folder)))
    noted = _noted(folder)
    notebook = _of_project(noted.scenario)
    if notebook is None:
        raise NotTheSame(f"this project has no scenario {noted.scenario[:80]!r}")
    if by is By.SAME and not is_same(notebook, noted.digest, folder):
        raise NotTheSame(f"notebooks/{notebook.parent.name}/{notebook.name} is not the notebook that was run")
    try:
        given = saved_parameters(noted.scenario, read_scenario(notebook).parameters, noted.parameters)
    except ParameterError as error:
        raise NotTheSame(str(error)) from error
    return Code(_tagged(notebook), given)


def _saved(folder: Path) -> Path:
    """The executed notebook; a run by hand left none, and is judged by the scenario's notebook as it is now."""
    executed = folder / evidence.EXECUTED
    return executed if executed.exists() else _of_project(folder.name) or executed


def _of_project(scenario: str) -> Path | None:
    """The project's notebook of that name."""
    there = {path.stem: path for path in (project_root() / "notebooks").glob("*/*.ipynb")}
    return there.get(scenario)


def _noted(folder: Path) -> _Noted:
    """What ``batch.json`` says of the run in ``folder``, else what papermill noted in its notebook."""
    if (folder.parent / evidence.BATCH).is_file():
        for entry in SavedBatch.read(folder.parent).rows:
            if entry.name == folder.name:
                if entry.is_damaged:
                    raise NotTheSame(entry.why)
                return _Noted(entry.scenario, entry.parameters, entry.notebook)
    if not (folder / evidence.EXECUTED).is_file():
        return _Noted(folder.name, {})
    noted = evidence.read_json(folder / evidence.EXECUTED)
    try:
        told = fitted(ExecutedSchema, noted).metadata.papermill
    except ValueError as error:
        raise Damaged(folder / evidence.EXECUTED, str(error)) from error
    return _Noted(told.input_path.removesuffix(".ipynb"), told.parameters)


def _tagged(path: Path) -> list[tuple[set[str], str]]:
    return [
        (set(cell["metadata"].get("tags", ())), source)
        for cell, source in executed_cells(path)
        if cell["cell_type"] == "code"
    ]
