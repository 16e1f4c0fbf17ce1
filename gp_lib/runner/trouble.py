"""What goes wrong in the workbench itself: a sentence for the reader, and the traceback in a file of the evidence."""

import os
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import gp_lib
from gp_lib import evidence, redaction
from gp_lib.errors import WorkbenchError
from gp_lib.runner.report.text import line, plain


def keep(error: BaseException, folder: Path) -> str:
    """Keep the traceback of an error that was not expected in ``folder``, which is made; a sentence that names it."""
    words = line(redaction.clean(without_folders(f"{type(error).__name__}: {error}", folder)))
    path = folder / evidence.TROUBLE
    try:
        folder.mkdir(exist_ok=True)
        before = path.read_text(encoding="utf-8") if path.exists() else ""
        told = plain(without_folders("".join(traceback.format_exception(error)), folder))
        evidence.write_whole(path, f"{before}{told}\n")
    except (OSError, ValueError, WorkbenchError):
        return f"{words} (there was no place for its traceback)"
    return f"{words} (its traceback: {folder.name}/{path.name})"


def without_folders(text: str, folder: Path) -> str:
    """``text`` without the folders of this machine, about which evidence tells nothing."""
    of_python = Path(gp_lib.__file__).parents[1], Path(sys.prefix), Path(sys.base_prefix), Path.home()
    for place in (*list(folder.parents)[:3], *of_python):
        text = text.replace(f"{place}{os.sep}", "")
    return text


@dataclass(slots=True)
class Troubles:
    """What went wrong beside the verdicts of a batch in ``folder``; it changes none of them, and is told at the end."""

    folder: Path
    sentences: list[str] = field(default_factory=list)

    def note(self, what: str, error: BaseException) -> None:
        """Note that ``what`` has failed."""
        self.sentences.append(f"{what}: {keep(error, self.folder)}")

    @contextmanager
    def beside(self, what: str) -> Iterator[None]:
        """Something that decides no verdict; when it fails, that is noted and the batch goes on."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - whatever it is, it is kept, and told at the end
            self.note(what, error)


class Voice:
    """Calls what shows how a batch goes on. Once that has failed it is silent; the batch is not."""

    def __init__(self, troubles: Troubles) -> None:
        self._troubles, self._silent = troubles, False

    def say(self, words: Callable[..., None], *about: Any) -> None:
        """Call ``words``, unless an earlier call failed."""
        if self._silent:
            return
        try:
            words(*about)
        except (Exception, SystemExit) as error:  # noqa: BLE001 - no picture of a batch may end it
            self._silent = True
            self._troubles.note("its progress could not be shown any more", error)
