"""Secrets that have a name: settings, headers, options and markup, in any quoting and encoding.

Names × separators × quotes are composed here. What stands as a value is judged: a word of prose, a name in code, a
placeholder or a path is none.
"""

import re
from collections.abc import Callable, Iterator

from gp_lib.redaction.finding import Found
from gp_lib.redaction.words import (
    QUOTE,
    SEPARATOR,
    could_be_a_bare_password,
    could_be_a_password,
    is_number,
    looks_random,
)

LITERALS = ("pass", "pwd", "secret", "key", "token", "credential", "masterauth", "identified")
"""One of them stands in the lower-case text wherever something is found."""

_WORDS = r"passphrase|passcode|pass(?:word|wort|wd)?|pwd|secret|key|token|credentials?|requirepass|masterauth"
CORE = re.compile(rf"(?:{_WORDS})(?:[_-]?\d{{1,2}}(?![a-z0-9]))?")
"""The last word of a name, in small letters; ``_is_secret`` looks at what is in front of it."""

_KEYS = "api|secret|private|access|account|encryption|signing|master|shared|storage|subscription|service|session|hmac"
_LONE_KEY = re.compile(rf"(?:{_KEYS})[_.\- ]?$")
_NO_TOKEN = re.compile(
    r"(?:page|next|continuation|continue|cursor|sync|cancel|max|min|num|count|total|input|output|prompt|completion|cached"
    r"|reasoning|eos|bos|pad|unk|stop|special|first|last|per|each|by|word|lex\w*|[a-z ]{2} )[_.\- ]?$"
)
_V = r"[^\s\"'`<>«»\\&;,()\[\]{}|]"
_QUOTED = r"(?P<secret>(?:(?!(?P=q))(?:\\+[^\s]|[^\s«»]))+)(?P=q)"
FORMS: tuple[tuple[str, re.Pattern[str]], ...] = (
    # "name": "value", name="value", name = 'value', os.environ['NAME'] = 'value'
    ("quoted", re.compile(rf"(?:{QUOTE}\]?)?{SEPARATOR}[bru]?(?P<q>{QUOTE}){_QUOTED}")),
    # ('name', 'value')
    ("pair", re.compile(rf"(?P<q>{QUOTE})\s*,\s*b?(?P=q){_QUOTED}")),
    # NAME=value: in a shell, an environment or a file of settings the value ends at a blank
    ("variable", re.compile(r"=(?P<secret>(?:(?![;&]\w+=)[^\s\"'`<>«»\\])+)")),
    # name=value, name: value, ?name=value&…
    ("bare", re.compile(rf"(?:{QUOTE})?{SEPARATOR}(?P<secret>{_V}+)")),
    # --name value, requirepass value
    ("option", re.compile(rf"[ \t]+(?:{QUOTE})?(?P<secret>{_V}+)")),
    # PASSWORD 'value', IDENTIFIED BY 'value'
    ("sql", re.compile(rf"\s+(?P<q>{QUOTE}){_QUOTED}")),
    # <name>value</name>
    ("element", re.compile(r"(?:>|&(?:amp;)*gt;)(?P<secret>[^\s<>&«»]+)(?:<|&(?:amp;)*lt;)(?:\\*/)")),
    # <input name="name" value="value">
    ("attribute", re.compile(rf"(?P<q>{QUOTE})[^<>]{{0,80}}?\bvalue=(?P=q){_QUOTED}")),
)
_TOKEN_LENGTH = 12
"""A shorter one may be what a model has said: it speaks in tokens, too."""

_OPAQUE = re.compile(r"[A-Za-z0-9._~+/=]{24,}")

