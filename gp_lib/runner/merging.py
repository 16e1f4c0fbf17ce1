"""Makes one batch of several: the shards that machines of a CI matrix have run."""

import re
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from gp_lib import evidence
from gp_lib.clock import utc_now
from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.runner import journal, reports
from gp_lib.runner.attestation.files import require_files_only
from gp_lib.runner.attestation.pages import is_page
from gp_lib.runner.entry import Entry
from gp_lib.runner.origin import Origin
from gp_lib.runner.report.saved import SavedBatch

OF_A_RUN = ("workbench", "python", "system", "environment")


def merge(batches: Sequence[Path], runs: Path) -> Path:
    """A new batch in ``runs`` with the evidence of all ``batches``, which stay as they are.

    Raises:
        WorkbenchError: they are of several targets or commits, an entry stands in two of them, one is not finished
            or damaged or has links in it, or the file system refused; nothing is left, and ``latest`` is what it was.
    """
    saved = [_finished(folder) for folder in batches]
    _require_shards_of_one(saved)
    folder = evidence.new_batch(runs, latest=False)
    try:
        _write(folder, saved)
        evidence.point_latest(runs, folder)
    except OSError as error:
        raise WorkbenchError(f"{folder} could not be written: {error.strerror or error}") from error
    finally:
        if not (folder / evidence.BATCH).exists():
            shutil.rmtree(folder, ignore_errors=True)
    return folder


def _finished(folder: Path) -> SavedBatch:
    if not (folder / evidence.BATCH).exists():
        raise WorkbenchError(f"{folder.name} is not finished: it has no {evidence.BATCH}; see `gpath resume`")
    journal.require_idle(folder)
    require_files_only(folder)
    batch = SavedBatch.read(folder)
    if batch.damaged:
        raise Damaged(folder / evidence.BATCH, batch.damaged[0].removeprefix(f"{evidence.BATCH}: "))
    if missing := [name for name in ("target", "began", "finished") if not batch.about.get(name)]:
        raise Damaged(folder / evidence.BATCH, f"it has no {', '.join(missing)}")
    return batch


def _require_shards_of_one(saved: Sequence[SavedBatch]) -> None:
    if not saved:
        raise WorkbenchError("name the batches that are to be merged")
    names = Counter(entry.name for batch in saved for entry in batch.entries)
    if twice := sorted(name for name, times in names.items() if times > 1):
        raise WorkbenchError(f"more than one of these batches has run {', '.join(twice)}: they are no shards of one")
    targets = {batch.about["target"] for batch in saved}
    commits = {str(batch.environment.get("change", {}).get("commit", "")) for batch in saved} - {""}
    for what, found in (("targets", targets), ("commits", commits)):
        if len(found) > 1:
            raise WorkbenchError(f"these batches are of several {what} ({', '.join(sorted(found))}): merge each apart")


def _write(folder: Path, saved: Sequence[SavedBatch]) -> None:
    """Everything of all batches into ``folder``; what they say of the machine is that of the first."""
    _mark(folder, saved)
    entries = [entry for number, batch in enumerate(saved, start=1) for entry in _taken(batch, folder, number)]
    entries.sort(key=lambda entry: entry.name)
    reports.write_all(
        folder,
        target=saved[0].about["target"],
        began=min(batch.about["began"] for batch in saved),
        entries=entries,
        ran={
            **{name: saved[0].about[name] for name in OF_A_RUN if name in saved[0].about},
            "finished": max(batch.about["finished"] for batch in saved),
            "merged": [batch.folder.name for batch in saved],
        },
    )


def _mark(folder: Path, saved: Sequence[SavedBatch]) -> None:
    """What was made of a batch from elsewhere is from elsewhere, and no signature of that batch covers it any more."""
    if any(batch.origin for batch in saved):
        parts = (f"{batch.folder.name} {batch.origin or 'made here'}" for batch in saved)
        Origin(source=f"merged of {'; '.join(parts)}", taken=utc_now().isoformat(timespec="seconds")).write(folder)


def _taken(batch: SavedBatch, folder: Path, number: int) -> list[Entry]:
    """Copy a batch's evidence into ``folder``; its entries as they are there."""
    for place in sorted(path for path in batch.folder.iterdir() if path.is_dir()):
        shutil.copytree(place, folder / _renamed(place.name, number), ignore=_pages if batch.origin else None)
    return [
        replace(entry, folder=folder / entry.name, services=_renamed(entry.services, number)) for entry in batch.entries
    ]


def _pages(folder: str, names: list[str]) -> list[str]:
    """What is not copied out of a batch from elsewhere: pages, which are rendered by us."""
    return [name for name in names if is_page(name) or name.endswith(evidence.IMPORTED)]


def _renamed(name: str, number: int) -> str:
    """Every batch has logs of services; those of the ``number``-th one get folders of their own."""
    logs = re.fullmatch(rf"{evidence.SERVICES}((?:-\d+)*)", name)
    return f"{evidence.SERVICES}-{number}{logs[1]}" if logs else name
