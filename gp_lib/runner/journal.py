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
from typing import IO, TYPE_CHECKING, Any, TextIO

from gp_lib import evidence, redaction, strict_json
from gp_lib.errors import Damaged, ParameterError, WorkbenchError
from gp_lib.redaction.redactor import MARK
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry
from gp_lib.runner.parameters import saved_parameters
from gp_lib.values import Value
from gp_lib.verdict import Ruling

if TYPE_CHECKING:
    from gp_lib.runner.schemas import CaseSchema, PlanSchema

NOT_ENDED = "not run: the batch has not ended, or was killed; `gpath resume` goes on with it"


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
            self._file.write(redaction.as_json(line) + "\n")
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
            with _told(path):
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
        WorkbenchError: there is no journal, it is damaged, a scenario of it is gone or does not know its parameters any
            more, or the batch is still running.
    """
    path, known = folder / evidence.JOURNAL, {scenario.name: scenario for scenario in scenarios}
    if not path.exists():
        finished = (folder / evidence.BATCH).exists()
        why = "has run all it was to run" if finished else f"is no batch that can be resumed: it has no {path.name}"
        raise WorkbenchError(f"{folder.name} {why}")
    require_idle(folder)
    saved, entries = _parts(path)
    if gone := sorted({case.scenario for case in saved.cases} - known.keys()):
        raise WorkbenchError(f"cannot resume {folder.name}: scenario {', '.join(gone)} no longer exists")
    return _plan(saved, known, folder.name), entries


def so_far(folder: Path) -> tuple[dict[str, Any], list[Entry]]:
    """What the journal says of a batch that has not ended: about the batch, and an entry for all that it was to run.

    What is not done is *unknown*.

    Raises:
        WorkbenchError: there is no journal, or it is damaged.
    """
    saved, entries = _parts(folder / evidence.JOURNAL)
    done = {entry.name for entry in entries}
    entries += [_not_ended(case, folder) for case in saved.cases if case.name not in done]
    return {"target": saved.target, "began": saved.began}, entries


def _not_ended(case: "CaseSchema", batch: Path) -> Entry:
    return Entry(
        scenario=case.scenario,
        title=case.scenario,
        folder=batch / case.name,
        parameters=case.parameters,
        ruling=Ruling.UNKNOWN,
        took_s=0.0,
        why=NOT_ENDED,
    )


def _parts(path: Path) -> tuple["PlanSchema", list[Entry]]:
    """The plan as it stands in the journal, and the entries that were noted, each of something that was to be run."""
    lines = _whole_lines(path)
    if not lines:
        raise WorkbenchError(f"{path.parent.name} was killed before it began: start it anew with `gpath run`")
    saved = _head(path, lines[0])
    entries = [_entry(path, number, line) for number, line in enumerate(lines[1:], start=2)]
    if strange := {entry.name for entry in entries} - {case.name for case in saved.cases}:
        raise Damaged(path, f"{', '.join(sorted(strange))} was never to be run")
    if len({entry.name for entry in entries}) != len(entries):
        raise Damaged(path, "an entry stands twice")
    return saved, entries


def _head(path: Path, line: object) -> "PlanSchema":
    from gp_lib.runner.schemas import PlanSchema
    from gp_lib.schemas import fitted  # not at the top: pydantic is slow to import

    try:
        saved = fitted(PlanSchema, line)
        if len({case.name for case in saved.cases}) != len(saved.cases):
            raise ValueError("cases: a name stands twice")
    except ValueError as error:
        raise Damaged(path, f"line 1: {error}") from error
    return saved


def _plan(saved: "PlanSchema", known: Mapping[str, Scenario], batch: str) -> Plan:
    try:
        cases = [
            Case(row.name, known[row.scenario], _parameters(known[row.scenario], row.parameters)) for row in saved.cases
        ]
    except ParameterError as error:
        raise WorkbenchError(f"cannot resume {batch}: {error}") from error
    return Plan(saved.target, saved.began, tuple(cases))


def _parameters(scenario: Scenario, saved: object) -> dict[str, Value]:
    """What a case is to be run with; nothing for a notebook that cannot be read now: it will not be run.

    Raises:
        ParameterError: the scenario does not know them, or a secret was taken out of them.
    """
    if scenario.unreadable:
        return {}
    if MARK.search(redaction.strict_json(saved, ensure_ascii=False)):
        todo = "start what is left with `gpath run`, and set it there"
        raise ParameterError(scenario.name, f"a secret was taken out of its saved parameters: {todo}")
    return saved_parameters(scenario.name, scenario.parameters, saved)


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
