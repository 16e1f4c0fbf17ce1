"""Runs a batch: its cases spread over lanes, each entry written down as it is done, and reports whatever happens."""

import asyncio
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from gp_lib import evidence
from gp_lib.clock import monotonic_s
from gp_lib.errors import WorkbenchError
from gp_lib.kernels.keeper import close_keepers
from gp_lib.runner import journal, reports
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry, entry_without_evidence
from gp_lib.runner.execute import DEADLINE_S, How, heeding
from gp_lib.runner.journal import Journal
from gp_lib.runner.lanes import Lane
from gp_lib.runner.progress import Progress
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.report.text import line
from gp_lib.runner.tries import Tries, put_aside
from gp_lib.runner.trouble import Voice, without_folders
from gp_lib.verdict import Ruling

LOOK_BACK = 10
"""So many batches are asked how long scenarios take: one that was stopped, or ran only a few, does not know all."""


def run_batch(batch: Batch, lanes: Sequence[Lane], *, rules: Rules, progress: Progress) -> None:
    """Run what is left of the batch's plan, over all ``lanes`` at once, and write its reports.

    Whatever ends it, they name every case: after Ctrl-C or an error what is left is *unknown*, and can be gone on
    with. One scenario's trouble ends nothing. Without lanes nothing is run, and the reports are written.

    Raises:
        WorkbenchError: the same batch is running already, or the file system refused.
    """
    told = None if (batch.folder / evidence.JOURNAL).exists() else batch.plan
    with journal.keeping(batch.folder, told=told) as noted, _can_be_gone_on_with(batch.folder):
        try:
            _put_aside(batch)
            _prepare(batch, lanes)
            if asyncio.run(_Runner(batch, lanes, rules, progress, noted).run()):
                noted.close()
        except BaseException as error:
            batch.give_up(f"not run: the batch was ended by {_in_words(error, batch.folder)}")
            raise
        finally:
            _end(batch, lanes)


@contextmanager
def _can_be_gone_on_with(folder: Path) -> Iterator[None]:
    """Say so when something ends the batch before all of it was run and reported, a full disk for one."""
    again = f"`gpath resume {folder.name}`: what was done is kept, and the reports are written"
    try:
        yield
    except WorkbenchError as error:
        raise WorkbenchError(f"{error}\nWhat to do: set that right, then {again}") from error
    except Exception as error:
        error.add_note(f"What to do: {again}")
        raise


def _in_words(error: BaseException, folder: Path) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "Ctrl-C"
    return line(without_folders(f"{type(error).__name__}: {error}", folder))


def _put_aside(batch: Batch) -> None:
    """Evidence of what was under way when the batch was cut short makes room; nothing is lost."""
    for case in batch.left:
        try:
            put_aside(batch.folder / case.name, "cut")
        except OSError as error:
            raise WorkbenchError(f"{case.name}'s evidence cannot be put aside: {error.strerror or error}") from error


def _prepare(batch: Batch, lanes: Sequence[Lane]) -> None:
    """What only saves time may fail: each scenario then says for itself what it lacks."""
    scenarios = {case.scenario.name: case.scenario for case in batch.plan.cases}.values()
    for lane in lanes:
        with batch.troubles.beside("its scenarios could not be prepared for"):
            lane.prepare(scenarios)


def _end(batch: Batch, lanes: Sequence[Lane]) -> None:
    """Close what was open, and write the reports last; whatever one of these raises, the others are done."""
    with ExitStack() as last:
        last.callback(_report, batch)
        for lane in lanes:
            last.callback(_keep_logs, batch, lane)
        last.callback(_close_keepers, batch)


def _close_keepers(batch: Batch) -> None:
    with batch.troubles.beside("its warm kernels could not be ended"):
        close_keepers()


def _keep_logs(batch: Batch, lane: Lane) -> None:
    with batch.troubles.beside("logs of its services could not be kept"):
        lane.keep_logs(batch.folder, batch.plan.began)


