"""How one secret value may be spelt in a text: as it is, escaped, encoded."""

import base64
import json
from collections.abc import Iterator
from urllib.parse import quote, quote_plus

SHORTEST = 6
"""Characters; a shorter spelling stands in texts by chance, and taking it out would spoil them."""


JSON_IN_JSON = 4
"""How deep: an executed notebook that shows a record whose frame carries JSON in a text."""


def spellings(value: str) -> set[str]:
    """Every spelling of ``value`` that is long enough to be searched for."""
    return {spelling for spelling in _all(value) if len(spelling) >= SHORTEST}


def _all(value: str) -> Iterator[str]:
    data = value.encode("utf-8", "backslashreplace")
    yield value
    for ascii_only in (True, False):
        nested = value
        for _ in range(JSON_IN_JSON):
            nested = json.dumps(nested, ensure_ascii=ascii_only)[1:-1]
            yield nested
    yield repr(value)[1:-1]
    yield quote(value, safe="", errors="backslashreplace")
    yield quote_plus(value, errors="backslashreplace")
    yield data.hex()
    yield data.hex().upper()
    yield from _base64(data)


def _base64(data: bytes) -> Iterator[str]:
    """Base64 of a longer text in which ``data`` stands, at each of the three places it may begin in a group.

    The characters at both ends depend on the neighbours too, and are left out.
    """
    for before in range(3):
        first = (8 * before + 5) // 6
        last = 8 * (before + len(data)) // 6
        for encode in (base64.b64encode, base64.urlsafe_b64encode):
            yield encode(bytes(before) + data).decode()[first:last]
