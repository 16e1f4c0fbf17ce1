"""Shows what differs between two batches, as plain lines and as JSON."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from gp_lib.runner.past.difference import Difference, Pair, Spread

MOST_LINES = 12
"""Lines of a story's diff; the JSON has them all."""


def as_rows(found: Sequence[Difference]) -> list[dict[str, Any]]:
    """The differences for machines."""
    return [asdict(difference) for difference in found]


def as_lines(found: Sequence[Difference]) -> Iterator[str]:
    """The differences for people, the scenarios with another verdict first."""
    for difference in sorted(found, key=lambda one: one.same_verdict):
        before, after = difference.verdict
        yield f"{difference.scenario}: {before} -> {after}" if before != after else f"{difference.scenario}: {after}"
        yield from (f"  {line}" for line in _details(difference))


def _details(difference: Difference) -> Iterator[str]:
    for name, pair in difference.parameters.items():
        yield f"parameter {name}: {_arrow(pair)}"
    for name, pair in difference.checks.items():
        yield f"check {name}: {_arrow(pair)}"
    for name, ((before, after), unit) in difference.figures.items():
        yield f"figure {name}: {before:.4g} -> {after:.4g} {unit}{_ratio(before, after)}"
    for name, pair in difference.spreads.items():
        yield f"spread of {name}: {_spread(pair[0])} -> {_spread(pair[1])}"
    yield from (f"story {line}" for line in difference.story[:MOST_LINES])
    if len(difference.story) > MOST_LINES:
        yield f"story … and {len(difference.story) - MOST_LINES} more lines (--json has them)"


def _arrow(pair: Pair) -> str:
    return f"{pair[0]!r} -> {pair[1]!r}"


def _ratio(before: float, after: float) -> str:
    return f" (x{after / before:.2f})" if before > 0 and after > 0 else ""


def _spread(spread: Spread | None) -> str:
    if spread is None:
        return "none"
    return f"{spread.count} of median {spread.median_s * 1000:.0f} ms, p95 {spread.p95_s * 1000:.0f} ms"
