"""A look into a file of saved evidence: what is in it, or why it cannot be read."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from gp_lib.errors import Damaged, ParameterError, WorkbenchError
from gp_lib.runner.catalogue import Cell, notebook_cells

PAPERMILLS_NOTE = "papermill-error-cell-tag"
"""The tag of the cells that papermill adds to a notebook that raised."""

T = TypeVar("T")
Found = tuple[T | None, str]
"""What is in a file, and why it is damaged: empty when it is in order, or not there at all."""


def look(path: Path, read: Callable[[Path], T]) -> Found[T]:
    """What ``read`` makes of the file at ``path``; it may raise what errors it has and ``ValueError``."""
    try:
        return read(path), ""
    except Damaged as error:
        return None, error.why
    except ValueError as error:
        return None, Damaged(path, str(error)).why
    except WorkbenchError:
        return None, ""


def executed_cells(path: Path) -> list[Cell]:
    """The cells of the executed notebook at ``path`` without papermill's notes.

    Raises:
        WorkbenchError: there is none.
        Damaged: it cannot be read, or a cell of it is not what it should be.
    """
    from gp_lib.runner.schemas import CellSchema
    from gp_lib.schemas import fitted

    if not path.exists():
        raise WorkbenchError(f"{path} cannot be read: there is no such file")
    try:
        cells = notebook_cells(path)
    except ParameterError as error:
        raise Damaged(path, error.problem) from error
    for number, (cell, _) in enumerate(cells):
        try:
            fitted(CellSchema, cell)
        except ValueError as error:
            raise Damaged(path, f"cells[{number}]: {error}") from error
    return [(cell, source) for cell, source in cells if PAPERMILLS_NOTE not in _tags(cell)]


def _tags(cell: dict[str, Any]) -> list[str]:
    return list(cell["metadata"].get("tags", ()))