IDENTIFIED = re.compile(r"identified\s+(?:with\s+\w+\s+)?by(?=\s)")
_TO_LOWER = {ord(letter): ord(letter.lower()) for letter in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"}
_VARIABLE = re.compile(r"(?<![a-z0-9])[A-Z][A-Z0-9_]*$")
_OPTION = re.compile(r"(?:^|[\s\"'])--?[\w-]*$")
_ATTRIBUTE = re.compile(rf"(?:name|id|key){QUOTE}?\s*=\s*{QUOTE}[\w.:-]*$")
_CODE = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*[(\[].*|[a-z_]+(?:\.[a-z_]+)+")


def is_name_of_a_secret(name: str) -> bool:
    """Whether what ``name`` names is a secret, as the key of an object does."""
    lower = _lower(name)
    return any(match.end() == len(lower) and _is_secret(lower, match) for match in CORE.finditer(lower))


def is_value_of_a_secret(name: str, value: str) -> bool:
    """Whether ``value``, at a key called ``name``, may be a secret: it may also be what is said about one."""
    core = next(match for match in CORE.finditer(_lower(name)) if match.end() == len(name))
    return not re.search(r"\s", value) and _may_be("quoted", value, core.group(), f"{name}")


def named_in(text: str, known: Callable[[str], bool] = lambda value: False) -> Iterator[Found]:
    """Every secret that stands behind a name; also one that looks like a word, if it is ``known``."""
    lower = _lower(text)
    if not any(literal in lower for literal in LITERALS):
        return
    for core in CORE.finditer(lower):
        if _is_secret(lower, core):
            yield from _behind(text, core, known)
    if "identified" in lower:
        for words in IDENTIFIED.finditer(lower):
            yield from _behind(text, words, known)


def _lower(text: str) -> str:
    lower = text.lower()
    return lower if len(lower) == len(text) else text.translate(_TO_LOWER)


def _is_secret(lower: str, core: re.Match[str]) -> bool:
    """Whether a name is one of a secret, by what is in front of its last word: *api* key, but not *primary* key."""
    before, word = lower[max(0, core.start() - 16) : core.start()], core.group()
    if word.startswith("key"):
        return _LONE_KEY.search(before) is not None
    if word.startswith("token"):
        return _NO_TOKEN.search(before) is None
    return word.rstrip("0123456789_-") != "pass" or before[-1:] in ("_", "-", '"', "'") or before.endswith("pg")


def _behind(text: str, name: re.Match[str], known: Callable[[str], bool]) -> Iterator[Found]:
    """The value behind a name, in the first form that fits."""
    for form, expression in FORMS:
        if match := expression.match(text, name.end()):
            start, end = match.span("secret")
            if form in ("variable", "bare", "option"):
                end = start + len(text[start:end].rstrip(".,:;!?)"))
            value = text[start:end]
            if value and (
                known(value) or _may_be(form, value, name.group(), text[max(0, name.start() - 40) : name.end()])
            ):
                yield Found("named", start, end)
                return


def _may_be(form: str, value: str, word: str, name: str) -> bool:
    """Whether ``value`` is taken for a secret, in this form and behind this name (with what is in front of it)."""
    if word.startswith("token") and not _may_be_a_token(form, value, name):
        return False
    if word in ("key", "credential", "credentials", "pass") and not looks_random(value):
        return False
    if form == "variable":
        return _VARIABLE.search(name) is not None and could_be_a_password(value) and not _is_code(value)
    if form == "sql":
        return (name.endswith("PASSWORD") or word.endswith("by")) and could_be_a_password(value)
    if form in ("quoted", "element"):
        return could_be_a_password(value)
    if form == "attribute":
        return _ATTRIBUTE.search(name) is not None and could_be_a_password(value)
    if form == "pair":
        return could_be_a_bare_password(value) and looks_random(value)
    if form == "option":
        given = _OPTION.search(name) is not None or word in ("requirepass", "masterauth")
        return given and could_be_a_bare_password(value)
    return could_be_a_bare_password(value) and ("pass" in word or not is_number(value))


def _may_be_a_token(form: str, value: str, name: str) -> bool:
    """A ``token`` without another word in front is what a model says, or one of our canaries, unless it is opaque."""
    if form in ("quoted", "pair") and not re.search(r"[A-Za-z][_.\- ]?(?:token|Token|TOKEN)\W?\w*$", name):
        return _OPAQUE.fullmatch(value) is not None and looks_random(value)
    return len(value) >= _TOKEN_LENGTH and looks_random(value)


def _is_code(value: str) -> bool:
    return _CODE.fullmatch(value) is not None
