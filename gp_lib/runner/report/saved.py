"""A batch as its folder tells it: the only thing a report is made from."""

import json
import re
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import takewhile
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.errors import ParameterError, WorkbenchError
from gp_lib.history import History, open_history
from gp_lib.runner import journal
from gp_lib.runner.catalogue import PARAMETERS, Cell, cell_source, notebook_cells
from gp_lib.runner.entry import Entry, read_outcome
from gp_lib.runner.origin import Origin, origin_of
from gp_lib.runner.parameters import Parameter, read_parameters
from gp_lib.runner.report.logs import Logs
from gp_lib.verdict import Ruling, worst

PAPERMILLS_NOTE = "papermill-error-cell-tag"
"""The tag of the cells that papermill adds to a notebook that raised."""


@dataclass(frozen=True)
class SavedScenario:
    """One scenario's folder and its entry in the batch. What cannot be read is ``None``, and ``problems`` says why."""

    entry: Entry

    @cached_property
    def history(self) -> History | None:
        """What happened; ``None`` when nothing was saved or it is damaged."""
        try:
            return History.load(self.entry.folder / evidence.HISTORY)
        except WorkbenchError:
            return None

    @cached_property
    def facts(self) -> dict[str, Any]:
        """What the history says of its run: commit, seed, the services' own words; empty without a history."""
        try:
            with open_history(self.entry.folder / evidence.HISTORY) as file:
                header = json.loads(file.readline())
        except (OSError, EOFError, ValueError):
            return {}
        return header if isinstance(header, dict) else {}

    @cached_property
    def services(self) -> dict[str, dict[str, Any]]:
        """Each service's fingerprint."""
        found = self.facts.get("services")
        named = found.items() if isinstance(found, dict) else ()
        return {str(name): words for name, words in named if isinstance(words, dict)}

    @cached_property
    def cells(self) -> list[Cell]:
        """The executed notebook's cells without papermill's notes; empty when there is none, or it is damaged."""
        try:
            cells = notebook_cells(self.entry.folder / evidence.EXECUTED)
            return [(cell, source) for cell, source in cells if PAPERMILLS_NOTE not in cell["metadata"].get("tags", ())]
        except (ParameterError, AttributeError, KeyError, TypeError):
            return []

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
        found = []
        if self.history is None:
            there = (self.entry.folder / evidence.HISTORY).exists()
            found.append(f"{evidence.HISTORY} {'is damaged' if there else 'was not written'}")
        elif self.history.truncated:
            found.append(f"{evidence.HISTORY} ends in the middle of a line")
        if not self.cells:
            found.append(f"{evidence.EXECUTED} is not there, or damaged")
        return found


@dataclass(frozen=True)
class SavedBatch:
    """A batch folder: ``about`` is what ``batch.json`` says beside its scenarios."""

    folder: Path
    about: dict[str, Any]
    scenarios: tuple[SavedScenario, ...]

    @property
    def entries(self) -> list[Entry]:
        """The scenarios' places in the batch."""
        return [scenario.entry for scenario in self.scenarios]

    @property
    def environment(self) -> dict[str, Any]:
        """What ``batch.json`` says of the change, the versions and the machine; empty when it says nothing."""
        found = self.about.get("environment")
        return found if isinstance(found, dict) else {}

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
            WorkbenchError: ``batch.json`` is damaged, or there is no scenario in the folder at all.
        """
        path = folder / evidence.BATCH
        if not path.exists() and (folder / evidence.JOURNAL).exists():
            about, entries = journal.so_far(folder)
            return cls(folder, about, tuple(SavedScenario(entry) for entry in entries))
        about = evidence.read_json(path) if path.exists() else {}
        try:
            rows = about.get("scenarios", [])
            entries = [Entry.from_json(row, folder) for row in rows] if path.exists() else _by_hand(folder)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise WorkbenchError(f"{path} is damaged: {error!r}") from error
        return cls(folder, about, tuple(SavedScenario(entry) for entry in entries))


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
        about = json.loads((batch.folder.parent / name / evidence.BATCH).read_bytes())
        if about["target"] != batch.about.get("target"):
            return []
        return [
            (Past(name, Ruling(row["verdict"]), float(row["took_s"])), str(row["scenario"]))
            for row in about["scenarios"]
        ]
    except (OSError, ValueError, KeyError, TypeError):
        return []
