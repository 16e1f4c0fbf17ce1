"""Secrets in headers of HTTP: ``Authorization`` of any scheme, and cookies."""

import base64
import binascii
import re
from collections.abc import Iterator

from gp_lib.redaction.finding import Found
from gp_lib.redaction.words import QUOTE, SEPARATOR, looks_random, stands_for_a_value

BEARER = re.compile(r"(?i:\bbearer)(?:[ +]+|%(?:25)*20)(?P<secret>[A-Za-z0-9\-._~+/]{16,}=*)")
BASIC = re.compile(r"(?i:\bbasic)(?:[ +]+|%(?:25)*20)(?P<secret>[A-Za-z0-9+/_-]{8,}={0,2})")
_IS = rf"(?:{QUOTE})?(?:{SEPARATOR}|\s*,\s*)b?(?:{QUOTE})?"
AUTHORIZATION = re.compile(
    rf"(?i:authorization){_IS}(?:(?i:token|digest|apikey|negotiate|key|ntlm|bot)[ =]+)?"
    r"(?P<secret>[A-Za-z0-9\-._~+/]{8,}=*)"
)
COOKIE = re.compile(
    rf"(?i:(?<![a-z])(?:set-)?cookie|(?<=\\[nrt])cookie){_IS}(?P<pairs>[\w.%-]+=[^\s\"'`<>«»\\;]*(?:;\s*[\w.%-]+(?:=[^\s\"'`<>«»\\;]*)?)*)"
)
_PAIR = re.compile(r"(?P<name>[\w.%-]+)=(?P<secret>[^\s;,]+)")
_ATTRIBUTES = frozenset(
    {"path", "domain", "expires", "max-age", "samesite", "version", "lang", "theme", "locale", "priority"}
)


def in_headers(text: str) -> Iterator[Found]:
    """Every secret that a header carries, also where only its value is told."""
    lower = text.lower()
    if "bearer" in lower:
        yield from (Found("bearer", *m.span("secret")) for m in BEARER.finditer(text) if looks_random(m["secret"]))
    if "basic" in lower:
        yield from (Found("basic", *m.span("secret")) for m in BASIC.finditer(text) if _is_basic(m["secret"]))
    if "authorization" in lower:
        yield from (
            Found("authorization", *m.span("secret")) for m in AUTHORIZATION.finditer(text) if looks_random(m["secret"])
        )
    if "cookie" in lower:
        yield from _in_cookies(text)


def _in_cookies(text: str) -> Iterator[Found]:
    for header in COOKIE.finditer(text):
        for pair in _PAIR.finditer(text, *header.span("pairs")):
            is_value = len(pair["secret"]) >= 8 and not stands_for_a_value(pair["secret"])
            if is_value and pair["name"].lower() not in _ATTRIBUTES:
                yield Found("cookie", *pair.span("secret"))


def _is_basic(value: str) -> bool:
    """Whether it is the base64 of ``user:password``."""
    try:
        data = base64.b64decode(value.replace("-", "+").replace("_", "/") + "=" * (-len(value) % 4), validate=True)
    except (binascii.Error, ValueError):
        return False
    try:
        return ":" in data.decode() and data.decode().isprintable()
    except UnicodeDecodeError:
        return False
