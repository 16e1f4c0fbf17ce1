"""Small notebooks for tests, and their execution by our engine."""

import asyncio
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import nbformat

from gp_lib.engine.imports import import_papermill
from gp_lib.engine.states import State

WARM, ORDINARY = "gpath", "python3"


def write_notebook(path: Path, sources: Sequence[str], *, tags: Sequence[str] = ()) -> Path:
    """A notebook with these code cells, the first one its parameters."""
    notebook = nbformat.v4.new_notebook()
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook.metadata["language_info"] = {"name": "python"}
    notebook.cells = [nbformat.v4.new_markdown_cell("# A notebook")]
    for number, source in enumerate(sources):
        cell = nbformat.v4.new_code_cell(source, id=f"cell-{number}")
        cell.metadata["tags"] = ["parameters"] if number == 0 else list(tags)
        notebook.cells.append(cell)
    path.write_text(nbformat.writes(notebook))
    return path


def prepared(path: Path, output: Path, **options: Any) -> Any:
    """The notebook at ``path``, ready to be executed into ``output``."""
    import_papermill()
    import papermill

    from gp_lib.engine.record import Record

    notebook = papermill.execute_notebook(str(path), None, engine_name="gpath", prepare_only=True, **options)
    return Record(notebook, str(output), progress_bar=False)


async def run_cells(folder: Path, *sources: str, kernel: str = WARM, tags: Sequence[str] = (), **plan: Any) -> Any:
    """Execute cells after a parameters cell; the executed notebook as it stands in the file."""
    import_papermill()
    from gp_lib.engine.execution import Plan, execute

    os.makedirs(folder, exist_ok=True)
    source = write_notebook(folder / "source.ipynb", ["x = 1", *sources], tags=tags)
    interrupted: asyncio.Event | None = plan.pop("interrupted", None)
    record = prepared(source, folder / "executed.ipynb", progress_bar=False)
    await execute(record, Plan(kernel_name=kernel, cwd=str(folder), **plan), None, interrupted)
    return executed(folder)


def executed(folder: Path) -> Any:
    """The executed notebook in ``folder``."""
    return nbformat.read(folder / "executed.ipynb", as_version=4)


def states(notebook: Any) -> list[State]:
    """The state of each code cell."""
    return [State(cell.metadata["gpath"]["state"]) for cell in notebook.cells if cell.cell_type == "code"]


def text_of(cell: Any) -> str:
    """What a cell printed."""
    return "".join(output.get("text", "") for output in cell.outputs if output.output_type == "stream")


def code_cell(notebook: Any, number: int) -> Any:
    """The code cell with this number; 0 is the parameters cell."""
    return [cell for cell in notebook.cells if cell.cell_type == "code"][number]
