"""The journal of a batch under way: what it was going to run, and each entry as soon as it is done.

It is what a killed batch leaves, and it is gone when all was run. The runner holds a lock on it, which the kernel
drops with the runner, however that died.
"""

import fcntl
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from gp_lib import evidence, redaction
from gp_lib.errors import WorkbenchError
from gp_lib.runner.cases import Case, Unrunnable
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry, entry_of_unrunnable, folder_in

NOT_ENDED = "not run: the batch has not ended, or was killed; `gpath resume` goes on with it"


@dataclass(frozen=True, slots=True)
class Plan:
    """What a batch is going to run, and what was selected and cannot be. ``began`` is when it did (ISO 8601)."""

    target: str
    began: str
    cases: tuple[Case, ...]
    unrunnable: tuple[Unrunnable, ...] = ()

    @property
    def names(self) -> list[str]:
        """The names of all entries that the batch will have."""
        return [*(case.name for case in self.cases), *(one.name for one in self.unrunnable)]


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
        head = {"version": 1, "target": plan.target, "began": plan.began, "cases": cases}
        unrunnable = [asdict(one) for one in plan.unrunnable]
        self._write(head | ({"unrunnable": unrunnable} if unrunnable else {}))

    def _write(self, line: dict[str, Any]) -> None:
        with _told(self._file.name):
            self._file.write(redaction.clean(json.dumps(line, default=str)) + "\n")
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
        WorkbenchError: somebody writes its journal.
    """
    with suppress(FileNotFoundError), (folder / evidence.JOURNAL).open(encoding="utf-8") as file:
        _lock(file, folder, fcntl.LOCK_SH)


def read(
    folder: Path, scenarios: Iterable[Scenario], unrunnable: Iterable[Unrunnable] = ()
) -> tuple[Plan, list[Entry]]:
    """What the batch in ``folder`` was going to run, and what of it is done.

    ``unrunnable`` are scenarios that cannot be run any more; they stay in the plan as such.

    Raises:
        WorkbenchError: there is no journal, it is damaged, a scenario of it is gone, or the batch is still running.
    """
    path, known = folder / evidence.JOURNAL, {scenario.name: scenario for scenario in scenarios}
    if not path.exists():
        finished = (folder / evidence.BATCH).exists()
        why = "has run all it was to run" if finished else f"is no batch that can be resumed: it has no {path.name}"
        raise WorkbenchError(f"{folder.name} {why}")
    require_idle(folder)
    why_not = {one.name: one for one in unrunnable}
    with _damage_told(path):
        head, entries = _parts(path, folder)
        names = {str(case["scenario"]) for case in head["cases"]}
        if gone := sorted(names - known.keys() - why_not.keys()):
            why = f"there is no scenario {', '.join(gone)} any more"
            raise WorkbenchError(f"{folder.name} cannot be gone on with: {why}")
        return _plan(head, known, why_not, folder), entries


def so_far(folder: Path) -> tuple[dict[str, Any], list[Entry]]:
    """What the journal says of a batch that has not ended: about the batch, and an entry for all that it was to run.

    What is not done is *unknown*.

    Raises:
        WorkbenchError: there is no journal, or it is damaged.
    """
    path = folder / evidence.JOURNAL
    with _damage_told(path):
        head, entries = _parts(path, folder)
        planned = [entry_of_unrunnable(one, folder) for one in _unrunnable(head)]
        for case in head["cases"]:
            entry = entry_of_unrunnable(Unrunnable(str(case["name"]), NOT_ENDED), folder)
            planned.append(replace(entry, scenario=str(case["scenario"]), parameters=dict(case["parameters"])))
        done = {entry.name for entry in entries}
        entries += [entry for entry in planned if entry.name not in done]
        return {"target": str(head["target"]), "began": str(head["began"])}, entries


def _unrunnable(head: dict[str, Any]) -> list[Unrunnable]:
    rows = head.get("unrunnable", [])
    return [Unrunnable(str(row["name"]), str(row["why"]), str(row.get("title", ""))) for row in rows]


def _parts(path: Path, folder: Path) -> tuple[dict[str, Any], list[Entry]]:
    """The plan as it stands in the journal, and the entries that were noted, each of something that was to be run."""
    lines = _whole_lines(path)
    if not lines:
        raise WorkbenchError(f"{folder.name} was killed before it began: start it anew with `gpath run`")
    head, entries = lines[0], [Entry.from_json(line["entry"], folder) for line in lines[1:]]
    datetime.fromisoformat(head["began"])
    names = [folder_in(folder, one["name"]).name for one in (*head["cases"], *head.get("unrunnable", []))]
    if len(set(names)) != len(names):
        raise ValueError("a name stands twice in its plan")
    if strange := {entry.name for entry in entries} - set(names):
        raise WorkbenchError(f"{path} is damaged: {', '.join(sorted(strange))} was never to be run")
    return head, entries


@contextmanager
def _damage_told(path: Path) -> Iterator[None]:
    try:
        yield
    except (AttributeError, LookupError, TypeError, ValueError) as error:
        raise WorkbenchError(f"{path} is damaged: {error!r}") from error


def _plan(head: dict[str, Any], known: Mapping[str, Scenario], why_not: Mapping[str, Unrunnable], folder: Path) -> Plan:
    rows = [(folder_in(folder, case["name"]).name, str(case["scenario"]), case) for case in head["cases"]]
    cases = [Case(name, known[of], dict(case["parameters"])) for name, of, case in rows if of not in why_not]
    unrunnable = [replace(why_not[of], name=name) for name, of, _ in rows if of in why_not]
    unrunnable += _unrunnable(head)
    return Plan(str(head["target"]), str(head["began"]), tuple(cases), tuple(unrunnable))


def _whole_lines(path: Path) -> list[dict[str, Any]]:
    """The lines that were written to their end; one cut in the middle was of an entry that nobody was told of."""
    try:
        *whole, _ = path.read_text(encoding="utf-8").split("\n")
        return [json.loads(line) for line in whole]
    except (OSError, ValueError, RecursionError) as error:
        raise WorkbenchError(f"{path} is damaged: {error!r}") from error
