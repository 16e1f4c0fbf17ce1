"""Runs one case, again where that is wanted: whatever happens, it has an entry."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

from gp_lib import evidence
from gp_lib.clock import monotonic_s
from gp_lib.runner import reports, trouble
from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry, entry_without_evidence
from gp_lib.runner.execute import How
from gp_lib.runner.lanes import Lane
from gp_lib.verdict import Ruling


@dataclass(frozen=True, slots=True, kw_only=True)
class Tries:
    """How a case is run.

    Args:
        batch: the folder of the batch.
        retries: how often a case that did not pass is run again; a pass is then *flaky*, and *unknown*.
        stopped: why nothing new is started; empty while there is no reason.
    """

    batch: Path
    retries: int
    stopped: Callable[[], str]

    async def entry(self, case: Case, lane: Lane, how: How) -> Entry:
        """The entry of a case, run again as often as it may be; evidence of earlier tries is kept beside it."""
        entry, earlier = await self._executed(case, lane, how), list[Entry]()
        while entry.ruling is not Ruling.PASS and len(earlier) < self.retries and not self.stopped():
            try:
                put_aside(entry.folder, "try")
            except OSError as error:
                return replace(entry, why=f"{entry.why or entry.sentence}; it could not be run again: {error.strerror}")
            earlier.append(entry)
            entry = await self._executed(case, lane, how)
        return _flaky(entry, earlier) if earlier and entry.ruling is Ruling.PASS else entry

    async def _executed(self, case: Case, lane: Lane, how: How) -> Entry:
        """What came of one try. What nobody expected is that scenario's *unknown*, and nobody else's."""
        folder, began_s = self.batch / case.name, monotonic_s()
        try:
            return reports.presentable(await lane.execute(case, folder, how))
        except (Exception, SystemExit, asyncio.CancelledError) as error:
            if _is_cancelled(error):
                raise
            return entry_of_surprise(case, folder, error, took_s=monotonic_s() - began_s)


def _is_cancelled(error: BaseException) -> bool:
    """Whether we are cancelled ourselves: a cancellation that some library let out of its own tasks is a surprise."""
    task = asyncio.current_task()
    return isinstance(error, asyncio.CancelledError) and task is not None and task.cancelling() > 0


def entry_of_surprise(case: Case, folder: Path, error: BaseException, *, took_s: float) -> Entry:
    """The entry of a case that ended in an error of the workbench; the traceback is kept in ``folder``."""
    why = f"it ended with an error that was not expected: {trouble.keep(error, folder)}"
    return entry_without_evidence(case, folder, why, took_s=took_s)


def put_aside(folder: Path, mark: str) -> None:
    """Let evidence make room for what comes: nothing is lost. ``mark`` says beside its name what it was.

    Raises:
        OSError: the file system refused.
    """
    if folder.exists():
        folder.rename(evidence.free_name(folder.with_name(f"{folder.name}.{mark}")))


def _flaky(entry: Entry, earlier: Iterable[Entry]) -> Entry:
    tries = ", ".join(f"{number} {one.ruling.value}" for number, one in enumerate(earlier, start=1))
    why = f"flaky: it passed after try {tries}, kept in {entry.name}.try1 and so on; the first said: "
    return replace(entry, ruling=Ruling.UNKNOWN, why=why + next(iter(earlier)).sentence)
