"""The journal of a batch under way: what it was going to run, and each entry as soon as it is done.

It is what a killed batch leaves, and it is gone when all was run. The runner holds a lock on it, which the kernel
drops with the runner, however that died.
"""

import fcntl
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, TextIO

from gp_lib import evidence, redaction, strict_json
from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch is going to run. ``began`` is when it did (ISO 8601)."""

    target: str
    began: str
    cases: tuple[Case, ...]


class Journal:
    """An open journal; :func:`keeping` opens one."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self.is_over = False

    def close(self) -> None:
        """There is nothing left to run: the journal is not needed any more."""
        self.is_over = True

    def enter(self, entry: Entry) -> None:
        """Note that an entry is done; it is on the disk when this returns."""
        self._write({"entry": entry.to_json()})

    def begin(self, plan: Plan) -> None:
        """Note what is going to be run."""
        cases = [
            {"name": case.name, "scenario": case.scenario.name, "parameters": case.parameters} for case in plan.cases
        ]
        self._write({"version": 1, "target": plan.target, "began": plan.began, "cases": cases})

    def _write(self, line: dict[str, Any]) -> None:
        with _told(self._file.name):
            self._file.write(redaction.clean(strict_json.written(line)) + "\n")
            self._file.flush()
            os.fsync(self._file.fileno())


@contextmanager
def keeping(folder: Path, *, told: Plan | None = None) -> Iterator[Journal]:
    """The journal of the batch in ``folder``, to be written for the time of the block; ``told`` begins an empty one.

    It stays, unless it was closed in the block.

    Raises:
        WorkbenchError: somebody else writes it: the batch is still running. Or the file system refused.
    """
    path = folder / evidence.JOURNAL
    with ExitStack() as closed:
        with _told(path):
            file = closed.enter_context(path.open("a", encoding="utf-8"))
            _lock(file, folder, fcntl.LOCK_EX)
            begun = _cut_to_whole_lines(path)
        journal = Journal(file)
        if told is not None and not begun:
            journal.begin(told)
        yield journal
        if journal.is_over:
            path.unlink(missing_ok=True)


@contextmanager
def _told(path: Path | str) -> Iterator[None]:
    """Say it in a sentence when the file system refuses."""
    try:
        yield
    except OSError as error:
        raise WorkbenchError(f"{path} could not be written: {error.strerror or error}") from error


def _lock(file: IO[str], folder: Path, kind: int) -> None:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        raise WorkbenchError(f"{folder.name} is still running: wait for it, or stop it with Ctrl-C") from None


def _cut_to_whole_lines(path: Path) -> int:
    """Cut off a line that a kill has cut in the middle, lest the next one be written onto it; the bytes that stay."""
    whole = path.read_bytes().rfind(b"\n") + 1
    os.truncate(path, whole)
    return whole


def require_idle(folder: Path) -> None:
    """Refuse a batch that is being run at this moment.

    Raises:
        WorkbenchError: somebody writes its journal, or it is damaged.
    """
    path = folder / evidence.JOURNAL
    if path.is_dir():
        raise Damaged(path, "it is a folder")
    with suppress(FileNotFoundError), path.open(encoding="utf-8") as file:
        _lock(file, folder, fcntl.LOCK_SH)


def read(folder: Path, scenarios: Iterable[Scenario]) -> tuple[Plan, list[Entry]]:
    """What the batch in ``folder`` was going to run, and what of it is done.

    Raises:
        WorkbenchError: there is no journal, it is damaged, a scenario of it is gone, or the batch is still running.
    """
    path, known = folder / evidence.JOURNAL, {scenario.name: scenario for scenario in scenarios}
    if not path.exists():
        finished = (folder / evidence.BATCH).exists()
        why = "has run all it was to run" if finished else f"is no batch that can be resumed: it has no {path.name}"
        raise WorkbenchError(f"{folder.name} {why}")
    require_idle(folder)
    lines = _whole_lines(path)
    if not lines:
        raise WorkbenchError(f"{folder.name} was killed before it began: start it anew with `gpath run`")
    plan = _plan(path, lines[0], known)
    entries = [_entry(path, number, line) for number, line in enumerate(lines[1:], start=2)]
    if strange := {entry.name for entry in entries} - {case.name for case in plan.cases}:
        raise Damaged(path, f"{', '.join(sorted(strange))} was never to be run")
    if len({entry.name for entry in entries}) != len(entries):
        raise Damaged(path, "an entry stands twice")
    return plan, entries


def _plan(path: Path, head: object, known: Mapping[str, Scenario]) -> Plan:
    from gp_lib.runner.schemas import PlanSchema
    from gp_lib.schemas import fitted  # not at the top: pydantic is slow to import

    try:
        saved = fitted(PlanSchema, head)
        if len({case.name for case in saved.cases}) != len(saved.cases):
            raise ValueError("cases: a name stands twice")
    except ValueError as error:
        raise Damaged(path, f"line 1: {error}") from error
    if gone := sorted({case.scenario for case in saved.cases} - known.keys()):
        batch = path.parent.name
        raise WorkbenchError(f"{batch} cannot be gone on with: there is no scenario {', '.join(gone)} any more")
    cases = (Case(case.name, known[case.scenario], case.parameters) for case in saved.cases)
    return Plan(saved.target, saved.began, tuple(cases))


def _entry(path: Path, number: int, line: object) -> Entry:
    try:
        return Entry.from_json(line.get("entry") if isinstance(line, dict) else None, path.parent)
    except ValueError as error:
        raise Damaged(path, f"line {number}: {error}") from error


def _whole_lines(path: Path) -> list[Any]:
    """The lines that were written to their end; one cut in the middle was of an entry that nobody was told of."""
    whole = (line for line in strict_json.lines(path, _opened) if line.whole)
    return [_parsed(path, line) for line in whole]


def _parsed(path: Path, line: strict_json.Line) -> Any:
    try:
        return strict_json.parse(line.text)
    except ValueError as error:
        raise Damaged(path, f"line {line.number}: {error}") from error


def _opened(path: Path) -> TextIO:
    return path.open(encoding="utf-8")
