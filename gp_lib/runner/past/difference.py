"""What differs between two batches: verdicts, parameters, figures, distributions, and the stories that were told."""

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import pandas as pd

from gp_lib.checks.stories import stories
from gp_lib.checks.timing import age_s
from gp_lib.dialects import fields
from gp_lib.history import Event, History, Operation
from gp_lib.runner.report.saved import SavedBatch, SavedScenario

Pair = tuple[Any, Any]
"""A value in the first batch and in the second; ``None`` where there is none."""


@dataclass(frozen=True, slots=True)
class Spread:
    """How values are spread: how many, their median and 95th percentile, in seconds."""

    count: int
    median_s: float
    p95_s: float

    @classmethod
    def of(cls, values: Iterable[float]) -> "Spread | None":
        """The spread of ``values``; ``None`` without any."""
        series = pd.Series(list(values), dtype=float)
        return cls(len(series), *map(float, series.quantile([0.5, 0.95]))) if len(series) else None


@dataclass(slots=True)
class Difference:
    """One scenario in two batches. Only what differs is in it, but for ``figures`` and ``spreads``, which never agree.

    ``story`` are lines of a diff over what each person saw: the types of events in their order, run by run, with
    neither ids nor times, and repetitions told once.
    """

    scenario: str
    verdict: Pair
    checks: dict[str, Pair] = field(default_factory=dict)
    parameters: dict[str, Pair] = field(default_factory=dict)
    figures: dict[str, tuple[Pair, str]] = field(default_factory=dict)
    spreads: dict[str, Pair] = field(default_factory=dict)
    story: list[str] = field(default_factory=list)

    @property
    def same_verdict(self) -> bool:
        """Whether the scenario ended alike in both."""
        return bool(self.verdict[0] == self.verdict[1])


def differences(before: SavedBatch, after: SavedBatch) -> list[Difference]:
    """Every scenario of either batch, in order."""
    one, other = ({s.entry.folder.name: s for s in batch.scenarios} for batch in (before, after))
    return [_difference(name, one.get(name), other.get(name)) for name in sorted({*one, *other})]


def _difference(name: str, before: SavedScenario | None, after: SavedScenario | None) -> Difference:
    verdicts = tuple(scenario and scenario.entry.ruling.value for scenario in (before, after))
    found = Difference(name, (verdicts[0], verdicts[1]))
    if before is None or after is None:
        return found
    found.checks = _changed(_verdicts(before), _verdicts(after))
    found.parameters = _changed(_parameters(before), _parameters(after))
    found.figures = _figures(before, after)
    if before.history is not None and after.history is not None:
        found.spreads = _spreads(before.history, after.history)
        found.story = _story_diff(before.history, after.history)
    return found


def _changed(before: Mapping[str, Any], after: Mapping[str, Any]) -> dict[str, Pair]:
    names = dict.fromkeys([*before, *after])
    pairs = {name: (before.get(name), after.get(name)) for name in names}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def _verdicts(scenario: SavedScenario) -> dict[str, str]:
    return {check.name: check.verdict.value for check in scenario.entry.checks}


def _parameters(scenario: SavedScenario) -> dict[str, Any]:
    return {parameter.name: parameter.default for parameter in scenario.parameters} | scenario.entry.parameters


def _figures(before: SavedScenario, after: SavedScenario) -> dict[str, tuple[Pair, str]]:
    measured = [{c.name: c for c in s.entry.checks if c.measured is not None} for s in (before, after)]
    return {
        name: ((one.measured, measured[1][name].measured), one.unit)
        for name, one in measured[0].items()
        if name in measured[1]
    }


def _spreads(before: History, after: History) -> dict[str, Pair]:
    measures: dict[str, Callable[[History], Iterable[float]]] = {"event age": _ages, "answer": _answers}
    pairs = {name: (Spread.of(measure(before)), Spread.of(measure(after))) for name, measure in measures.items()}
    return {name: pair for name, pair in pairs.items() if pair != (None, None)}


def _ages(history: History) -> list[float]:
    ages = (_age_s(history, event) for _, event in history.indexed(Event))
    return [age for age in ages if age is not None]


def _age_s(history: History, event: Event) -> float | None:
    """``None`` also for a platform's time that is not one: that is for checks to tell."""
    try:
        return age_s(history, event)
    except (OverflowError, TypeError, ValueError):
        return None


def _answers(history: History) -> list[float]:
    asked = (operation for _, operation in history.indexed(Operation) if operation.action == "asks")
    return [operation.ended_s - operation.started_s for operation in asked]


def _story_diff(before: History, after: History) -> list[str]:
    told = difflib.unified_diff(_told(before), _told(after), "before", "after", lineterm="", n=1)
    return [line for line in told if not line.startswith(("---", "+++"))]


def _told(history: History) -> list[str]:
    """The stories of each person in the order in which they began, a line an event; repetitions are one line."""
    lines: list[str] = []
    counted: dict[str, int] = {}
    for story in stories(history):
        counted[story.receiver] = counted.get(story.receiver, 0) + 1
        name = f"{story.receiver} run {counted[story.receiver]}"
        lines += [f"{name}: {said}" for said, _ in groupby(_said(event) for _, event in story.told)]
    return lines


def _said(event: Event) -> str:
    about = next(filter(None, (fields.identity(event.payload.get(name)) for name in ("tool_name", "status"))), "")
    return f"{event.agent_name or '(no agent)'} {event.type} {about}".rstrip()
