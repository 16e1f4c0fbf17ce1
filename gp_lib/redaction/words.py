"""How quotes, separators and harmless words look in any spelling: what the rules for named secrets are made of."""

import re

QUOTE = r"""(?:\\*["'`]|\\+u00(?:22|27)|&(?:amp;)*(?:quot|apos|\#0*3[49]|\#[xX]0*2[27]);|%(?:25)*2[27])"""
"""One quotation mark: bare, escaped for JSON or a shell any number of times, as an entity, or percent-encoded."""

SEPARATOR = (
    r"(?:\s*(?:=(?:>|&(?:amp;)*gt;)|:=|[:=]{1,2})\s*|(?:%(?:25)*20|\+)*%(?:25)*3[AaDd](?:%(?:25)*20|\+)*|&\#(?:61|58|[xX]3[AaDd]);"
    r"|\\+u003[AaDd])"
)
"""What stands between a name and its value: ``=``, ``:``, ``=>``, and the same percent-encoded or as an entity."""

PLACEHOLDER = re.compile(
    r"""(?ix) [<{\[(%].* | .*[>}\])]$ (?<=[\w ][>}\])]) | \$\{?\w+\}? | \$[({].* | &lt;.*
    | [*x.…_#?•-]{2,} | canary-.*
    | (?:your|my|the|some|any|insert|enter|replace|example|sample|dummy|placeholder)[-_ ].*
    """
)
"""What stands in place of a value in examples and templates; and our own canaries, which have to be seen."""

_SAID = """
any array bad basic bearer blank bool boolean bytes changed correct default denied digest disabled empty enabled expired
false field float forbidden forged hidden incorrect input int integer invalid is long malformed masked mismatch missing
must nil no none not null number object off ok omitted on optional password passwd private public read redacted rejected
removed required reset revoked rotated secret short stale stolen str string text token true type unauthorized undefined
unknown unlimited unset unused updated user valid value was wrong yes
"""
HARMLESS = frozenset(_SAID.split())
"""Words that are said about a password, and are none."""

_IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z_]*(?:[.-][A-Za-z_]+)*[.!?:]?")
_NUMBER = re.compile(r"[\d.,:/T+-]+Z?")
_PATH = re.compile(r"(?:[A-Za-z]:)?[~.]{0,2}(?:[/\\][A-Za-z_][\w.-]*)+[/\\]?")
_NO_FOLDER = re.compile(r"(?=\w*[a-z])(?=\w*[A-Z])(?=\w*\d)\w{16,}")
"""Base64 that begins with a slash has parts like this one; paths seldom do."""


def stands_for_a_value(text: str) -> bool:
    """Whether ``text`` is a placeholder, or a word that says something about a value."""
    return text.lower().rstrip(".:!?,;") in HARMLESS or PLACEHOLDER.fullmatch(text) is not None


def could_be_a_password(text: str) -> bool:
    """Whether a value that a program or a person has marked as one (by quotes, or by a variable's name) may be one."""
    return len(text) >= 4 and not stands_for_a_value(text) and not _is_path(text)


def _is_path(text: str) -> bool:
    return _PATH.fullmatch(text) is not None and not _NO_FOLDER.search(text)


def could_be_a_bare_password(text: str) -> bool:
    """Whether it may be one where prose and code look alike (``password: x``): not if it is a word or a name."""
    return could_be_a_password(text) and len(text) >= 6 and not _IDENTIFIER.fullmatch(text)


def looks_random(text: str) -> bool:
    """Whether it may be a token: digits among letters, or 16 characters and more with capitals amid small letters."""
    if any(map(str.isdigit, text)):
        return len(text) >= 16 or any(map(str.isalpha, text))
    return len(text) >= 16 and re.search(r"[a-z][A-Z]|[A-Z][a-z][A-Z]", text) is not None


def is_number(text: str) -> bool:
    """Whether it is a number, a date or a time."""
    return _NUMBER.fullmatch(text) is not None
