"""Standard streams that never decide how a command ends: closed, full or gone, they are written into nothing."""

import errno
import io
import os
import sys
from collections.abc import Callable
from typing import Any, TextIO

from gp_lib.runner.report.text import plain

STDIN, STDOUT, STDERR = 0, 1, 2

Lost = Callable[[OSError], None]


class Stream(io.TextIOWrapper):
    """A text stream on a file descriptor. What cannot be written is dropped, and so is everything after it.

    ``lost`` hears once why, unless the reader has just gone (``gpath run | head -1``).
    """

    def __init__(self, buffer: Any, encoding: str, lost: Lost) -> None:
        super().__init__(buffer, encoding=encoding, errors="replace", write_through=True)
        self._lost = lost

    def write(self, text: str) -> int:
        """Write a text; how long it is, also when it was dropped."""
        try:
            return super().write(text)
        except OSError as error:
            self._let_go(error)
            return len(text)

    def flush(self) -> None:
        """Write what waits to be written."""
        try:
            super().flush()
        except OSError as error:
            self._let_go(error)
            super().flush()

    def _let_go(self, error: OSError) -> None:
        with open(os.devnull, "wb") as nowhere:
            os.dup2(nowhere.fileno(), self.fileno())
        if error.errno != errno.EPIPE:
            self._lost(error)


class CleanStream(Stream):
    """What everybody prints to, libraries too: no terminal code passes. ``styled`` is for our own colours."""

    def __init__(self, buffer: Any, encoding: str, lost: Lost) -> None:
        super().__init__(buffer, encoding, lost)
        self.styled = Stream(buffer, encoding, lost)

    def write(self, text: str) -> int:
        """Write a text without what is a command to a terminal."""
        super().write(plain(text, at_most=len(text)))
        return len(text)


def keep_streams() -> None:
    """Make the standard streams of this process ones that never fail; for the beginning of a command.

    A descriptor that is closed is opened on nothing, lest the next file that is opened gets its number, and with it
    whatever is printed.
    """
    for number in (STDIN, STDOUT, STDERR):
        _open_if_closed(number)
    sys.stderr = _clean(STDERR, sys.stderr, lambda error: None)
    sys.stdout = _clean(STDOUT, sys.stdout, _say_that_it_is_lost)


def _open_if_closed(number: int) -> None:
    try:
        os.fstat(number)
    except OSError:
        nowhere = os.open(os.devnull, os.O_RDWR)
        if nowhere != number:
            os.dup2(nowhere, number)
            os.close(nowhere)
        os.set_inheritable(number, True)


def _clean(number: int, before: TextIO | None, lost: Lost) -> CleanStream:
    encoding = "utf-8" if before is None else before.encoding
    return CleanStream(open(number, "wb", closefd=False), encoding, lost)


def _say_that_it_is_lost(error: OSError) -> None:
    sys.stderr.write(f"gpath: its output could not be written ({error.strerror}); the rest of it is dropped\n")
    sys.stderr.flush()
