"""What one field of a frame says: a text, an id, a number, a moment, or none of these.

JSON has no types for what a field means, so each platform has its own way of saying nothing: ``null``, an empty list,
a block without a text. Whoever reads a field reads it here. Each function gives ``None`` for what it cannot read; a
field that is there and gives ``None`` is *odd*, and a check that needed it cannot tell.
"""

import json
import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gp_lib.dialects import blocks
from gp_lib.dialects.visible import is_visible

LARGEST_WHOLE = 2**63 - 1
"""What a store can count up to (``bigint``); a larger number in a frame counts nothing."""

SHOWN = 40
"""Characters of an odd value that a sentence quotes."""

# RFC 3339, section 5.6, with the blank that its note allows between date and time; digits are those of ASCII.
_RFC_3339 = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}-[0-9]{2})[Tt ](?P<minute>[0-9]{2}:[0-9]{2}):(?P<second>[0-9]{2})"
    r"(?:\.(?P<fraction>[0-9]+))?(?P<offset>[Zz]|[+-][0-9]{2}:[0-9]{2})"
)


def text(value: object) -> str | None:
    """The text of a field: of a string itself, and of the content blocks of the usual formats what they show.

    Empty where the format is known and nothing is in it; ``None`` for ``null``, numbers, booleans and unknown objects.
    """
    return blocks.text_in(value)


def identity(value: object) -> str | None:
    """An id: a string with anything visible in it, or a whole number, which is spelt in digits."""
    if isinstance(value, str):
        return value if is_visible(value) else None
    number = whole(value)
    return None if number is None else str(number)


def whole(value: object) -> int | None:
    """A whole number; ``1.0`` and ``1e3`` are some, because JSON does not tell them from ``1`` and ``1000``."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not value.is_integer():
        return None
    return int(value) if abs(value) <= LARGEST_WHOLE else None


def number(value: object) -> float | None:
    """A finite number. A string of digits is none, and neither is a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def moment(value: object) -> datetime | None:
    """The moment of an RFC 3339 time stamp, in UTC, to the microsecond; a leap second is the next minute's first.

    A time without an offset, a number of seconds and a time in words are none.
    """
    found = _RFC_3339.fullmatch(value) if isinstance(value, str) else None
    if found is None:
        return None
    leap = found["second"] == "60"
    second = f"{'59' if leap else found['second']}.{(found['fraction'] or '0')[:6]:0<6}"
    offset = "+00:00" if found["offset"] in "Zz" else found["offset"]
    try:
        read = datetime.fromisoformat(f"{found['day']}T{found['minute']}:{second}{offset}")
        return (read + timedelta(seconds=leap)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def first(body: Mapping[str, Any], *names: str) -> object:
    """The first of these fields that is there and not ``null``; ``None`` without one."""
    return next((body[name] for name in names if body.get(name) is not None), None)


def shown(value: object) -> str:
    """An odd value as a sentence quotes it: as JSON, and short."""
    spelt = json.dumps(value, ensure_ascii=True, default=str)
    return spelt if len(spelt) <= SHOWN else f"{spelt[:SHOWN]}…"
