"""A batch: its cases spread over lanes, each entry written down as it is done, and a report whatever happens."""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol

from gp_lib import evidence
from gp_lib.clock import monotonic_s, utc_now
from gp_lib.errors import WorkbenchError
from gp_lib.kernels.keeper import close_keepers
from gp_lib.runner import journal, reports
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry, entry_without_evidence
from gp_lib.runner.execute import DEADLINE_S, How, heeding
from gp_lib.runner.journal import Journal, Plan
from gp_lib.runner.lanes import Lane
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.verdict import Ruling

EXIT_PASS, EXIT_FAIL, EXIT_UNKNOWN, EXIT_USAGE, EXIT_DEFECT = 0, 1, 2, 64, 70

LOOK_BACK = 10
"""So many batches are asked how long scenarios take: one that was stopped, or ran only a few, does not know all."""


class Progress(Protocol):
    """Who hears of a batch as it goes on."""

    def started(self, case: Case) -> None:
        """A case is being run."""

    def cell(self, case: Case, role: str, state: str) -> None:
        """A cell of its notebook, by its role there (``act``), has reached a state."""

    def done(self, entry: Entry) -> None:
        """A case has its entry."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """How a batch goes on.

    Args:
        fail_fast: start nothing new after the first *fail*.
        retries: how often a case that did not pass is run again; a pass is then *flaky*, and *unknown*.
        deadline_s: start nothing new after so many seconds; ``None``: never mind.
        scenario_s: the longest for one scenario (s, scaled), after which its kernel is interrupted, then ended;
            ``None``: ``DEADLINE_S``.
    """

    fail_fast: bool = False
    retries: int = 0
    deadline_s: float | None = None
    scenario_s: float | None = None


@dataclass(slots=True)
class Batch:
    """A batch and its entries so far, in the order in which they were done until it is over."""

    folder: Path
    plan: Plan
    entries: list[Entry] = field(default_factory=list)

    @classmethod
    def fresh(cls, runs: Path, target: str, cases: Sequence[Case]) -> "Batch":
        """A new batch of ``cases`` in a folder of its own."""
        return cls(evidence.new_batch(runs), Plan(target, utc_now().isoformat(), tuple(cases)))

    @classmethod
    def cut_short(cls, folder: Path, scenarios: Sequence[Scenario]) -> "Batch":
        """The batch that was cut short in ``folder``, with the entries that were done.

        Raises:
            WorkbenchError: it is no such batch, or it is attested, or a scenario of it is gone.
        """
        if evidence.is_attested(folder):
            raise WorkbenchError(f"{folder.name} is attested: going on with it would change files that are signed")
        plan, entries = journal.read(folder, scenarios)
        return cls(folder, plan, entries)

    @property
    def left(self) -> list[Case]:
        """What of the plan has no entry yet."""
        done = {entry.name for entry in self.entries}
        return [case for case in self.plan.cases if case.name not in done]

    @property
    def exit_code(self) -> int:
        """0 all passed and there was one · 1 one failed · 2 none failed, but some unknown (or none at all)."""
        rulings = {entry.ruling for entry in self.entries}
        if Ruling.FAIL in rulings:
            return EXIT_FAIL
        return EXIT_PASS if rulings == {Ruling.PASS} else EXIT_UNKNOWN

    def put_in_order(self) -> None:
        """The entries in the order of the plan."""
        places = {case.name: place for place, case in enumerate(self.plan.cases)}
        self.entries.sort(key=lambda entry: places[entry.name])


def run_batch(batch: Batch, lanes: Sequence[Lane], *, rules: Rules, progress: Progress) -> None:
    """Run what is left of the batch's plan, over all ``lanes`` at once, and write its reports.

    After Ctrl-C what is left is entered as *unknown*, and the reports are written all the same. Without lanes nothing
    is run, and the reports are written.

    Raises:
        WorkbenchError: the same batch is running already, or the file system refused.
    """
    told = None if (batch.folder / evidence.JOURNAL).exists() else batch.plan
    with journal.keeping(batch.folder, told=told) as noted, _can_be_gone_on_with(batch.folder):
        _put_aside(batch)
        try:
            scenarios = {case.scenario.name: case.scenario for case in batch.plan.cases}.values()
            for lane in lanes:
                lane.prepare(scenarios)
            if asyncio.run(_Runner(batch, lanes, rules, progress, noted).run()):
                noted.close()
        finally:
            close_keepers()
            batch.put_in_order()
            for lane in lanes:
                lane.keep_logs(batch.folder, batch.plan.began)
            reports.write_all(batch.folder, target=batch.plan.target, began=batch.plan.began, entries=batch.entries)


@contextmanager
def _can_be_gone_on_with(folder: Path) -> Iterator[None]:
    """Say so when something ends the batch before its reports are written, a full disk for one."""
    try:
        yield
    except WorkbenchError as error:
        todo = f"set that right, then `gpath resume {folder.name}`: what was done is kept, and the reports are written"
        raise WorkbenchError(f"{error}\nWhat to do: {todo}") from error


class _Runner:
    def __init__(self, batch: Batch, lanes: Sequence[Lane], rules: Rules, progress: Progress, noted: Journal) -> None:
        self._batch, self._lanes, self._rules = batch, lanes, rules
        self._progress, self._noted = progress, noted
        self._began_s = monotonic_s()
        self._interrupted = asyncio.Event()
        self._done = 0

    async def run(self) -> bool:
        """Run what is left; whether nothing is left then."""
        left = self._batch.left
        together, alone = self._divide(left)
        with heeding(self._interrupted):
            await self._spread(together)
            for lane in self._lanes[:1]:
                await self._empty(deque(alone), lane)
        return self._done == len(left)

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
            why = self._why_not()
            entry = (
                entry_without_evidence(case, self._batch.folder / case.name, why)
                if why
                else await self._tried(case, lane)
            )
            self._batch.entries.append(entry)
            if not why and not self._interrupted.is_set():  # what was cut short is begun again by `gpath resume`
                self._noted.enter(entry)
                self._done += 1
            self._progress.done(entry)

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

    async def _tried(self, case: Case, lane: Lane) -> Entry:
        """The entry of a case, run again as often as the rules say; evidence of earlier tries is kept beside it."""
        self._progress.started(case)
        entry, earlier = await self._executed(case, lane), list[Entry]()
        while entry.ruling is not Ruling.PASS and len(earlier) < self._rules.retries and not self._why_not():
            earlier.append(entry)
            entry.folder.rename(evidence.free_name(entry.folder.with_name(f"{case.name}.try")))
            entry = await self._executed(case, lane)
        return _flaky(entry, earlier) if earlier and entry.ruling is Ruling.PASS else entry

    async def _executed(self, case: Case, lane: Lane) -> Entry:
        how = How(
            deadline_s=self._rules.scenario_s or DEADLINE_S,
            interrupted=self._interrupted,
            on_cell=lambda role, state: self._progress.cell(case, role, state),
        )
        return await lane.execute(case, self._batch.folder / case.name, how)


def _put_aside(batch: Batch) -> None:
    """Evidence of what was under way when the batch was cut short makes room; nothing is lost."""
    for case in batch.left:
        if (begun := batch.folder / case.name).exists():
            begun.rename(evidence.free_name(batch.folder / f"{case.name}.cut"))


def durations(runs: Path) -> dict[str, float]:
    """How long each scenario took when it was last judged, as far as the last ``LOOK_BACK`` batches tell (s)."""
    took_s: dict[str, float] = {}
    for path in sorted(runs.glob(f"*/{evidence.BATCH}"), reverse=True)[:LOOK_BACK]:
        with suppress(WorkbenchError):
            judged = (row for row in SavedBatch.read(path.parent).rows if row.checks)
            took_s = {row.scenario: row.took_s for row in judged} | took_s
    return took_s


def _flaky(entry: Entry, earlier: Iterable[Entry]) -> Entry:
    tries = ", ".join(f"{number} {one.ruling.value}" for number, one in enumerate(earlier, start=1))
    why = f"flaky: it passed after try {tries}, kept in {entry.name}.try1 and so on; the first said: "
    return replace(entry, ruling=Ruling.UNKNOWN, why=why + next(iter(earlier)).sentence)
