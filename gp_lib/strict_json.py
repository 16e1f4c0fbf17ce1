"""JSON of strangers, read within bounds: what it gives can be walked, compared and written again.

``NaN`` and ``Infinity`` are not JSON (RFC 8259), and a number too large for a float would be read as one of them; where
a number is meant, evidence has them as texts. A key that stands twice means one thing to one reader and another to the
next.
"""

import json
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, NoReturn, TextIO

from gp_lib.errors import Damaged, WorkbenchError

DEEPEST = 100
"""Levels of lists and objects in each other; Python's own writer and every walk by recursion can bear this many."""

LARGEST_BYTES = 256 * 2**20
"""Of one document. The ``batch.json`` of ten thousand scenarios has about a tenth of it."""

LONGEST_LINE = 64 * 2**20
"""Characters of one line: a store may answer much, but a packed file can be made to unpack without an end."""

MOST_CHARACTERS = 4 * 2**30
"""Of a whole file of lines; a history of the usual records has some five million of them then."""


class Line(NamedTuple):
    """A line of a file of JSON lines, counted from 1. One that is not ``whole`` is the last, cut short by a kill."""

    number: int
    text: str
    whole: bool


def read(path: Path) -> Any:
    """The value in the file at ``path``.

    Raises:
        WorkbenchError: the file is not there.
        Damaged: it cannot be read, is not JSON, or out of bounds.
    """
    with _said_of(path), path.open("rb") as file:
        return parse(file.read(LARGEST_BYTES + 1))


def lines(path: Path, opened: Callable[[Path], TextIO]) -> Iterator[Line]:
    """The lines of the file at ``path``, which ``opened`` opens; read one by one, and not parsed.

    Raises:
        WorkbenchError: the file is not there.
        Damaged: it cannot be read, is out of bounds, not text, or its packing is damaged.
    """
    characters = 0
    with _said_of(path), opened(path) as file:
        for number, text in enumerate(iter(partial(file.readline, LONGEST_LINE + 1), ""), start=1):
            characters += len(text)
            if len(text) > LONGEST_LINE or characters > MOST_CHARACTERS:
                raise ValueError(f"line {number}: it is longer than anything that a run writes")
            yield Line(number, text, text[-1] == "\n")


@contextmanager
def _said_of(path: Path) -> Iterator[None]:
    """Say in a sentence what is wrong with the file at ``path``."""
    try:
        yield
    except FileNotFoundError as error:
        raise WorkbenchError(f"{path} cannot be read: there is no such file") from error
    except OSError as error:
        raise Damaged(path, error.strerror or str(error)) from error
    except (EOFError, ValueError, zlib.error) as error:
        raise Damaged(path, str(error)) from error


def parse(text: str | bytes) -> Any:
    """The value that ``text`` is; bytes may be in any encoding of Unicode, with a byte order mark or without.

    Raises:
        ValueError: it is not JSON, or out of bounds; the message says why.
    """
    if len(text) > LARGEST_BYTES:
        raise ValueError(f"it is longer than {LARGEST_BYTES >> 20} MiB")
    if isinstance(text, bytes):
        text = text.decode(json.detect_encoding(text))
    try:
        value = _decode(text.removeprefix("\ufeff"))
    except RecursionError:
        raise _too_deep() from None
    if text.count("[") + text.count("{") > DEEPEST:
        _require_shallow(value)
    return value


def _too_deep() -> ValueError:
    return ValueError(f"it is nested more than {DEEPEST} levels deep")


def _require_shallow(value: Any) -> None:
    level = [value] if type(value) in _CONTAINERS else []
    for _ in range(DEEPEST):
        insides = (outer.values() if type(outer) is dict else outer for outer in level)
        level = [inner for inside in insides for inner in inside if type(inner) in _CONTAINERS]
        if not level:
            return
    raise _too_deep()


_CONTAINERS = frozenset((dict, list))


def _each_key_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise ValueError(f"the key {twice[:60]!r} stands twice")
    return found


def _no_word(word: str) -> NoReturn:
    raise ValueError(f"{word} is not a JSON number")


def _finite(digits: str) -> float:
    number = float(digits)
    if number - number != 0.0:
        raise ValueError(f"the number {digits[:60]} is too large")
    return number


def _whole(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:
        raise ValueError(f"a number has {len(digits)} digits") from None


_decode = json.JSONDecoder(
    object_pairs_hook=_each_key_once, parse_constant=_no_word, parse_float=_finite, parse_int=_whole
).decode
