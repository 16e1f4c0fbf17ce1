"""Settings of a service that let a secret slip: ``NAME=value`` and ``name: value``, dumps of an environment.

What has the shape of a maker's key is found by the rules that keep such things out of the evidence
(``gp_lib.redaction``), so that whatever they learn is learnt here.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

from gp_lib.redaction.redactor import MARK, Redactor

_KEY = r"(?:api|access|secret|private|signing|encryption|master|account|shared|service)[ _.-]?key"
_TOKEN = r"(?:(?:access|auth|refresh|bearer|session|id|api|bot|csrf)[ _.-]?)?token"
_NAMED = rf"(?:pass(?:word|wd|phrase)?|pwd|secret|credentials?|{_KEY}|{_TOKEN})"
_SETTING = re.compile(
    rf"(?<![\w$%{{<.-])[\"']?(?P<name>[\w.-]*{_NAMED}(?:[_.-]\w+)?)[\"']?(?P<is>\s?[=:]\s?)[\"']?"
    r"(?P<value>[^\s\"'&,;)}\]<>]+)",
    re.I,
)
_SPOKEN = re.compile(
    r"(?i)(?:\bpassword(?: is| was)? |--?(?:password|passwd|token|secret|api-key) )[\"']?(?P<value>[\w!@#$%^&*+-]{8,})"
)
_HEADERS = re.compile(r"(?i:\b(?:set-)?cookie): [\w.-]+=[^\s;]{6,}|(?i:\bauthorization)\W{1,4}Basic [A-Za-z0-9+/]{12,}")
_OURS = r"(?:your|my|the|some|new|old|a|an)?[_-]?"
_PLACEHOLDER = re.compile(
    r"[*x•.…_-]+|\$.*|%.*|\{.*|\[.*|«.*|your\W?.*|example.*|changeme"
    rf"|{_OURS}(?:password|passwd|secret|token|api[_-]?key|key|value|here|string)(?:[_-]?here)?"
    r"|none|null|nil|undefined|true|false|redacted|hidden|removed|masked"
    r"|required|invalid|missing|expired|wrong|empty|unset",
    re.I,
)
_DUMP = re.compile(r"(?:(?<![\w/?&=.])[A-Z][A-Z0-9_]{3,}=(?:\"[^\"]*\"|[^\s\"']+)(?:[\s,;]+|$)){3,}")
_IS_NUMBER = re.compile(r"=[\d.,%]+(?:[\s;]|$)")
_KNOWN_VARIABLE = re.compile(
    r"(?<![\w/?&=.])[\"']?(?:PATH|HOME|PWD|LD_LIBRARY_PATH|PYTHONPATH|NODE_ENV|VIRTUAL_ENV|HOSTNAME|KUBERNETES_\w+"
    r"|JAVA_HOME|GOPATH|DATABASE_URL|REDIS_URL|PGHOST|PGUSER|DJANGO_SETTINGS_MODULE)[\"']?(?:=|: [\"'])/?[\w.:/-]{2,}"
    r"|\benviron\(\{|\bos\.environ\b|\bprocess\.env\.\w+"
)


@lru_cache(maxsize=4096)
def names_secret(name: str) -> bool:
    """Whether a field of this name holds a secret, if it holds anything."""
    return re.search(_NAMED, name, re.I) is not None


def passwords_in(text: str) -> Iterator[str]:
    """The name of every setting in ``text`` that carries a secret, and every sentence that says one."""
    yield from (found["name"] for found in _SETTING.finditer(text) if _is_secret(found))
    yield from (found.group() for found in _SPOKEN.finditer(text) if _is_mixed(found["value"]))
    yield from (found.group() for found in _HEADERS.finditer(text))


def environments_in(text: str) -> Iterator[str]:
    """Every dump of an environment, and every variable that servers have."""
    for found in _DUMP.finditer(text):
        if "_" in found.group() and len(_IS_NUMBER.findall(found.group())) < found.group().count("="):
            yield found.group()
    yield from (found.group() for found in _KNOWN_VARIABLE.finditer(text))


def _is_secret(found: re.Match[str]) -> bool:
    """Whether a value was set: a sentence goes on with a word behind its colon, and examples name what is missing."""
    value = found["value"].rstrip(".!?")
    if len(value) < SHORTEST or _PLACEHOLDER.fullmatch(value):
        return False
    if found["is"] == "=" and not found["name"].lower().endswith(("token", "pass")):
        return True
    return _is_mixed(value)


def _is_mixed(value: str) -> bool:
    """Whether this is no word: it has letters and digits, and is as long as passwords are."""
    return len(value) >= 6 and re.search(r"\d", value) is not None and re.search(r"[^\W\d_]", value) is not None


SHORTEST = 3
"""Characters of a value that a setting may have and still be none of an example's letters."""

_NOBODY_S = Redactor()
"""Knows the shapes of secrets, and no secret."""


@lru_cache(maxsize=4096)
def shapes_in(text: str) -> tuple[str, ...]:
    """The kind of every secret in ``text`` that has a known shape."""
    return tuple(dict.fromkeys(found["kind"] for found in MARK.finditer(_NOBODY_S.clean(text))))


def is_marked(text: str) -> bool:
    """Whether a secret was taken out of ``text`` when it was written down."""
    return MARK.search(text) is not None
