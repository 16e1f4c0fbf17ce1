"""Judges a saved run again: its assert cell over its saved history, with every service down."""

import ast
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gp_lib import checks, evidence
from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.history import History
from gp_lib.runner.cell_code import parsed
from gp_lib.runner.earlier_histories import load_history
from gp_lib.runner.entry import Entry
from gp_lib.runner.judged_by import By, Code, NotTheSame, code_for
from gp_lib.runner.report import text
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.verdict import Check, Ruling, Verdict

JUDGED = ("parameters", "injected-parameters", "assert")
"""The cells that are executed again, in the notebook's order; of the arrange cell only the imports are."""


def judged_folders(batch: Path) -> list[Path]:
    """Where the evidence is that a batch was judged by: not that of earlier tries, or of what was cut short."""
    folders = evidence.scenario_folders(batch)
    if not _has_entries(batch):
        return folders
    entered = {row.name for row in SavedBatch.read(batch).rows}
    return [folder for folder in folders if folder.name in entered]


def not_judged(batch: Path) -> list[Entry]:
    """What stands in a batch without any evidence to judge it by, such as what was not run."""
    if not _has_entries(batch):
        return []
    judged = {folder.name for folder in judged_folders(batch)}
    return [entry for entry in SavedBatch.read(batch).entries if entry.name not in judged]


def _has_entries(batch: Path) -> bool:
    return any((batch / name).exists() for name in (evidence.BATCH, evidence.JOURNAL))


def rejudge(folder: Path, by: By | None = None) -> Verdict:
    """The verdict over the history saved in a scenario's folder, by the executed notebook's own assert cell.

    A run by hand in JupyterLab left no executed notebook: it is judged by the scenario's notebook as it is now. What
    comes from elsewhere is judged by this project's notebook, if that is the one that was run, else it is *unknown*:
    no code from elsewhere is run unless ``by`` asks for it. What is missing or damaged, or has an assert cell that
    cannot be executed again, is *unknown* too; its only check says why.
    """
    try:
        return judge(folder, load_history(folder / evidence.HISTORY), by)
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


def judge(folder: Path, history: History, by: By | None = None) -> Verdict:
    """As ``rejudge``, over any history.

    Raises:
        WorkbenchError: the notebook is missing or damaged, its assert cell raises, or it names no verdict.
    """
    try:
        verdict = _judged(folder, history, code_for(folder, by))
    except NotTheSame as error:
        verdict = Verdict.of(_judged_by_another(error))
    return verdict.and_of(*checks.conduct(history))


def _judged(folder: Path, history: History, code: Code) -> Verdict:
    names: dict[str, Any] = {"history": history}
    for tags, source in code.cells:
        with _whatever_it_raises():
            if "arrange" in tags:
                exec(compile(_imports(folder.name, source), "arrange", "exec"), names)
            elif tags & set(JUDGED):
                exec(compile(source, f"{folder.name} {min(tags)}", "exec"), names)
        names |= code.given if "parameters" in tags else {}
    verdict = names.get("verdict")
    if not isinstance(verdict, Verdict):
        raise WorkbenchError(f"{folder.name}: the assert cell of its notebook names no `verdict`")
    return verdict


def _judged_by_another(why: NotTheSame) -> Check:
    offered = "--with-current judges by this project's notebooks as they are, --with-saved-code runs the code that came"
    return Check(
        name="judged_by_the_same_notebook",
        verdict=Ruling.UNKNOWN,
        requirement="what comes from elsewhere is judged by this project's notebook, which is the one that was run",
        message=f"{str(why).rstrip('.')}; {offered}",
    )


@contextmanager
def _whatever_it_raises() -> Iterator[None]:
    """Say it in a sentence when a saved cell raises, by ``exit()`` too."""
    try:
        yield
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        raise WorkbenchError(f"its saved cells cannot be executed again: {text.line(repr(error))}") from error


def _imports(scenario: str, source: str) -> ast.Module:
    """Only the imports of a cell: what else it does needs the services."""
    tree = parsed(scenario, "arrange", source)
    tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
    return tree
