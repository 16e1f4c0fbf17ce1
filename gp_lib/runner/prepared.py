"""A scenario's notebook as it is executed, or stepped through: valid, and with an injected cell of parameters.

papermill's own reader knows neither a byte order mark nor a kernel without a language, and takes braces in a path
for the names of parameters.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from gp_lib.errors import ParameterError
from gp_lib.runner.notebooks import KINDS, read_notebook
from gp_lib.values import Value

PARAMETERS, INJECTED = "parameters", "injected-parameters"
LEFT_BEHIND = {INJECTED, "papermill-error-cell-tag"}
"""The tags of cells that papermill adds."""
KERNEL = {"name": "python3", "display_name": "Python 3"}
_OURS = ("papermill", "gpath")
"""What an earlier execution has left in metadata: it is true of that one only."""


def source_notebook(path: Path) -> dict[str, Any]:
    """The scenario's notebook at ``path`` without anything that an execution has put in: outputs, counts, parameters.

    Raises:
        ParameterError: it is not a readable notebook, does not say that it is Python, or is not valid.
    """
    notebook = read_notebook(path)
    metadata = {key: value for key, value in notebook["metadata"].items() if key not in _OURS}
    cells = [cell for cell in notebook["cells"] if not LEFT_BEHIND.intersection(cell["metadata"]["tags"])]
    return {
        "nbformat": notebook["nbformat"],
        "nbformat_minor": notebook["nbformat_minor"],
        "metadata": {**metadata, **_python(path, metadata)},
        "cells": [_bare(path, cell) for cell in cells],
    }


def _python(path: Path, metadata: Mapping[str, Any]) -> dict[str, Any]:
    """The notebook's kernelspec and language, complete. Tools leave out a part of them; all of it says nothing."""
    kernel, language = (_mapping(metadata.get(name)) for name in ("kernelspec", "language_info"))
    said = [str(word) for word in (kernel.get("language"), language.get("name")) if word]
    if other := [word for word in said if "python" not in word.lower()]:
        raise ParameterError(path.stem, f"{path.name} is written in {other[0][:40]}, and scenarios are in Python")
    if not said and not any(kernel.get(word) for word in KERNEL):
        todo = "choose its kernel in JupyterLab and save it"
        raise ParameterError(path.stem, f"nothing in {path.name} says that it is Python: {todo}")
    names = {word: str(kernel.get(word) or otherwise) for word, otherwise in KERNEL.items()}
    return {
        "kernelspec": {**kernel, **names, "language": "python"},
        "language_info": {**language, "name": "python"},
    }


def _mapping(found: Any) -> dict[str, Any]:
    return found if isinstance(found, dict) else {}


def _bare(path: Path, cell: Mapping[str, Any]) -> dict[str, Any]:
    metadata = {key: value for key, value in cell["metadata"].items() if key not in _OURS}
    bare = {"cell_type": cell["cell_type"], "id": cell["id"], "metadata": metadata, "source": cell["source"]}
    if cell["cell_type"] != KINDS[0]:
        return bare | ({"attachments": cell["attachments"]} if isinstance(cell.get("attachments"), dict) else {})
    if not isinstance(cell.get("outputs"), list):
        why = f"its code cell {cell['id']!r} has no list of outputs: save it in JupyterLab"
        raise ParameterError(path.stem, f"{path.name} is not a valid notebook: {why}")
    return bare | {"outputs": [], "execution_count": None}


def prepared(path: Path, parameters: Mapping[str, Value]) -> Any:
    """The notebook node that papermill would make of the notebook at ``path``, with an injected cell of parameters.

    Args:
        path: a scenario's notebook.
        parameters: already of the types of the defaults; their names become code.

    Raises:
        ParameterError: see ``source_notebook``.
    """
    import nbformat
    from papermill import __version__

    notebook = source_notebook(path)
    if parameters:
        notebook["cells"].insert(_place(notebook["cells"]), _injected(parameters))
    for cell in notebook["cells"]:
        cell["metadata"]["papermill"] = {}
    about = {"default_parameters": {}, "parameters": parameters, "environment_variables": {}, "version": __version__}
    notebook["metadata"]["papermill"] = about
    return nbformat.from_dict(notebook)


def _place(cells: Sequence[Mapping[str, Any]]) -> int:
    """Behind the cell of the defaults."""
    return next((n for n, cell in enumerate(cells, start=1) if PARAMETERS in cell["metadata"]["tags"]), 0)


def _injected(parameters: Mapping[str, Value]) -> dict[str, Any]:
    """A cell that sets them. papermill's translator would make texts of tuples."""
    lines = ["# Parameters", *(f"{name} = {value!r}" for name, value in parameters.items())]
    bare: dict[str, Any] = {"cell_type": "code", "outputs": [], "execution_count": None}
    return bare | {"id": INJECTED, "metadata": {"tags": [INJECTED]}, "source": "\n".join(lines)}
