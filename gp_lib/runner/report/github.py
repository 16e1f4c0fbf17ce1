"""What GitHub Actions is told: the job summary, and annotations that point at the notebooks."""

import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from gp_lib import evidence
from gp_lib.runner.entry import Entry
from gp_lib.runner.report import text
from gp_lib.runner.report.notebook import Call, calls
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.verdict import Check, Ruling

MOST_OF_A_KIND = 10
"""GitHub shows ten errors and ten warnings a step and drops the others without a word."""


def tell_github(batch: SavedBatch, root: Path, variables: Mapping[str, str] = os.environ) -> list[str]:
    """Add the batch to the job summary, and give the lines to print; nothing outside of GitHub Actions."""
    summary = variables.get("GITHUB_STEP_SUMMARY")
    if summary:
        with Path(summary).open("ab") as file:
            file.write((batch.folder / evidence.REPORT).read_bytes())
    if variables.get("GITHUB_ACTIONS") != "true":
        return []
    return annotations(batch.entries, root)


def annotations(entries: Sequence[Entry], root: Path) -> list[str]:
    """Workflow commands: an error a failed check, a warning an unknown one, at the notebook's line that judges it."""
    errors = list(_annotations(entries, root, Ruling.FAIL))
    warnings = list(_annotations(entries, root, Ruling.UNKNOWN))
    return [*_at_most(errors, "error"), *_at_most(warnings, "warning")]


def _at_most(lines: Sequence[str], kind: str) -> list[str]:
    if len(lines) <= MOST_OF_A_KIND:
        return list(lines)
    kept = MOST_OF_A_KIND - 1
    return [*lines[:kept], f"::{kind} title=golden path::and {len(lines) - kept} more; see the job summary"]


def _annotations(entries: Sequence[Entry], root: Path, ruling: Ruling) -> Iterable[str]:
    kind = "error" if ruling is Ruling.FAIL else "warning"
    notebooks = sorted((root / "notebooks").glob("*/*.ipynb"))
    for entry in entries:
        notebook = next((path for path in notebooks if path.stem == entry.scenario), None)
        for check, call in zip(entry.checks, calls(entry.checks), strict=True):
            if check.verdict is ruling:
                yield _annotation(kind, entry, check, _place(notebook, root, call))
        if entry.ruling is ruling and entry.why:
            yield f"::{kind} {_place(notebook, root, None)}title={_property(entry.title)}::{_data(entry.why)}"


def _annotation(kind: str, entry: Entry, check: Check, place: str) -> str:
    figure = f" (measured {check.figure})" if check.figure else ""
    words = _data(f"{check.requirement}: {check.message}{figure}")
    return f"::{kind} {place}title={_property(f'{entry.name} {check.name}')}::{words}"


def _place(notebook: Path | None, root: Path, call: Call | None) -> str:
    """The notebook's file and the line in it that judges; only the file when no line does."""
    if notebook is None:
        return ""
    number = _line(notebook, call) if call else 0
    return f"file={_property(str(notebook.relative_to(root)))},{f'line={number},' if number else ''}"


def _line(notebook: Path, call: Call) -> int:
    """The file's line with the n-th call of a check's function; 0 without one, and in a file that is not UTF-8."""
    try:
        lines = enumerate(notebook.read_bytes().splitlines(), start=1)
    except OSError:
        return 0
    found = [number for number, line in lines if f"checks.{call.function}(".encode(errors="replace") in line]
    return found[call.nth - 1] if call.nth <= len(found) else 0


def _data(words: str) -> str:
    """A message: one line, so that nothing in it is a command of its own."""
    return text.line(words, at_most=1000).replace("%", "%25")


def _property(words: str) -> str:
    return _data(words).replace(":", "%3A").replace(",", "%2C")
