"""A secret value that was made known, and how much may be done about it."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from gp_lib.redaction.finding import Found
from gp_lib.redaction.spellings import compiled, spellings

SHORTEST = 6
"""Characters; a shorter one stands in texts by chance."""

_NUMBER = re.compile(r"[\d.,:+-]{1,7}")
_WORD = re.compile(r"(?:[A-Z]?[a-z]{1,15}|[A-Z]{1,15}|[a-z]+(?:_[a-z]+)+)")
_DIFFERENT = 3


def is_weak(value: str) -> bool:
    """Whether a secret is too weak to be taken out of free text: shorter than six characters, a number, or one word.

    ``postgres``, ``100000`` and ``agent_started`` are passwords that somebody has, and they are words and figures of
    the evidence too: to take them out everywhere would spoil it, and change how it is judged. Such a value goes where
    it stands as a whole behind a name of a secret (``password=postgres``), and as the password of a URL.
    """
    word = _WORD.fullmatch(value) is not None and len(set(value.lower())) >= _DIFFERENT
    return len(value) < SHORTEST or _NUMBER.fullmatch(value) is not None or word


class KnownSecrets:
    """Values that are not weak, in all their spellings. Of one over several lines, each line is found as well."""

    def __init__(self) -> None:
        self._values: set[str] = set()
        self._by_anchor: dict[str, list[_Known]] = {}
        self._always: list[_Known] = []

    def __contains__(self, value: str) -> bool:
        return value in self._values

    def add(self, value: str, kind: str) -> None:
        """Find ``value`` from now on."""
        self._values.add(value)
        for part in _parts(value):
            for spelling in spellings(part):
                known = _Known(value, kind, spelling.expression)
                for anchor in spelling.anchors:
                    self._by_anchor.setdefault(anchor, []).append(known)
                if not spelling.anchors:
                    self._always.append(known)

    def found_in(self, text: str) -> Iterator[Found]:
        """Where they stand in ``text``."""
        here = [known for anchor, all_of_it in self._by_anchor.items() if anchor in text for known in all_of_it]
        for known in dict.fromkeys([*here, *self._always]):
            for match in compiled(known.expression).finditer(text):
                yield Found(known.kind, *match.span(), known.value)


class _Known(NamedTuple):
    value: str
    kind: str
    expression: str


def _parts(value: str) -> Iterator[str]:
    """The value itself, and the lines of it that can be told from words."""
    yield value
    lines = value.splitlines()
    if len(lines) > 1:
        stripped = {line.strip() for line in lines}
        yield from (
            line
            for line in stripped
            if not re.search(r"\s|^-----", line) and len(line) >= SHORTEST and not is_weak(line)
        )
