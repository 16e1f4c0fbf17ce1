"""As much of SQL as it takes to see transactions: statements apart, and which of them begin or end one.

Source: PostgreSQL 18 manual, section 4.1 (lexical structure) and the reference pages of BEGIN, COMMIT, ROLLBACK.
Nested block comments and ``BEGIN ATOMIC`` function bodies are beyond it.
"""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Literal

Effect = Literal["begins", "commits", "rolls back", "works"]

_TOKEN = re.compile(
    r"""(?P<comment>--[^\n]*|/\*.*?\*/)
      | (?P<end>;)
      | (?P<text>(?<![a-z0-9_])e'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*"
               | \$(?P<tag>[a-z_]*)\$.*?\$(?P=tag)\$ | [a-z0-9_]+ | \s+ | .)""",
    re.VERBOSE | re.DOTALL | re.IGNORECASE,
)
_BEGINS = re.compile(r"begin\b|start\s+transaction\b", re.IGNORECASE)
_COMMITS = re.compile(r"(commit|end)\b(?!\s+prepared\b)", re.IGNORECASE)
_ROLLS_BACK = re.compile(r"(rollback|abort)\b(?!\s+prepared\b)(?!.*\bto\b)", re.IGNORECASE | re.DOTALL)


@lru_cache(maxsize=128)  # executemany sends one text a thousand times
def effects(text: str) -> tuple[tuple[str, Effect], ...]:
    """Each statement of a query string, with what it does to the transaction it runs in."""
    return tuple((statement, effect_on_transaction(statement)) for statement in statements(text))


def statements(text: str) -> Iterator[str]:
    """The statements of a query string, without comments, outer blanks and semicolons."""
    words: list[str] = []
    for token in _TOKEN.finditer(text):
        if token["text"]:
            words.append(token["text"])
        elif token["comment"]:
            words.append(" ")
        else:
            yield from _joined(words)
            words = []
    yield from _joined(words)


def _joined(words: list[str]) -> Iterator[str]:
    if statement := "".join(words).strip():
        yield statement


def effect_on_transaction(statement: str) -> Effect:
    """What one statement does to the transaction it runs in."""
    if _BEGINS.match(statement):
        return "begins"
    if _COMMITS.match(statement):
        return "commits"
    return "rolls back" if _ROLLS_BACK.match(statement) else "works"
