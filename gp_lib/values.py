"""The values that a parameter can have, and what a text means where a value like the default is wanted.

Whatever passes here can be written as Python and as strict JSON, and read back as the same.
"""

import ast
import math
import re
import warnings
from itertools import pairwise
from typing import Any

Value = int | float | str | bool | list[Any] | tuple[Any, ...] | dict[str, Any] | None
Given = str | list[Any]
"""A value as it was given: a text as on a command line, or a list of such from a file."""

MOST_BITS = 1024
"""The largest whole number is as long as the largest float; far longer ones cannot even be printed."""
DEEPEST = 20
"""Lists in lists in lists: more than that is a slip of the finger."""
LONGEST_SHOWN = 60

WORDS = {"true": True, "false": False, "null": None, "~": None}
"""What YAML and JSON call these, where the default leaves the type open."""
SWITCHES = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
KINDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a text",
    list: "a list",
    tuple: "a list",
    dict: "a mapping",
    type(None): "a value",
}


_PLACEHOLDER = re.compile(r"\{\w+\}")
"""Where a scenario fills something into a text, as in ``Compare with invoice {id}.``"""


class NotAValue(ValueError):
    """Something is not a value that a parameter can have; the sentence goes on after ``users=x``: ``is not …``."""


class Quoted(str):
    """A text that stood in quotes: it stays a text, also where it looks like a number."""

    __slots__ = ()


def from_given(given: Given, default: object) -> Value:
    """What was ``given``, as a value of the type of ``default``; any type where that is ``None``.

    Raises:
        NotAValue: it is not of that type, or not a value that a parameter can have.
    """
    if isinstance(given, list):
        return of_type([_item(item, default) for item in given], default)
    if isinstance(default, str) or (default is None and isinstance(given, Quoted)):
        return of_type(str(given), default)
    if isinstance(default, bool):
        return of_type(SWITCHES.get(given.strip().lower(), given), default)
    if default is None and given in WORDS:
        return WORDS[given]
    return of_type(_literal(given), default)


def from_settings(value: object, default: object) -> Value:
    """``value``, out of a settings file or the environment, as one of the type of ``default``.

    A text is read as on a command line: all that comes from the environment is one.

    Raises:
        NotAValue: as ``from_given``.
    """
    return from_given(value, default) if isinstance(value, str) else of_type(value, default)


def _item(given: Given, default: object) -> Value:
    """An element of a list: a text where all of the default's are texts, else what it looks like."""
    texts = isinstance(default, list | tuple) and default and all(isinstance(one, str) for one in default)
    return from_given(given, "" if texts else None)


def _literal(text: str) -> object:
    """The Python literal that ``text`` is; else the text itself."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what Python thinks of escapes in a text
            return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return str(text)


def of_type(value: object, default: object) -> Value:
    """``value``, from Python or JSON, as one of the type of ``default``; any type where that is ``None``.

    Raises:
        NotAValue: it is not of that type, or not a value that a parameter can have, or lacks a placeholder like
            ``{id}`` that the default has.
    """
    wanted = type(default)
    if wanted not in KINDS:
        raise NotAValue(f"cannot be set: its default is a {wanted.__name__}")
    found = plain(value)
    if wanted is float and type(found) is int:
        return float(found)
    if wanted is tuple and isinstance(found, list):
        return tuple(found)
    if default is not None and type(found) is not wanted:
        raise NotAValue(f"is not {KINDS[wanted]}")
    if isinstance(found, str) and isinstance(default, str):
        _require_placeholders(found, default)
    return found


def _require_placeholders(text: str, default: str) -> None:
    for name in _PLACEHOLDER.findall(default):
        if name not in text:
            raise NotAValue(f"needs the placeholder {name}")


def plain(value: object, depth: int = 0) -> Value:
    """``value`` if it is a number, a text, true or false, ``None``, or a list or mapping of those; tuples become lists.

    Raises:
        NotAValue: it is something else, a number without a finite value, or too large or deep for any reader.
    """
    if depth > DEEPEST:
        raise NotAValue(f"is not a value that can be set: it is nested more than {DEEPEST} deep")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return _number(value)
    if isinstance(value, str):
        return _text(value)
    if isinstance(value, list | tuple):
        return [plain(item, depth + 1) for item in value]
    if isinstance(value, dict) and all(isinstance(key, str) for key in value):
        return {_text(key): plain(item, depth + 1) for key, item in value.items()}
    raise NotAValue(f"is not a number, a text, true or false, or a list of those, but a {type(value).__name__}")


def _number(value: float) -> int | float:
    if isinstance(value, float) and not math.isfinite(value):
        raise NotAValue("is not a finite number")
    if isinstance(value, int) and value.bit_length() > MOST_BITS - 1:
        raise NotAValue("is not a number of a size that can be set")
    return value


def _text(value: str) -> str:
    try:
        value.encode()
    except UnicodeEncodeError:
        raise NotAValue("is not valid Unicode") from None
    return value


def shown(value: object) -> str:
    """``value`` for an error: short, and on one line."""
    words = value if isinstance(value, str) else _repr(value)
    fit = " ".join(words.encode("utf-8", "backslashreplace").decode().split())
    return fit if len(fit) <= LONGEST_SHOWN else f"{fit[:LONGEST_SHOWN]}…"


def _repr(value: object) -> str:
    try:
        return repr(value)
    except (ValueError, RecursionError):
        return f"a {type(value).__name__}"


def split_outside(text: str, separators: str) -> list[str]:
    """``text`` at each of ``separators`` that is not in brackets or quotes; those that never close mean nothing."""
    cuts, position = [-1], 0
    while position < len(text):
        if text[position] in separators:
            cuts.append(position)
        position = _after(text, position)
    return [text[before + 1 : after] for before, after in pairwise([*cuts, len(text)])]


_CLOSES = {"[": "]", "(": ")", "{": "}", "'": "'", '"': '"'}
_QUOTES = ("'", '"')
_BEFORE_A_QUOTE = " \t\n=,:([{"
"""An apostrophe in a word opens nothing."""


def _after(text: str, position: int) -> int:
    """The position behind what begins at ``position``: a character, or all that it opens, if that is closed."""
    waiting = ""
    for place in range(position, len(text)):
        character = text[place]
        if waiting and character == waiting[-1]:
            waiting = waiting[:-1]
        elif waiting[-1:] not in _QUOTES and _opens(text, place):
            waiting += _CLOSES[character]
        if not waiting:
            return place + 1
    return position + 1


def _opens(text: str, place: int) -> bool:
    if text[place] in _QUOTES:
        return place == 0 or text[place - 1] in _BEFORE_A_QUOTE
    return text[place] in _CLOSES


def unquoted(text: str) -> str:
    """``text``; without its quotes, and marked as such, where it stands in quotes as a whole."""
    quoted = len(text) > 1 and text[0] in _QUOTES and _after(text, 0) == len(text)
    return Quoted(text[1:-1]) if quoted else text
