"""A batch as its folder tells it: the only thing a report is made from."""

import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.errors import ParameterError, WorkbenchError
from gp_lib.history import History, read_header
from gp_lib.runner import journal
from gp_lib.runner.batch_file import read_batch_file
from gp_lib.runner.catalogue import PARAMETERS, Cell, cell_source
from gp_lib.runner.entry import Entry, read_outcome
from gp_lib.runner.origin import Origin, origin_of
from gp_lib.runner.parameters import Parameter, read_parameters
from gp_lib.runner.report.logs import Logs
from gp_lib.runner.report.looking import Found, executed_cells, look
from gp_lib.verdict import Ruling, Verdict, worst


@dataclass(frozen=True)
class SavedScenario:
    """One scenario's folder and its ``row`` in the batch; what cannot be read is ``None``, ``problems`` says why."""

    row: Entry

    @cached_property
    def entry(self) -> Entry:
        """Its place in the batch after a look into its evidence: what is damaged is *unknown*, or *fail* still."""
        damage = next((damage for _, damage in self._looked_at if damage), "")
        if not damage:
            return self.row
        why = damage if self.row.why in ("", damage) else f"{damage}; {self.row.why}"
        return replace(self.row, ruling=worst([self.row.ruling, Ruling.UNKNOWN]), why=why)

    @property
    def _looked_at(self) -> tuple[Found[Any], ...]:
        return self._verdict, self._history, self._notebook

    @cached_property
    def _verdict(self) -> Found[Verdict]:
        return look(self.row.folder / evidence.VERDICT, lambda path: Verdict.from_json(evidence.read_json(path)))

    @cached_property
    def _history(self) -> Found[History]:
        return look(self.row.folder / evidence.HISTORY, History.load)

    @cached_property
    def _notebook(self) -> Found[list[Cell]]:
        return look(self.row.folder / evidence.EXECUTED, executed_cells)

    @property
    def history(self) -> History | None:
        """What happened; ``None`` when nothing was saved or it is damaged."""
        return self._history[0]

    @property
    def cells(self) -> list[Cell]:
        """The executed notebook's cells without papermill's notes; empty when there is none, or it is damaged."""
        return self._notebook[0] or []

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the history says of its run: commit, seed, the services' own words; empty without a history."""
        return look(self.row.folder / evidence.HISTORY, read_header)[0] or {}

    @cached_property
    def services(self) -> dict[str, dict[str, Any]]:
        """Each service's fingerprint."""
        found = self.facts.get("services")
        named = found.items() if isinstance(found, dict) else ()
        return {str(name): words for name, words in named if isinstance(words, dict)}

    @cached_property
    def question(self) -> str:
        """What the scenario asks, in the notebook's own words; empty without an executed notebook."""
        title = self.cells[0][1] if self.cells else ""
        asked = re.search(r"^\*\*Question\W*\*\*\W*(.+)$", title, re.MULTILINE)
        return asked[1].strip() if asked else ""

    @cached_property
    def parameters(self) -> tuple[Parameter, ...]:
        """The parameters with their defaults; empty without an executed notebook."""
        try:
            return read_parameters(self.entry.scenario, cell_source(self.cells, self.entry.scenario, PARAMETERS))
        except (ParameterError, SyntaxError):
            return ()

    @cached_property
    def problems(self) -> list[str]:
        """What is missing or damaged in the folder, in words."""
        found = [damage for _, damage in self._looked_at if damage]
        if self._history == (None, ""):
            found.append(f"{evidence.HISTORY} was not written")
        elif self.history is not None and self.history.truncated:
            found.append(f"{evidence.HISTORY} ends in the middle of a line")
        if self._notebook == (None, ""):
            found.append(f"{evidence.EXECUTED} is not there")
        return found


