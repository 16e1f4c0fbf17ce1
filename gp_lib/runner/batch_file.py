"""``batch.json``, held against what it has to look like; of its scenarios a damaged one leaves the others."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.errors import DAMAGED, Damaged
from gp_lib.runner.entry import Entry, folder_in
from gp_lib.verdict import Ruling


@dataclass(frozen=True, slots=True)
class BatchFile:
    """What ``batch.json`` says: ``about`` the batch, and of each scenario. ``damaged`` says why some are *unknown*."""

    about: dict[str, Any]
    entries: list[Entry]
    damaged: list[str]


def read_batch_file(folder: Path) -> BatchFile:
    """The ``batch.json`` of the batch in ``folder``.

    Raises:
        Damaged: it cannot be read, or is not that of a batch.
        WorkbenchError: it is not there.
    """
    from gp_lib.runner import schemas  # not at the top: pydantic is slow to import
    from gp_lib.schemas import fitted

    path = folder / evidence.BATCH
    about = evidence.read_json(path)
    try:
        fitted(schemas.BatchSchema, about)
    except ValueError as error:
        raise Damaged(path, str(error)) from error
    found = BatchFile(about, [], [])
    for number, row in enumerate(about["scenarios"]):
        _enter(found, row, number, folder)
    return found


def _enter(found: BatchFile, row: object, number: int, folder: Path) -> None:
    names = {entry.name for entry in found.entries}
    try:
        entry = Entry.from_json(row, folder)
        if entry.name in names:
            raise ValueError(f"folder: {entry.name!r} stands twice")
    except ValueError as error:
        problem = f"{evidence.BATCH}: scenarios[{number}]: {error}"
        found.damaged.append(problem)
        entry = _damaged(row, number, folder, names, f"{DAMAGED}{problem}")
    found.entries.append(entry)


def _damaged(row: object, number: int, folder: Path, names: set[str], why: str) -> Entry:
    """The place of a scenario of which ``batch.json`` says nothing that can be believed, by whatever name it has."""
    said = row if isinstance(row, Mapping) else {}
    fit = [name for key in ("folder", "scenario") if (name := said.get(key)) and _is_name(folder, name)]
    name = next((name for name in fit if name not in names), f"damaged-{number}")
    scenario = fit[-1] if fit else name
    return Entry(
        scenario=scenario,
        title=scenario,
        folder=folder / name,
        parameters={},
        ruling=Ruling.UNKNOWN,
        took_s=0.0,
        why=why,
    )


def _is_name(batch: Path, name: object) -> bool:
    try:
        folder_in(batch, name)
    except ValueError:
        return False
    return True
