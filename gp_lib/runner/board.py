"""The live board of a batch in a terminal: what is being run, how far it is, and the last thing it saw."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from rich.console import Group, RenderableType
from rich.live import Live
from rich.spinner import Spinner
from rich.table import Table
from rich.text import Text

from gp_lib import evidence, strict_json
from gp_lib.clock import monotonic_s
from gp_lib.runner.batch import Batch
from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry
from gp_lib.runner.report.summary import counts
from gp_lib.runner.report.text import line
from gp_lib.runner.screen import Screen

PER_SECOND = 4
LAST_BYTES = 64_000
LONGEST = 80
WORDS = {
    "operation": ("actor", "action"),
    "event": ("actor", "type"),
    "reading": ("store", "question"),
    "fault": ("name", "target"),
}
"""What the board says of a record of each kind."""


@dataclass(slots=True)
class _Running:
    began_s: float = field(default_factory=monotonic_s)
    role: str = "starts"


class Board:
    """The board; it only draws while it is ``live``."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._spinner = Spinner("dots")
        self._running: dict[str, _Running] = {}
        self._done: list[Entry] = []
        self._of = 0
        self._folder = Path()

    def expect(self, batch: Batch) -> None:
        """What is to be run."""
        self._folder, self._of, self._done = batch.folder, len(batch.plan.cases), list(batch.entries)

    @contextmanager
    def live(self) -> Iterator[None]:
        """Draw for the time of the block, below what is printed meanwhile."""
        with Live(console=self._screen, get_renderable=self._draw, refresh_per_second=PER_SECOND, transient=True):
            yield

    def started(self, case: Case) -> None:
        """A case is being run."""
        self._running[case.name] = _Running()

    def cell(self, case: Case, role: str) -> None:
        """The cell that its notebook is at."""
        self._running[case.name].role = role

    def done(self, entry: Entry) -> None:
        """A case has its entry."""
        self._running.pop(entry.name, None)
        self._done.append(entry)

    def _draw(self) -> RenderableType:
        table = Table.grid(padding=(0, 2))
        for name, running in list(self._running.items()):  # it is drawn while others change it
            elapsed = f"{monotonic_s() - running.began_s:.0f} s"
            seen = Text(
                last_seen(self._folder / name / evidence.HISTORY), style="dim", overflow="ellipsis", no_wrap=True
            )
            table.add_row(self._spinner, name, running.role, elapsed, seen)
        found = ", ".join(f"{count} {ruling}" for ruling, count in counts(self._done).items() if count)
        shown = [table] if self._running else []
        return Group(*shown, Text(f"{len(self._done)} of {self._of} done{': ' if found else ''}{found}", style="dim"))


def last_seen(history: Path) -> str:
    """What happened last, by the last whole line of a history, fit for a terminal; empty when nothing is known."""
    with suppress(OSError, ValueError, LookupError, TypeError, RecursionError):  # it may be damaged
        with history.open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - LAST_BYTES))
            record = strict_json.parse(file.read().split(b"\n")[-2])
        return line(" ".join(str(record[name]) for name in WORDS[record["kind"]]), at_most=LONGEST)
    return ""
