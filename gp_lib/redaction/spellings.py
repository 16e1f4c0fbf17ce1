"""Every spelling of one secret value, as expressions: composed of what encoders do to a character, not listed.

JSON, ``repr``, shells, SQL, HTML, XML and URLs write letters and digits as they are and change other characters one by
one. What they can make of a character, in any order and any number of times, is one expression; a value is the sequence
of those. Base64 and hexadecimal digits change everything: they are applied first, and what they give is spelt in turn.
"""

import base64
import html
import json
import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

_SLASH = r"(?:\\|%(?:25)*5[Cc])"
_HASH, _END = r"(?:\#|%(?:25)*23)", r"(?:;|%(?:25)*3[Bb])"
_AMP = rf"(?:&|{_SLASH}+(?:u00|x)26|%(?:25)*26)(?:(?:amp|{_HASH}0*38|{_HASH}[xX]0*26){_END})*"
_ESCAPES = {"\n": "n", "\r": "r", "\t": "t", "\b": "b", "\f": "f", "\v": "v", "\a": "a", "\0": "0", "\x1b": "e"}
_ENTITIES = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos", "\xa0": "nbsp"}
_BREAK = r"(?:(?:\\+[rn]|[\r\n])+(?:\"\s*,)?[\s\"]*)?"
"""Where base64 goes on in the next line, which may be a string of a list of its own."""

LINE = 60
"""Base64 is never broken into shorter lines."""


class Spelling(NamedTuple):
    """An expression, and texts of which one stands wherever it matches; none: it has to be tried on every text.

    It is compiled (``compiled``) when it is needed for the first time, which for most of them is never.
    """

    anchors: tuple[str, ...]
    expression: str


@lru_cache(maxsize=4096)
def compiled(expression: str) -> re.Pattern[str]:
    """An expression, ready to be used."""
    return re.compile(expression)


def spellings(value: str) -> Iterator[Spelling]:
    """All spellings of ``value``, which is not empty."""
    value = value.replace("\r\n", "\n")
    yield Spelling(_anchors([value]), _spelt(value))
    if len(value) >= 2 * _HEAD:
        cut = rf"{_spelt(value[:_HEAD])}[^\s\"'<>«»]{{0,{6 * len(value)}}}?(?:…|\.\.\.)"
        yield Spelling(_anchors([value[:_HEAD]]), cut)
    for encoded in sorted(_opaque(value), key=len, reverse=True):
        parts = len(encoded) // LINE + 2
        size = -(-len(encoded) // parts)
        pieces = [encoded[at : at + size] for at in range(0, len(encoded), size)]
        yield Spelling(_anchors(pieces), _BREAK.join(map(_base64_letter, encoded)))
    yield _hexadecimal(value.encode("utf-8", "backslashreplace"))


_HEAD = 16
"""How much of a longer value, cut off by an ellipsis, still gives it away."""


def _anchors(pieces: list[str]) -> tuple[str, ...]:
    """The longest run of letters and digits of each piece: no spelling changes or parts it. None if one has too few."""
    runs = [max(re.findall("[A-Za-z0-9]+", piece), key=len, default="") for piece in pieces]
    return tuple(runs) if all(len(run) >= _ANCHOR for run in runs) else ()


_ANCHOR = 3


def _spelt(value: str) -> str:
    last = len(value) - 1
    return "".join(_character(each, inside=0 < at < last) for at, each in enumerate(value))


@lru_cache(maxsize=1024)
def _character(each: str, *, inside: bool) -> str:
    """What encoders can make of one character. ``inside``: neither the first one nor the last one of its value."""
    if each.isascii() and each.isalnum():
        return each
    if inside and each in QUOTES:
        return rf"(?:{_any_of([*_written(QUOTES[0]), *_written(QUOTES[1])])}){{1,40}}?"
    return _any_of(_written(each))


def _any_of(expressions: Iterable[str]) -> str:
    """Each of them may have been escaped, before it was spelt otherwise."""
    return rf"{_SLASH}*(?:{'|'.join(expressions)})"


QUOTES = "\"'"
"""They may be doubled, or put between others of both kinds: by shells, SQL and CSV, again and again. At an end of a
value no other one is taken for a part of it, because it may be the end of a text of JSON."""


def _written(each: str) -> Iterator[str]:
    data, code = each.encode("utf-8", "surrogatepass"), ord(each)
    units = each.encode("utf-16-be", "surrogatepass")
    if each == "\n":
        yield rf"(?:\r|{_SLASH}+r|%(?:25)*0[Dd])*(?:\n|{_SLASH}+n|%(?:25)*0[Aa])(?:\"\s*,\s*\")?[ \t>|]*"
    if each == " ":
        yield r"\+|%(?:25)*2[Bb]"
    yield "".join(rf"%(?:25)*(?i:{byte:02x})" for byte in data)
    yield "".join(rf"{_SLASH}+x(?i:{byte:02x})" for byte in data)
    yield "".join(rf"{_SLASH}+{byte:03o}" for byte in data)
    yield "".join(rf"{_SLASH}+u(?i:{units[at : at + 2].hex()})" for at in range(0, len(units), 2))
    latin = f"|x(?i:{code:02x})" if code < 256 else ""
    yield rf"{_SLASH}+(?:u\{{0*(?i:{code:x})\}}|U(?i:{code:08x}){latin})"
    name = f"|{_ENTITIES[each]}" if each in _ENTITIES else ""
    yield rf"{_AMP}(?:{_HASH}0*{code}|{_HASH}[xX]0*(?i:{code:x}){name}){_END}"
    if each in _ESCAPES:
        yield rf"{_SLASH}+{_ESCAPES[each]}"
    yield rf"{_SLASH}+" if each == "\\" else re.escape(each)


def _base64_letter(letter: str) -> str:
    also = {"+": "-|", "/": "_|"}.get(letter, "")
    return f"(?:{also}{_character(letter, inside=True)})" if also else letter


def _opaque(value: str) -> set[str]:
    """Base64 of longer texts in which the value stands, itself or spelt for JSON, HTML or a URL.

    It may begin at each of three places in a group. The characters at both ends depend on the neighbours too, and are
    left out.
    """
    plain = {
        value,
        html.escape(value),
        quote(value, safe="", errors="backslashreplace"),
        quote(value, errors="backslashreplace"),
    }
    plain |= {json.dumps(value, ensure_ascii=ascii_only)[1:-1] for ascii_only in (True, False)}
    data = [text.encode("utf-8", "backslashreplace") for text in plain] + [value.encode("utf-16-le", "surrogatepass")]
    cores = {core for each in data for core in _base64(each)}
    return {core for core in cores if len(core) >= SHORTEST_CORE}


SHORTEST_CORE = 7


def _base64(data: bytes) -> Iterator[str]:
    for before in range(3):
        first = (8 * before + 5) // 6
        last = 8 * (before + len(data)) // 6
        yield base64.b64encode(bytes(before) + data).decode()[first:last]


def _hexadecimal(data: bytes) -> Spelling:
    """Bytes in hexadecimal digits, together or with separators."""
    begin = data[:_BYTES]
    expression = r"(?:[:\s-]|\\+x)?".join(f"{byte:02x}" for byte in data)
    return Spelling((begin.hex(), begin.hex().upper(), begin.hex(":")), f"(?i:{expression})")


_BYTES = 5
