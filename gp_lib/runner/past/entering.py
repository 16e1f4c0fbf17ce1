"""Enters batches into the store, from their folders."""

import json
import math
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.runner.entry import Entry
from gp_lib.runner.origin import Origin, origin_of
from gp_lib.runner.past import folders
from gp_lib.runner.past.store import Row, Store, StoreLocked, StoreOutdated, open_store, remove_store
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.report.text import line
from gp_lib.verdict import Ruling

WAIT_S = 10.0
"""How long a question waits for another process that writes the store. A batch that ends never waits."""

AT_ONCE = 200
"""Batches of one transaction: as many as are read into memory together."""

T = TypeVar("T")
Tables = dict[str, list[Row]]


def enter(folder: Path) -> bool:
    """Enter one finished batch; ``False`` when the store is taken, damaged or unwritable: a question catches up."""
    import duckdb

    try:
        mark = folders.mark_of(folder)
        with open_store(folder.parent, wait_s=0.0) as store:
            store.replace([folder.name], rows_of(folder, mark))
    except (duckdb.Error, OSError, StoreLocked, StoreOutdated):
        return False
    return True


def ask(runs: Path, question: Callable[[Store], T], *, tell: Callable[[str], None], rebuild: bool = False) -> T:
    """Catch up with the folders of ``runs`` and answer ``question``; a damaged store is made again first.

    Args:
        runs: the folder of all batches.
        question: what is asked of the store.
        tell: hears one sentence when the store was damaged.
        rebuild: forget the store and make it again from the folders.

    Raises:
        StoreLocked: another process writes it, for longer than ``WAIT_S``.
    """
    import duckdb

    if rebuild:
        with suppress(duckdb.Error, StoreOutdated), open_store(runs, wait_s=WAIT_S):
            pass  # it is deleted in any state, but never while somebody writes it
        remove_store(runs)
    try:
        return _caught_up(runs, question)
    except (duckdb.Error, StoreOutdated) as error:
        tell(f"the history could not be used and is made again from the folders: {str(error).splitlines()[0]}")
    remove_store(runs)
    return _caught_up(runs, question)


def _caught_up(runs: Path, question: Callable[[Store], T]) -> T:
    with open_store(runs, wait_s=WAIT_S) as store:
        catch_up(store, runs)
        return question(store)


def catch_up(store: Store, runs: Path) -> int:
    """Read the batches that are new or were written again, forget those that are gone; returns how many it read."""
    there, known = folders.marks(runs), store.marks()
    stale = [name for name, mark in there.items() if known.get(name) != mark]
    store.replace([name for name in known if name not in there], {})
    for start in range(0, len(stale), AT_ONCE):
        names = stale[start : start + AT_ONCE]
        store.replace(names, _merged(rows_of(runs / name, there[name]) for name in names))
    return len(stale)


def _merged(parts: Iterable[Tables]) -> Tables:
    whole: Tables = {}
    for part in parts:
        for table, rows in part.items():
            whole.setdefault(table, []).extend(rows)
    return whole


def rows_of(folder: Path, mark: str) -> Tables:
    """What the store holds of one batch, by table; of one that is damaged as a whole only that it is."""
    try:
        return _rows(SavedBatch.read(folder), mark)
    except Damaged as error:
        return {"batches": [_damaged(folder, mark, error.why)]}
    except WorkbenchError as error:
        return {"batches": [_damaged(folder, mark, str(error))]}


def _rows(batch: SavedBatch, mark: str) -> Tables:
    entries = {row.name: row for row in batch.rows}
    return {
        "batches": [_batch_row(batch, mark)],
        "entries": [_entry_row(batch.folder.name, entry) for entry in entries.values()],
        "figures": [row for entry in entries.values() for row in _figure_rows(batch.folder.name, entry)],
    }


def _damaged(folder: Path, mark: str, problem: str) -> Row:
    when = folders.began(folder).replace(tzinfo=None)
    by_hand, elsewhere = folders.made_by_hand(folder), _elsewhere(origin_of(folder))
    return (folder.name, mark, when, "", "", "", 0.0, by_hand, elsewhere, line(problem))


def _batch_row(batch: SavedBatch, mark: str) -> Row:
    began = folders.began(batch.folder, batch.about.get("began"))
    facts: dict[str, Any] = next((found for one in batch.scenarios if (found := one.facts)), {})
    notebooks, change = str(facts.get("commit", "unknown")), _change(batch)
    return (
        batch.folder.name,
        mark,
        began.replace(tzinfo=None),
        line(change or notebooks),
        _state(notebooks, change, facts),
        line(str(batch.about.get("target", "embedded"))),
        _took_s(batch, began),
        folders.made_by_hand(batch.folder),
        _elsewhere(batch.origin),
        line("; ".join(batch.damaged)),
    )


def _elsewhere(origin: Origin | None) -> str:
    return line(origin.signature) if origin else ""


def _change(batch: SavedBatch) -> str:
    change = batch.environment.get("change")
    return str(change.get("commit", "")) if isinstance(change, dict) else ""


def _state(notebooks: str, change: str, facts: dict[str, Any]) -> str:
    """What was tested by what; empty where files were changed and not committed, or nobody knows."""
    if notebooks == "unknown" or notebooks.endswith("-dirty"):
        return ""
    services = facts.get("services")
    platform = services.get("platform") if isinstance(services, dict) else None
    return json.dumps([notebooks, change, platform.get("version") if isinstance(platform, dict) else None])


def _took_s(batch: SavedBatch, began: datetime) -> float:
    try:
        return (datetime.fromisoformat(str(batch.about["finished"])) - began).total_seconds()
    except KeyError:
        return sum(row.took_s for row in batch.rows)


def _entry_row(batch: str, entry: Entry) -> Row:
    failing = next((check.name for check in entry.checks if check.verdict is Ruling.FAIL), "")
    parameters = json.dumps(entry.parameters, sort_keys=True, default=str)
    judged = bool(entry.checks)
    row = (entry.ruling.value, entry.took_s, parameters, judged, line(failing), line(entry.sentence))
    return (batch, line(entry.name), *row)


def _figure_rows(batch: str, entry: Entry) -> list[Row]:
    return [
        (
            batch,
            line(entry.name),
            place,
            line(check.name),
            check.verdict.value,
            _finite(check.measured),
            line(check.unit),
            _finite(check.limit),
        )
        for place, check in enumerate(entry.checks)
    ]


def _finite(figure: float | None) -> float | None:
    """A figure that can be drawn and averaged; ``None`` for one that has no end."""
    return figure if isinstance(figure, int | float) and math.isfinite(figure) else None
