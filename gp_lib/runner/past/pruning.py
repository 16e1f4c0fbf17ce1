"""Deletes batches by rule: what any rule keeps stays, and some are never touched."""

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gp_lib import evidence
from gp_lib.clock import utc_now
from gp_lib.errors import SettingsError, WorkbenchError
from gp_lib.runner.past import folders
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.verdict import Ruling

UNDER_WAY = timedelta(hours=6)
"""A batch without its ``batch.json`` that was touched so recently may still be running."""

PRUNED = ".pruned-"
"""How a folder that is being deleted begins: hidden, so that half a batch is never taken for one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """What is kept. ``None`` is no rule.

    Args:
        last: the newest so many batches.
        days: the batches of the last so many days.
        failed: the batches in which a scenario failed.
        attested: signed batches may go too; without it they always stay.
        proofs: proofs may go too; without it they always stay.
    """

    last: int | None = None
    days: float | None = None
    failed: bool = False
    attested: bool = False
    proofs: bool = False

    def require_one(self) -> None:
        """Refuse to delete everything.

        Raises:
            SettingsError: no rule keeps anything.
        """
        if self.last is None and self.days is None and not self.failed:
            raise SettingsError("prune", "name at least one of --keep-last, --keep-days and --keep-failed")


def to_prune(runs: Path, rules: Rules, now: datetime | None = None) -> list[Path]:
    """The folders that no rule keeps, the oldest first."""
    rules.require_one()
    now = now or utc_now()
    there = sorted(folders.folders(runs), key=_began)
    newest = set(there[-rules.last :] if rules.last else [])
    return [folder for folder in there if folder not in newest and not _stays(folder, rules, now)]


def _stays(folder: Path, rules: Rules, now: datetime) -> bool:
    return (
        (folder.parent / evidence.LATEST).resolve() == folder.resolve()
        or (evidence.is_attested(folder) and not rules.attested)
        or (folders.is_proof(folder) and not rules.proofs)
        or _is_under_way(folder, now)
        or (rules.days is not None and now - _began(folder) < timedelta(days=rules.days))
        or (rules.failed and _failed(folder))
    )


def _began(folder: Path) -> datetime:
    return folders.began(folder)


def _is_under_way(folder: Path, now: datetime) -> bool:
    if folders.is_proof(folder) or folders.mark_of(folder):
        return False
    return now - datetime.fromtimestamp(folder.stat().st_mtime, UTC) < UNDER_WAY


def _failed(folder: Path) -> bool:
    """Whether a scenario failed; a damaged batch may have, and is kept."""
    if folders.is_proof(folder):
        return False
    try:
        batch = SavedBatch.read(folder)
    except WorkbenchError:
        return True
    return bool(batch.damaged) or any(row.ruling is Ruling.FAIL for row in batch.rows)


def prune(folder: Path) -> int:
    """Delete a batch; returns how many bytes its files had.

    Raises:
        WorkbenchError: the file system refused.
    """
    size = sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir())
    going = folder.with_name(f"{PRUNED}{folder.name}")
    try:
        folder.rename(going)
        shutil.rmtree(going)
    except OSError as error:
        raise WorkbenchError(f"{folder.name} could not be deleted: {error.strerror or error}") from error
    return size


def sweep(runs: Path) -> None:
    """Delete what an interrupted pruning has left."""
    for left in runs.glob(f"{PRUNED}*"):
        shutil.rmtree(left)
