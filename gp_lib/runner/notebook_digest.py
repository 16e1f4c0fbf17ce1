"""Which notebook a scenario was run from, and whether it is one that this project has."""

import hashlib
import re
from pathlib import Path

from gp_lib import evidence
from gp_lib.runner.catalogue import notebook_cells

KEY = "notebook_sha256"
"""Where ``batch.json`` has it, scenario by scenario; older ones have none."""

_SHA256 = re.compile(r"[0-9a-f]{64}")

ADDED = frozenset({"injected-parameters", "papermill-error-cell-tag"})
"""The tags of cells that stand in an executed notebook and not in its source."""


def notebook_digest(path: Path) -> str:
    """SHA-256 (hex) of the notebook's file; empty when it cannot be read."""
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        return ""


def noted_digest(told: object) -> str:
    """What ``batch.json`` says of a notebook's digest; empty when it says nothing, or something else."""
    return told if isinstance(told, str) and _SHA256.fullmatch(told) else ""


def is_same(notebook: Path, noted: str, executed: Path) -> bool:
    """Whether ``notebook`` of this project is the one that was run.

    Args:
        notebook: the project's.
        noted: the digest in the evidence; empty: there is none, and the code of the executed notebook is compared.
        executed: the executed notebook.

    Raises:
        ParameterError: a notebook cannot be read.
    """
    if noted:
        return notebook_digest(notebook) == noted
    return (executed / evidence.EXECUTED).is_file() and _code(notebook) == _code(executed / evidence.EXECUTED)


def _code(path: Path) -> list[str]:
    """The code cells that its author wrote."""
    return [
        source
        for cell, source in notebook_cells(path)
        if cell["cell_type"] == "code" and not ADDED.intersection(cell["metadata"].get("tags", ()))
    ]
