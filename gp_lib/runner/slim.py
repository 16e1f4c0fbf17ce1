"""A slim copy of a batch, for people to read on a code host: notebooks with their charts, verdicts, histories."""

import gzip
import shutil
from dataclasses import replace
from pathlib import Path

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.history import PACKED
from gp_lib.runner.attestation.files import require_files_only
from gp_lib.runner.origin import origin_of

OF_BATCH = (evidence.BATCH, evidence.JUNIT, evidence.REPORT)
OF_SCENARIO = (evidence.EXECUTED, evidence.VERDICT)


def slim(batch: Path, folder: Path) -> int:
    """Copy what matters of ``batch`` into the new ``folder``; returns how many bytes that is.

    Left out are the pages of the report, which are made again by ``gpath report``, the logs, and the charts that the
    notebooks hold too. Histories are packed; ``gpath rejudge`` reads them as they are. A copy of a batch
    from elsewhere is marked as one, and no signature of that batch covers it any more.

    Raises:
        WorkbenchError: the batch is not finished or has links in it, the folder is there already, or the file system
            refused.
    """
    if not (batch / evidence.BATCH).is_file():
        raise WorkbenchError(f"{batch.name} is no finished batch: it has no {evidence.BATCH}")
    require_files_only(batch)
    draft = folder.with_name(f".{folder.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        if folder.exists():
            raise WorkbenchError(f"{folder} is there already; remove it first")
        _copy(batch, draft, OF_BATCH)
        for scenario in evidence.scenario_folders(batch):
            _copy(scenario, draft / scenario.name, OF_SCENARIO)
            _pack(scenario / evidence.HISTORY, draft / scenario.name)
        if origin := origin_of(batch):
            replace(origin, source=f"copied from {batch.name} {origin}", signed_by=None, trusted=False).write(draft)
        draft.rename(folder)
    except OSError as error:
        raise WorkbenchError(f"{folder} could not be written: {error.strerror or error}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def _copy(source: Path, into: Path, names: tuple[str, ...]) -> None:
    into.mkdir(parents=True)
    for name in names:
        if (source / name).is_file():
            shutil.copyfile(source / name, into / name)


def _pack(history: Path, into: Path) -> None:
    """Pack a history; the same one makes the same bytes."""
    if history.is_file():
        (into / f"{history.name}{PACKED}").write_bytes(gzip.compress(history.read_bytes(), mtime=0))
