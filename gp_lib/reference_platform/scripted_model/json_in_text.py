"""JSON values that stand somewhere in a text, and the places where they stand."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_BRACKETS = re.compile(r"[\[{]+")
_DECODER = json.JSONDecoder()
_DEEPEST = 5_000  # characters, about what is read before nesting or a number is found to be endless


@dataclass(frozen=True)
class Embedded:
    """A JSON array or object between two positions of a text."""

    value: Any
    start: int
    end: int


def embedded_json(text: str) -> Iterator[Embedded]:
    """Every outermost JSON array or object in ``text``, in order.

    Text that opens brackets to no end is hostile: once four times its length was read in vain, what could not be
    decoded is skipped as a whole, so that reading takes linear time and data after it is still found.
    """
    position, patience = 0, 4 * len(text)
    while opening := _BRACKETS.search(text, position):
        # A run of brackets is tried at both ends only: "[[[[…" would else be read once for each bracket.
        found, position = _decoded(text, opening.start())
        if not found:
            patience -= position - opening.start()
            position = opening.end() if patience > 0 else max(position, opening.end())
            found, end = _decoded(text, opening.end() - 1) if len(opening.group()) > 1 else (None, 0)
            position = end if found else position
        if found:
            yield found


def nested(value: Any) -> Iterator[tuple[str, Any]]:
    """``value`` and everything in it, in order, each with the key it stands under (an item has its list's key).

    Text that is itself JSON, as a tool's result inside a record often is, is opened too.
    """
    waiting: list[tuple[str, Any]] = [("", value)]
    while waiting:
        key, current = waiting.pop()
        current = _opened(current)
        yield key, current
        if isinstance(current, dict):
            waiting.extend(reversed([(str(name), item) for name, item in current.items()]))
        elif isinstance(current, list):
            waiting.extend((key, item) for item in reversed(current))


def _decoded(text: str, start: int) -> tuple[Embedded | None, int]:
    """The value at ``start`` and where it ends, or ``None`` and how far the text was read in vain."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except json.JSONDecodeError as error:
        return None, error.pos
    except (ValueError, RecursionError):
        return None, start + _DEEPEST
    return Embedded(value, start, end), end


def _opened(value: Any) -> Any:
    if not isinstance(value, str) or value[:1] not in ("{", "["):
        return value
    whole, end = _decoded(value, 0)
    return whole.value if whole and not value[end:].strip() else value
