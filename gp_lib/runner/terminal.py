"""The one way to a terminal, for every command: what others wrote is shown there, and never obeyed.

Names, messages, units and paths come from notebooks, platforms and other people's batches. Each text that is said is
one line without terminal codes, carriage returns or characters that turn the direction of writing, and without
secrets. A house test forbids another way.
"""

import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, TextIO

from gp_lib.runner.report.text import plain


def say(*lines: str) -> None:
    """Print each of ``lines`` as one line to stdout, whatever it holds."""
    _write(sys.stdout, lines)


def complain(*lines: str) -> None:
    """Print each of ``lines`` as one line to stderr."""
    _write(sys.stderr, lines)


def say_text(text: str) -> None:
    """Print a text of several lines that is not ours, such as the end of a log, as it is broken into lines."""
    say(*_clean(text).removesuffix("\n").split("\n"))


def say_block(text: str) -> None:
    """Print a text of which the first line is ours; the others are set in, and never taken for ours."""
    say(*_set_in(text))


def complain_of(error: object) -> None:
    """Print an error's sentence to stderr, as a block."""
    complain(*_set_in(f"gpath: {error}"))


def _set_in(text: str) -> list[str]:
    first, *more = _clean(text).split("\n")
    return [first, *(f"  {line}" for line in more)]


def say_json(value: Any, *, indent: int | None = None) -> None:
    """Print ``value`` to stdout for machines."""
    sys.stdout.write(as_json(value, indent=indent) + "\n")
    sys.stdout.flush()


def as_json(value: Any, *, indent: int | None = None) -> str:
    """``value`` as JSON by the standard, printable ASCII; times in ISO 8601, UTC; without ``indent`` one line."""
    from gp_lib import redaction

    return redaction.as_json(value, indent=indent, default=_for_json).replace("\x7f", "\\u007f")


def fit(text: str) -> str:
    """``text`` as one line that is shown as it is, however long."""
    cleaned = _clean(text)
    return plain(cleaned, at_most=len(cleaned)).replace("\n", " ")


def _clean(text: str) -> str:
    from gp_lib import redaction  # not at the top: its rules take longer to import than `gpath --help` should

    return redaction.clean(text)


def _write(stream: TextIO, lines: Iterable[str]) -> None:
    for line in lines:
        stream.write(f"{fit(line)}\n")
    stream.flush()


def _for_json(value: Any) -> Any:
    """What JSON has no type for, as something that it has one for."""
    match value:
        case datetime():
            return (value if value.tzinfo else value.replace(tzinfo=UTC)).isoformat()
        case Mapping():
            return dict(value)
    return str(value)
