"""Secrets that nobody made known, by what they look like.

Names, URLs, headers and the prefixes of makers are ours, because they have to be found in every spelling that evidence
has; the long tail is left to the rules of Kingfisher (``scanner``), which know hundreds of makers by context.
"""

import base64
import binascii
import re
from collections.abc import Callable, Iterator

from gp_lib.redaction.finding import Found
from gp_lib.redaction.headers import in_headers
from gp_lib.redaction.makers import BEGINNING, tokens_in, words_of
from gp_lib.redaction.named import named_in
from gp_lib.redaction.scanner import scanned_in
from gp_lib.redaction.urls import in_urls

_KEY = r"PRIVATE KEY(?: BLOCK)?-----"
# Base64 and headers, over lines that may be escaped or, in a notebook file, strings of a list. It ends inside a text
# if it began in one, so that JSON stays JSON when it is taken out.
_BODY = r"""(?:[\w+/=\s:,.-]|\\+[nrt]|"\s*,\s*")*"""
BLOCKS: tuple[tuple[str, str, re.Pattern[str]], ...] = (
    (
        "private-key",
        "PRIVATE KEY",
        re.compile(rf"-----BEGIN [A-Z0-9 ]*{_KEY}(?:{_BODY}?-----END [A-Z0-9 ]*{_KEY}|{_BODY})"),
    ),
    (
        "private-key",
        "PuTTY-User-Key-File",
        re.compile(rf"(?<=Private-Lines: ){_BODY}?Private-MAC: [0-9a-f]+|(?<=Private-Lines: ){_BODY}"),
    ),
    ("azure", "Q~", re.compile(r"(?<![A-Za-z0-9_~.])[A-Za-z0-9_~.]{3}\dQ~[A-Za-z0-9_~.-]{31,34}(?![A-Za-z0-9_~.-])")),
    ("jwt", "eyJ", re.compile(BEGINNING + r"eyJ[\w-]{5,}=*\.[\w-]{5,}=*(?:\.[\w-]*=*){0,3}")),
)
_AWS_ID = re.compile(r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b")
_AWS_SECRET = re.compile(
    r"(?<![A-Za-z0-9/+=])(?=[^/+\s]*[a-z])(?=\S*[A-Z])(?=\S*\d)[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=])"
)
_BASE64 = re.compile(r"(?<![A-Za-z0-9+/_-])[I-Za-f][A-Za-z0-9+/_-]{23,}={0,2}")
"""A run whose first byte is printable."""
PRINTABLE = 0.95
"""How much of what a run of base64 holds must be printable ASCII, to be looked into."""


def found_in(text: str, known: Callable[[str], bool], holds_one: Callable[[str], bool]) -> Iterator[Found]:
    """Every secret in ``text`` that has a known shape or stands where secrets do. Spans may overlap.

    ``known`` says of a value that looks like a word whether it is one all the same; ``holds_one`` whether there is a
    secret in a text that is shown encoded.
    """
    yield from _plain(text, known)
    yield from encoded_in(text, holds_one)


def _plain(text: str, known: Callable[[str], bool]) -> Iterator[Found]:
    for kind, literal, expression in BLOCKS:
        if literal in text:
            yield from (Found(kind, *match.span()) for match in expression.finditer(text))
    if "AKIA" in text or "ASIA" in text:
        yield from _beside_a_key_id(text)
    yield from in_urls(text)
    yield from in_headers(text)
    yield from named_in(text, known)
    words = words_of(text)
    yield from tokens_in(text, words)
    yield from scanned_in(text, map(str.lower, words))


def _beside_a_key_id(text: str) -> Iterator[Found]:
    """The secret of AWS has no shape but its length: it is believed near the id that it belongs to."""
    for key_id in _AWS_ID.finditer(text):
        near = max(0, key_id.start() - 200), key_id.end() + 200
        yield from (Found("aws", *match.span()) for match in _AWS_SECRET.finditer(text, *near))


def encoded_in(text: str, holds_one: Callable[[str], bool]) -> Iterator[Found]:
    """Runs of base64 that hold a text with a secret in it."""
    for run in _BASE64.finditer(text):
        inner = _decoded(run.group())
        if inner and holds_one(inner):
            yield Found("base64", *run.span())


def _decoded(run: str) -> str | None:
    """The text that ``run`` is the base64 of; ``None`` if it is none."""
    run = run.rstrip("=").replace("-", "+").replace("_", "/")
    try:
        data = base64.b64decode(run[: len(run) // 4 * 4])
    except (binascii.Error, ValueError):
        return None
    if not data[:16].isascii():
        return None
    inner = data.decode("ascii", "replace")
    return inner if sum(map(str.isprintable, inner[:200])) >= PRINTABLE * len(inner[:200]) else None
