"""Finds a token in a text, however the text writes it: plain, JSON-escaped, URL-encoded, base64 or hex."""

import base64
import json
import re
from functools import lru_cache
from urllib.parse import quote, unquote

from gp_lib.dialects.visible import without_formats

DEEPEST = 4
"""How many layers of escapes are taken off; JSON in JSON in a URL has three."""

_APART = "\0"
"""Between the spellings of a text, which are searched as one; no token holds it."""

_CODE_POINT = re.compile(r"\\+u([0-9a-fA-F]{4})")
_ESCAPED = re.compile(r"\\+([\"\\/])")
_LINE_BREAK = re.compile(r"\\+[nr]|\s")


class Searched:
    """A text, made ready once to be searched for many tokens; characters that nobody sees hide none."""

    def __init__(self, text: str) -> None:
        spellings = {form for spelling in _peeled(text) for form in (spelling, without_formats(spelling))}
        self._plain = _APART.join(spellings)
        self._joined = _APART.join({_LINE_BREAK.sub("", spelling) for spelling in spellings})
        self._lower = self._joined.lower()

    def has(self, token: str) -> bool:
        """Whether ``token`` stands in the text in any of the forms.

        Base64 is found at all three alignments, in both alphabets, and over line breaks; hex in either case.
        """
        if token in self._plain:
            return True
        base64_forms, hex_forms = _coded(token)
        return any(form in self._joined for form in base64_forms) or any(form in self._lower for form in hex_forms)


def _peeled(text: str) -> set[str]:
    """``text``, and what is left of it when escapes are taken off, layer by layer, of either kind first.

    Each kind is also tried alone: a stray ``%ca`` in a plain text is no escape, and must not eat a canary's beginning.
    """
    found = newest = {text}
    for _ in range(DEEPEST):
        newest = {peel(spelling) for spelling in newest for peel in (_unescaped, unquote)} - found
        found = found | newest
    return found


def _unescaped(text: str) -> str:
    if "\\" not in text:
        return text
    decoded = _CODE_POINT.sub(lambda found: chr(int(found[1], 16)), text)
    # Characters beyond the basic plane are escaped as two halves, which are joined here.
    whole = decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    return _ESCAPED.sub(r"\1", whole)


@lru_cache(maxsize=4096)
def _coded(token: str) -> tuple[frozenset[str], frozenset[str]]:
    """Every base64 and every hex form of ``token``, of its bytes as they are and of its escaped spellings."""
    spellings = {data for spelling in _spellings(token) if (data := spelling.encode())}
    aligned = {_base64_core(data, offset) for data in spellings for offset in range(3)}
    url_safe = {core.replace("+", "-").replace("/", "_") for core in aligned}
    return frozenset(filter(None, aligned | url_safe)), frozenset(data.hex() for data in spellings)


def _spellings(token: str) -> set[str]:
    return {token, json.dumps(token)[1:-1], quote(token, safe="")}


def _base64_core(data: bytes, offset: int) -> str:
    """The characters of base64 that ``data`` alone decides when it stands ``offset`` bytes behind a group's start."""
    encoded = base64.b64encode(bytes(offset) + data).decode()
    return encoded[-(-offset * 8 // 6) : (offset + len(data)) * 8 // 6]