@dataclass(frozen=True)
class SavedBatch:
    """A batch folder: ``about`` is what ``batch.json`` says beside its scenarios, ``damaged`` what it says amiss."""

    folder: Path
    about: dict[str, Any]
    scenarios: tuple[SavedScenario, ...]
    damaged: tuple[str, ...] = ()

    @property
    def rows(self) -> list[Entry]:
        """The scenarios' places in the batch, as it says itself: their evidence is not read for it."""
        return [scenario.row for scenario in self.scenarios]

    @property
    def entries(self) -> list[Entry]:
        """The scenarios' places in the batch, after a look into their evidence."""
        return [scenario.entry for scenario in self.scenarios]

    @property
    def environment(self) -> dict[str, Any]:
        """What ``batch.json`` says of the change, the versions and the machine; empty when it says nothing."""
        return dict(self.about.get("environment", {}))

    @cached_property
    def origin(self) -> Origin | None:
        """Where it comes from; ``None`` for one that was made here."""
        return origin_of(self.folder)

    @cached_property
    def logs(self) -> Logs:
        """What its services wrote."""
        return Logs(self.folder)

    @property
    def ruling(self) -> Ruling:
        """The worst of the scenarios; *unknown* without any."""
        return worst(entry.ruling for entry in self.entries)

    @classmethod
    def read(cls, folder: Path) -> "SavedBatch":
        """The batch saved in ``folder``. One made by hand in JupyterLab has no ``batch.json``: its folders tell.

        In one that has not ended, or was killed, everything that is not done is *unknown*.

        Raises:
            WorkbenchError: ``batch.json`` is damaged as a whole, or there is no scenario in the folder at all.
        """
        if not (folder / evidence.BATCH).exists():
            about, entries = _unfinished(folder)
            return cls(folder, about, tuple(map(SavedScenario, entries)))
        file = read_batch_file(folder)
        return cls(folder, file.about, tuple(map(SavedScenario, file.entries)), tuple(file.damaged))


def _unfinished(folder: Path) -> tuple[dict[str, Any], list[Entry]]:
    """What is known of a batch without a ``batch.json``: by its journal, or by its folders if it was made by hand."""
    return journal.so_far(folder) if (folder / evidence.JOURNAL).exists() else ({}, _by_hand(folder))


def _by_hand(folder: Path) -> list[Entry]:
    folders = [place for place in evidence.scenario_folders(folder) if place != folder]
    if not folders:
        raise WorkbenchError(f"{folder.name} holds no scenario's evidence")
    return [_entry_by_hand(place) for place in folders]


def _entry_by_hand(folder: Path) -> Entry:
    outcome = read_outcome(folder, "")
    bare = Entry(
        scenario=folder.name,
        title=folder.name,
        folder=folder,
        parameters={},
        ruling=outcome.ruling,
        took_s=0.0,
        checks=outcome.checks,
        why=outcome.why,
    )
    history = SavedScenario(bare).history
    return replace(bare, took_s=max((record.at_s for record in history), default=0.0)) if history else bare


@dataclass(frozen=True)
class Past:
    """One earlier run of a scenario."""

    batch: str
    ruling: Ruling
    took_s: float


PAST_RUNS = 19


def past_runs(batch: SavedBatch) -> dict[str, list[Past]]:
    """The earlier runs of each scenario on the same target, the oldest first, from the folders beside this one."""
    if not (batch.folder / evidence.BATCH).exists():
        return {}
    names = sorted((path.name for path in batch.folder.parent.iterdir()), reverse=True)
    found: dict[str, list[Past]] = {}
    rows = (row for name in names if name < batch.folder.name for row in _rows(batch, name))
    seen: set[str] = set()
    for past, scenario in takewhile(lambda _: len(seen) <= PAST_RUNS, rows):
        seen.add(past.batch)
        found.setdefault(scenario, []).insert(0, past)
    return {scenario: runs[-PAST_RUNS:] for scenario, runs in found.items()}


def _rows(batch: SavedBatch, name: str) -> list[tuple[Past, str]]:
    """What another batch says of its scenarios; nothing of one that is unfinished, damaged, or of another target.

    What was made here is not compared with what comes from elsewhere.
    """
    if evidence.is_foreign(batch.folder.parent / name) != evidence.is_foreign(batch.folder):
        return []
    try:
        file = read_batch_file(batch.folder.parent / name)
    except WorkbenchError:
        return []
    if file.about.get("target") != batch.about.get("target"):
        return []
    return [(Past(name, entry.ruling, entry.took_s), entry.scenario) for entry in file.entries]
