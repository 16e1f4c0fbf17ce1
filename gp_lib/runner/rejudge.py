"""Judges a saved run again: its own assert cell over its saved history, with every service down."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gp_lib import checks, evidence
from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.history import History
from gp_lib.runner.report import text
from gp_lib.runner.report.looking import executed_cells
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.settings import project_root
from gp_lib.verdict import Check, Ruling, Verdict

JUDGED = ("parameters", "injected-parameters", "assert")
"""The cells that are executed again, in the notebook's order; of the arrange cell only the imports are."""


def judged_folders(batch: Path) -> list[Path]:
    """Where the evidence is that a batch was judged by: not that of earlier tries, or of what was cut short."""
    folders = evidence.scenario_folders(batch)
    if not (batch / evidence.BATCH).exists():
        return folders
    entered = {row.name for row in SavedBatch.read(batch).rows}
    return [folder for folder in folders if folder.name in entered]


def rejudge(folder: Path) -> Verdict:
    """The verdict over the history saved in a scenario's folder, by the executed notebook's own assert cell.

    A run by hand in JupyterLab left no executed notebook: it is judged by the scenario's notebook as it is now.
    What is missing or damaged, or has an assert cell that cannot be executed again, is *unknown*, and its only check
    says why.
    """
    try:
        return judge(folder, History.load(folder / evidence.HISTORY))
    except Damaged as error:
        return Verdict.of(_not_judged(error.why))
    except WorkbenchError as error:
        return Verdict.of(_not_judged(str(error)))


def _not_judged(why: str) -> Check:
    return Check(
        name="evidence_can_be_judged",
        verdict=Ruling.UNKNOWN,
        requirement="the saved evidence is whole, and can be judged again",
        message=why,
    )


def judge(folder: Path, history: History) -> Verdict:
    """As ``rejudge``, over any history.

    Raises:
        WorkbenchError: the notebook is missing or damaged, its assert cell raises, or it names no verdict.
    """
    names: dict[str, Any] = {"history": history}
    for tags, source in _tagged(_notebook(folder)):
        with _whatever_it_raises():
            if "arrange" in tags:
                exec(compile(_imports(source), "arrange", "exec"), names)
            elif tags & set(JUDGED):
                exec(compile(source, f"{folder.name} {min(tags)}", "exec"), names)
    verdict = names.get("verdict")
    if not isinstance(verdict, Verdict):
        raise WorkbenchError(f"{folder.name}: the assert cell of its notebook names no `verdict`")
    return verdict.and_of(*checks.conduct(history))


@contextmanager
def _whatever_it_raises() -> Iterator[None]:
    """Say it in a sentence when a saved cell raises, by ``exit()`` too."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise WorkbenchError(f"its saved cells cannot be executed again: {text.line(repr(error))}") from error


def _notebook(folder: Path) -> Path:
    executed = folder / evidence.EXECUTED
    if executed.exists():
        return executed
    return next((project_root() / "notebooks").glob(f"*/{folder.name}.ipynb"), executed)


def _tagged(path: Path) -> list[tuple[set[str], str]]:
    return [
        (set(cell["metadata"].get("tags", ())), source)
        for cell, source in executed_cells(path)
        if cell["cell_type"] == "code"
    ]


def _imports(source: str) -> ast.Module:
    """Only the imports of a cell: what else it does needs the services."""
    tree = compile(source, "arrange", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    assert isinstance(tree, ast.Module)
    tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return tree
