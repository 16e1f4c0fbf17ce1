"""A batch: its plan, its entries so far, and the rules by which it goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gp_lib import evidence
from gp_lib.clock import utc_now
from gp_lib.errors import WorkbenchError
from gp_lib.runner import journal
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry, entry_without_evidence
from gp_lib.runner.journal import Plan
from gp_lib.runner.trouble import Troubles
from gp_lib.verdict import Ruling

EXIT_PASS, EXIT_FAIL, EXIT_UNKNOWN, EXIT_USAGE, EXIT_DEFECT = 0, 1, 2, 64, 70


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
    """A batch and its entries so far, in the order in which they were done until it is over.

    ``troubles`` is what went wrong beside its verdicts.
    """

    folder: Path
    plan: Plan
    entries: list[Entry] = field(default_factory=list)
    troubles: Troubles = field(init=False)

    def __post_init__(self) -> None:
        self.troubles = Troubles(self.folder)

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

    def give_up(self, why: str) -> None:
        """Enter everything that has no entry as *unknown*: a batch that was ended is never green in any file."""
        self.entries += [entry_without_evidence(case, self.folder / case.name, why) for case in self.left]
