"""Which records of a history a page lists, and what it says of each."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gp_lib.history import Event, Fault, History, Operation, Reading, Record, record_to_json
from gp_lib.runner.report import text
from gp_lib.runner.report.timeline import summary
from gp_lib.verdict import Check, Ruling, worst

MOST_ROWS = 60
MOST_WITNESSES = 12
"""Of one check; the page says how many more there are."""

EXCERPT = 240
DEEPEST = 8
"""Levels of an excerpt; a frame may have as many as its platform likes."""

NEIGHBOURS = 3


@dataclass(frozen=True)
class Row:
    """One record of the table; ``skipped`` are how many records before it are not listed."""

    index: int
    record: Record
    says: str
    excerpt: str
    ruling: Ruling | None
    skipped: int


def witnesses(checks: Sequence[Check], history: History) -> dict[int, Ruling]:
    """The witnesses that are listed, with the worst verdict that each stands for."""
    found: dict[int, Ruling] = {}
    for check in sorted(checks, key=lambda check: -check.verdict.severity):
        for index in check.witnesses[:MOST_WITNESSES]:
            if 0 <= index < len(history):
                found[index] = worst([check.verdict, found.get(index, check.verdict)])
    return dict(list(found.items())[:MOST_ROWS])


def rows(history: History, marks: dict[int, Ruling]) -> list[Row]:
    """The witnesses with their neighbours; without a witness the beginning of the history."""
    chosen = dict.fromkeys(marks)
    near = [index + step for step in range(1, NEIGHBOURS + 1) for index in marks for step in (-step, step)]
    for index in near or range(min(len(history), MOST_ROWS)):
        if len(chosen) < MOST_ROWS and 0 <= index < len(history):
            chosen[index] = None
    ordered = sorted(chosen)
    before = [-1, *ordered]
    return [
        Row(
            index, history[index], summary(history[index]), _excerpt(history[index]), marks.get(index), index - last - 1
        )
        for index, last in zip(ordered, before, strict=False)  # there is one "before" more than records
    ]


def _excerpt(record: Record) -> str:
    """The part of a record that its summary does not tell."""
    match record:
        case Event():
            said: Any = record.payload or text.shortened(record.frame, at_most=EXCERPT)
        case Operation():
            said = record.detail
        case Reading():
            said = record.answer
        case Fault():
            said = {
                key: value for key, value in record_to_json(record).items() if key in ("rule", "connections", "bytes")
            }
    if not said:
        return ""
    whole = said if isinstance(said, str) else json.dumps(_small(said), ensure_ascii=False, default=str)
    return text.line(whole, at_most=EXCERPT)


def _small(value: Any, levels: int = DEEPEST) -> Any:
    """``value`` with its long texts cut, and long lists and depths shortened, so that nothing huge is ever written."""
    if isinstance(value, str):
        return text.shortened(value, at_most=EXCERPT)
    if isinstance(value, dict | list | tuple) and not levels:
        return "…"
    if isinstance(value, dict):
        return {str(key)[:80]: _small(inner, levels - 1) for key, inner in list(value.items())[:20]}
    if isinstance(value, list | tuple):
        shown = [_small(inner, levels - 1) for inner in value[:5]]
        return shown + ([f"and {len(value) - 5} more"] if len(value) > 5 else [])
    return value
