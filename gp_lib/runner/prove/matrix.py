"""What all attempts say together: the matrix scenario × variant, false alarms, and checks that never kill alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gp_lib.runner.prove.interval import wilson
from gp_lib.runner.prove.outcome import Attempt, Outcome
from gp_lib.runner.prove.plan import Trial
from gp_lib.runner.prove.variants import Variant

CONDUCT = ("acted_to_the_end", "every_fault_struck")
"""Checks of the run itself, which can only be *unknown*: they are not there to kill."""

WORST_FIRST = (
    Outcome.FALSE_ALARM,
    Outcome.SURVIVED,
    Outcome.NOT_REACHED,
    Outcome.ELSEWHERE,
    Outcome.UNKNOWN,
    Outcome.GREEN,
    Outcome.KILLED,
)
"""Which outcome stands for the several of a cell that is not flaky."""


@dataclass(frozen=True, slots=True)
class Cell:
    """All attempts of one scenario against one variant (or on the clean platform); there is at least one."""

    attempts: tuple[Attempt, ...]

    @property
    def trial(self) -> Trial:
        """The scenario and the variant."""
        return self.attempts[0].trial

    @property
    def done(self) -> tuple[Attempt, ...]:
        """The attempts that were run."""
        return tuple(attempt for attempt in self.attempts if attempt.entry is not None)

    @property
    def counted(self) -> int:
        """How many attempts were killed by the expected check; on the clean platform, how many false alarms came."""
        return sum(attempt.outcome in (Outcome.KILLED, Outcome.FALSE_ALARM) for attempt in self.done)

    @property
    def outcome(self) -> Outcome:
        """What the attempts say together; *flaky* when the expected check killed some and not all."""
        outcomes = {attempt.outcome for attempt in self.done}
        if Outcome.KILLED in outcomes and len(outcomes) > 1:
            return Outcome.FLAKY
        return next((outcome for outcome in WORST_FIRST if outcome in outcomes), Outcome.NOT_RUN)

    @property
    def failed(self) -> tuple[str, ...]:
        """The names of the checks that failed in some attempt."""
        return tuple(dict.fromkeys(name for attempt in self.done for name in attempt.failed))

    @property
    def doubt(self) -> str:
        """Why an attempt decided nothing, of the first that did not; empty when all did."""
        return next((attempt.doubt for attempt in self.done if attempt.doubt), "")


class Matrix:
    """The attempts, gathered by scenario and variant, in the order in which they came."""

    def __init__(self, attempts: Sequence[Attempt]) -> None:
        gathered: dict[tuple[str, str | None], list[Attempt]] = {}
        for attempt in attempts:
            variant = attempt.trial.variant
            key = attempt.trial.scenario.name, variant.id if variant else None
            gathered.setdefault(key, []).append(attempt)
        everything = [Cell(tuple(group)) for group in gathered.values()]
        self.attempts = tuple(attempts)
        self.clean = [cell for cell in everything if cell.trial.variant is None]
        self.cells = [cell for cell in everything if cell.trial.variant is not None]

    @property
    def scenarios(self) -> list[str]:
        """The names of the scenarios, in order."""
        return sorted({attempt.trial.scenario.name for attempt in self.attempts})

    @property
    def variants(self) -> list[Variant]:
        """The variants that scenarios met."""
        return list({cell.trial.variant.id: cell.trial.variant for cell in self.cells if cell.trial.variant}.values())

    def outcome(self, cell: Cell) -> Outcome:
        """What became of the variant; a survivor that a scenario kills of which it was not expected died elsewhere."""
        if cell.outcome is Outcome.SURVIVED and any(self._is_bystander(other, cell) for other in self.cells):
            return Outcome.ELSEWHERE
        return cell.outcome

    @staticmethod
    def _is_bystander(other: Cell, cell: Cell) -> bool:
        return (
            other.trial.variant == cell.trial.variant
            and other.trial.expected is None
            and other.outcome is Outcome.ELSEWHERE
        )

    def counts(self) -> dict[str, int]:
        """How many cells of scenarios that are expected to notice, and how many clean ones, have which outcome."""
        expected = [self.outcome(cell) for cell in self.cells if cell.trial.expected]
        outcomes = [*expected, *(cell.outcome for cell in self.clean)]
        return {outcome.value: outcomes.count(outcome) for outcome in Outcome if outcome in outcomes}

    def never_alone(self) -> list[tuple[str, str]]:
        """The checks (scenario, name) of scenarios that met a variant, for which no variant made only them fail."""
        tried = [attempt for cell in self.cells for attempt in cell.done]
        seen = {
            (attempt.trial.scenario.name, check.name)
            for attempt in tried
            if attempt.entry
            for check in attempt.entry.checks
            if check.name not in CONDUCT
        }
        alone = {(attempt.trial.scenario.name, *attempt.failed) for attempt in tried if len(attempt.failed) == 1}
        return sorted(seen - alone)

    def to_json(self) -> dict[str, Any]:
        """The matrix as ``prove.json`` holds it."""
        return {
            "counts": self.counts(),
            "clean": [{"scenario": cell.trial.scenario.name, **_figures(cell, cell.outcome)} for cell in self.clean],
            "cells": [self._cell(cell) for cell in self.cells],
            "never_alone": [{"scenario": scenario, "check": check} for scenario, check in self.never_alone()],
        }

    def _cell(self, cell: Cell) -> dict[str, Any]:
        variant = cell.trial.variant
        assert variant is not None
        about = {"variant": variant.id, "kind": variant.kind, "story": variant.story}
        place = {"scenario": cell.trial.scenario.name, "expected_check": cell.trial.expected}
        return {**about, **place, **_figures(cell, self.outcome(cell))}


def _figures(cell: Cell, outcome: Outcome) -> dict[str, Any]:
    low, high = wilson(cell.counted, len(cell.done))
    return {
        "outcome": outcome.value,
        "false_alarms" if cell.trial.variant is None else "kills": cell.counted,
        "runs": len(cell.done),
        "wilson_95": [round(low, 3), round(high, 3)],
        "failed": list(cell.failed),
        "attempts": [attempt.to_json() for attempt in cell.attempts],
    }
