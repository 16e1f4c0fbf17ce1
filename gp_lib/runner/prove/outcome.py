"""What became of a variant in one run of a scenario."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from gp_lib.runner.entry import Entry
from gp_lib.runner.prove.plan import Trial
from gp_lib.verdict import Ruling


class Outcome(StrEnum):
    """What became of a variant, or of a clean run.

    A scenario that is not expected to notice is ``green`` when it passes and ``unknown`` when it could not tell;
    on the clean platform a failure is a ``false alarm``.
    """

    KILLED = "killed"
    ELSEWHERE = "killed elsewhere"
    SURVIVED = "survived"
    FLAKY = "flaky"
    NOT_REACHED = "not reached"
    NOT_RUN = "not run"
    GREEN = "green"
    UNKNOWN = "unknown"
    FALSE_ALARM = "false alarm"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One trial and what came of it. ``hits`` is how often the variant struck in it; ``None`` when nobody knows."""

    trial: Trial
    entry: Entry | None
    hits: int | None

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed."""
        checks = self.entry.checks if self.entry else ()
        return tuple(check.name for check in checks if check.verdict is Ruling.FAIL)

    @property
    def doubt(self) -> str:
        """Why the scenario decided nothing: its first undecided check, or what stopped it; empty when it did decide."""
        return self.entry.sentence if self.entry and self.entry.ruling is Ruling.UNKNOWN else ""

    @property
    def outcome(self) -> Outcome:
        """What came of this one run."""
        if self.entry is None:
            return Outcome.NOT_RUN
        if self.trial.variant is None:
            return _without_expectation(self.entry.ruling, Outcome.FALSE_ALARM)
        if self.trial.expected is None:
            return _without_expectation(self.entry.ruling, Outcome.ELSEWHERE)
        if any(is_called(name, self.trial.expected) for name in self.failed):
            return Outcome.KILLED
        if self.failed:
            return Outcome.ELSEWHERE
        return Outcome.NOT_REACHED if self.hits == 0 else Outcome.SURVIVED

    def to_json(self) -> dict[str, Any]:
        """The attempt as ``prove.json`` holds it; ``verdict`` is what the scenario itself decided."""
        return {
            "number": self.trial.number,
            "outcome": self.outcome.value,
            "verdict": self.entry.ruling.value if self.entry else None,
            "failed": list(self.failed),
            "hits": self.hits,
            "took_s": round(self.entry.took_s, 3) if self.entry else None,
            "why": self.doubt,
            "folder": f"{self.trial.folder}/{self.trial.scenario.name}" if self.entry else None,
        }


def _without_expectation(ruling: Ruling, when_failed: Outcome) -> Outcome:
    return {Ruling.PASS: Outcome.GREEN, Ruling.UNKNOWN: Outcome.UNKNOWN, Ruling.FAIL: when_failed}[ruling]


def is_called(name: str, wanted: str | None) -> bool:
    """Whether a check is the wanted one: ``results_equal[cost]`` is also called ``results_equal``."""
    return wanted in (name, name.partition("[")[0])
