"""Judges a saved run again: its own assert cell over its saved history, with every service down."""

import ast
from pathlib import Path
from typing import Any

from gp_lib import checks, evidence
from gp_lib.errors import WorkbenchError
from gp_lib.history import History
from gp_lib.runner.catalogue import notebook_cells
from gp_lib.runner.entry import Entry
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.settings import project_root
from gp_lib.verdict import Verdict

JUDGED = ("parameters", "injected-parameters", "assert")
"""The cells that are executed again, in the notebook's order; of the arrange cell only the imports are."""


def judged_folders(batch: Path) -> list[Path]:
    """Where the evidence is that a batch was judged by: not that of earlier tries, or of what was cut short."""
    folders = evidence.scenario_folders(batch)
    if not _has_entries(batch):
        return folders
    entered = {entry.name for entry in SavedBatch.read(batch).entries}
    return [folder for folder in folders if folder.name in entered]


def not_judged(batch: Path) -> list[Entry]:
    """What stands in a batch without any evidence to judge it by, such as what was not run."""
    if not _has_entries(batch):
        return []
    judged = {folder.name for folder in judged_folders(batch)}
    return [entry for entry in SavedBatch.read(batch).entries if entry.name not in judged]


def _has_entries(batch: Path) -> bool:
    return any((batch / name).exists() for name in (evidence.BATCH, evidence.JOURNAL))


def rejudge(folder: Path) -> Verdict:
    """The verdict over the history saved in a scenario's folder, by the executed notebook's own assert cell.

    A run by hand in JupyterLab left no executed notebook: it is judged by the scenario's notebook as it is now.

    Raises:
        WorkbenchError: the history or the notebook is missing or damaged, or the assert cell names no verdict.
    """
    return judge(folder, History.load(folder / evidence.HISTORY))


def judge(folder: Path, history: History) -> Verdict:
    """As ``rejudge``, over any history."""
    names: dict[str, Any] = {"history": history}
    for tags, source in _tagged(_notebook(folder)):
        if "arrange" in tags:
            exec(compile(_imports(source), "arrange", "exec"), names)
        elif tags & set(JUDGED):
            exec(compile(source, f"{folder.name} {min(tags)}", "exec"), names)
    verdict = names.get("verdict")
    if not isinstance(verdict, Verdict):
        raise WorkbenchError(f"{folder.name}: the assert cell of its notebook names no `verdict`")
    return verdict.and_of(*checks.conduct(history))


def _notebook(folder: Path) -> Path:
    executed = folder / evidence.EXECUTED
    if executed.exists():
        return executed
    return next((project_root() / "notebooks").glob(f"*/{folder.name}.ipynb"), executed)


def _tagged(path: Path) -> list[tuple[set[str], str]]:
    return [
        (set(cell["metadata"].get("tags", ())), source)
        for cell, source in notebook_cells(path)
        if cell["cell_type"] == "code"
    ]


def _imports(source: str) -> ast.Module:
    """Only the imports of a cell: what else it does needs the services."""
    tree = compile(source, "arrange", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(tree, ast.Module)
    tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return tree
