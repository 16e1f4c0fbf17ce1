"""How the statements in a story's line are written that were heard on PostgreSQL's wire.

postgres  exchanges wire 1b@0.10+2/amy 1@0.12+5 1e@0.13+1

On connection 1, ``b`` begins a transaction that acts as amy, 0.10 s after the start, answered after 2 ms; a statement
follows, and ``e`` ends the transaction. ``be`` does both at once; without ``/amy`` nobody knows whose it was.
"""

import re
from typing import Any

_STATEMENT = re.compile(r"(?P<on>\d+)(?P<begins>b?)(?P<ends>e?)@(?P<at>[\d.]+)\+(?P<took>[\d.]+)(/(?P<who>\w+))?")


def exchange(word: str) -> dict[str, Any]:
    """One statement and its answer."""
    found = _STATEMENT.fullmatch(word)
    assert found, f"no statement: {word!r}"
    return {
        "connection": int(found["on"]),
        "asked_s": float(found["at"]),
        "took_ms": float(found["took"]),
        "said": "",
        "begins": bool(found["begins"]),
        "ends": bool(found["ends"]),
        "user": f"user-{found['who']}" if found["who"] else None,
    }
