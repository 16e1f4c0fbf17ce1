"""What a rule finds: where in a text, and of which kind."""

from collections.abc import Iterable
from typing import NamedTuple


class Found(NamedTuple):
    """A secret in a text: its kind, and the span ``text[start:end]`` that it takes.

    ``value`` is what it spells, where that is known: the same secret leaves the same mark in any spelling.
    """

    kind: str
    start: int
    end: int
    value: str | None = None


def apart(found: Iterable[Found]) -> list[Found]:
    """The findings from left to right. Those that overlap are one: the longest, or that of a known value."""
    result: list[Found] = []
    for each in sorted(found, key=lambda each: (each.start, -each.end)):
        if result and each.start < result[-1].end:
            before = result[-1]
            chosen = before if before.value is not None or each.value is None else each
            result[-1] = chosen._replace(start=before.start, end=max(before.end, each.end))
        else:
            result.append(each)
    return result