def _report(batch: Batch) -> None:
    batch.give_up("not run: the batch ended before it")
    batch.put_in_order()
    ran = {"troubles": batch.troubles.sentences} if batch.troubles.sentences else {}
    about = {"target": batch.plan.target, "began": batch.plan.began}
    reports.write_all(batch.folder, **about, entries=batch.entries, ran=ran)


class _Runner:
    def __init__(self, batch: Batch, lanes: Sequence[Lane], rules: Rules, progress: Progress, noted: Journal) -> None:
        self._batch, self._lanes, self._rules = batch, lanes, rules
        self._progress, self._voice, self._noted = progress, Voice(batch.troubles), noted
        self._began_s = monotonic_s()
        self._interrupted = asyncio.Event()
        self._final = 0
        self._tries = Tries(batch=batch.folder, retries=rules.retries, stopped=self._why_not)

    async def run(self) -> bool:
        """Run what is left; whether nothing is left then."""
        left = self._batch.left
        together, alone = self._divide(left)
        with heeding(self._interrupted):
            await self._spread(together)
            for lane in self._lanes[:1]:
                await self._empty(deque(alone), lane)
        return self._final == len(left)

    async def _spread(self, together: deque[Case]) -> None:
        """Empty the queue by all lanes at once; the first error ends them all, and passes."""
        try:
            async with asyncio.TaskGroup() as lanes:
                for lane in self._lanes:
                    lanes.create_task(self._empty(together, lane))
        except BaseExceptionGroup as errors:
            raise errors.exceptions[0] from None

    def _divide(self, cases: Sequence[Case]) -> tuple[deque[Case], list[Case]]:
        """What can run at the same time, the longest first, and what must run alone."""
        if len(self._lanes) == 1:
            return deque(cases), []
        shared = not all(lane.target_of_its_own for lane in self._lanes)
        alone = [case for case in cases if case.scenario.quiet or (shared and case.scenario.effect == "breaks")]
        took_s = durations(self._batch.folder.parent)
        longest_first = sorted(
            (case for case in cases if case not in alone),
            key=lambda case: -took_s.get(case.scenario.name, float("inf")),
        )
        return deque(longest_first), alone

    async def _empty(self, queue: deque[Case], lane: Lane) -> None:
        while queue:
            case = queue.popleft()
            if why := self._why_not():
                self._enter(entry_without_evidence(case, self._batch.folder / case.name, why), is_final=False)
                continue
            self._voice.say(self._progress.started, case)
            entry = await self._tries.entry(case, lane, self._how(case))
            self._enter(entry, is_final=not self._interrupted.is_set())

    def _enter(self, entry: Entry, *, is_final: bool) -> None:
        """Enter what came of a case; what is not final is begun again by ``gpath resume``."""
        if is_final:
            self._noted.enter(entry)
            self._final += 1
        self._batch.entries.append(entry)  # after it was noted: what could not be is not done
        self._voice.say(self._progress.done, entry)

    def _why_not(self) -> str:
        """Why nothing new is started; empty when there is no reason."""
        if self._interrupted.is_set():
            return "not run: the batch was interrupted"
        if self._rules.deadline_s is not None and monotonic_s() - self._began_s > self._rules.deadline_s:
            return f"not run: the batch had been given {self._rules.deadline_s:g} s"
        failed = [entry for entry in self._batch.entries if entry.ruling is Ruling.FAIL]
        if self._rules.fail_fast and failed:
            return f"not run: {failed[0].name} had failed (--fail-fast)"
        return ""

    def _how(self, case: Case) -> How:
        return How(
            deadline_s=self._rules.scenario_s or DEADLINE_S,
            interrupted=self._interrupted,
            on_cell=lambda role, state: self._voice.say(self._progress.cell, case, role, state),
        )


def durations(runs: Path) -> dict[str, float]:
    """How long each scenario took when it was last judged, as far as the last ``LOOK_BACK`` batches tell (s)."""
    took_s: dict[str, float] = {}
    for path in sorted(runs.glob(f"*/{evidence.BATCH}"), reverse=True)[:LOOK_BACK]:
        with suppress(WorkbenchError):
            judged = (row for row in SavedBatch.read(path.parent).rows if row.checks)
            took_s = {row.scenario: row.took_s for row in judged} | took_s
    return took_s
