"""What a person at a terminal sees; plain lines where there is no terminal."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.table import Column, Table
from rich.text import Text

from gp_lib import redaction
from gp_lib.runner.batch import Batch
from gp_lib.runner.board import Board
from gp_lib.runner.cases import Case
from gp_lib.runner.colours import COLOURS
from gp_lib.runner.entry import Entry
from gp_lib.runner.report.text import LONGEST, line
from gp_lib.runner.screen import Screen
from gp_lib.runner.terminal import fit
from gp_lib.services.status import ServiceStatus
from gp_lib.verdict import Check, Ruling, Verdict


class Console:
    """Says what is going on: a live board in a terminal, a line a step elsewhere.

    A ``quiet`` one says only what is not green, and the end.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._out = Screen()
        self._quiet = quiet
        self._board = Board(self._out)

    def service(self, service: str, phase: str) -> None:
        """A service of the stack has reached a phase."""
        if not self._quiet:
            self._out.print(Text(f"  {service:10} {phase}", style="dim"))

    @contextmanager
    def watching(self, batch: Batch) -> Iterator["Console"]:
        """The progress of a batch, for the time of the block."""
        self._board.expect(batch)
        if self._out.is_terminal and not self._quiet:
            with self._board.live():
                yield self
        else:
            yield self

    def started(self, case: Case) -> None:
        """A case is being run."""
        self._board.started(case)
        if not (self._quiet or self._out.is_terminal):
            self._out.print(f"running {case.name}")

    def cell(self, case: Case, role: str, state: str) -> None:
        """A cell of its notebook has reached a state."""
        self._board.cell(case, role)

    def done(self, entry: Entry) -> None:
        """A case has its entry; one that is not green says at once how to look into it."""
        self._board.done(entry)
        if self._quiet and entry.ruling is Ruling.PASS:
            return
        said = Text(f"{entry.ruling.value:8}", style=f"bold {COLOURS[entry.ruling]}")
        said.append(f"{entry.name}  {entry.took_s:.1f} s  ", style="not bold default")
        self._out.print(said.append(_fit(entry), style="not bold default"))
        if entry.ruling is not Ruling.PASS and entry.took_s:
            how = f"        debug it: gpath debug {entry.folder.parent.name} {entry.name}"
            self._out.print(Text(how, style="dim"), soft_wrap=True)  # one line, to be copied

    def summary(self, batch: Batch) -> None:
        """The table of verdicts, and where the evidence is."""
        if not self._quiet:
            name = Column("scenario", overflow="fold")  # a name is never cut off: it is what one runs again
            table = Table("verdict", name, "found", "seconds", title=None, expand=False)
            for entry in batch.entries:
                ruling = Text(entry.ruling.value, style=f"bold {COLOURS[entry.ruling]}")
                table.add_row(ruling, entry.name, _fit(entry), f"{entry.took_s:.1f}")
            self._out.print(table)
        else:
            passed = sum(entry.ruling is Ruling.PASS for entry in batch.entries)
            self._out.print(f"{passed} of {len(batch.entries)} passed")
        self._out.print(Text(f"evidence: runs/{batch.folder.name} (index.html, junit.xml, one folder a scenario)"))

    def status(self, services: Sequence[ServiceStatus]) -> None:
        """A table of the stack's services."""
        table = Table("service", "state", "pid", "port", "up for", "memory", "version")
        for service in services:
            up_for = "" if service.uptime_s is None else f"{service.uptime_s:.0f} s"
            memory = "" if service.memory_bytes is None else f"{service.memory_bytes / 2**20:.0f} MiB"
            pid = "" if service.pid is None else str(service.pid)
            state = f"{service.state} {service.ending}".rstrip()
            cells = (service.name, state, pid, str(service.port), up_for, memory, service.version)
            table.add_row(*cells)
        self._out.print(table)


def _fit(entry: Entry) -> str:
    """An entry's sentence, fit for a terminal and for the log of a CI."""
    return line(fit(entry.sentence), at_most=LONGEST)


def as_lines(verdict: Verdict) -> list[str]:
    """A verdict with a line a check; further lines of what one found are set in, so that none is taken for another."""
    width = max((len(fit(check.name)) for check in verdict.checks), default=0)
    rows = (_row(check, width) for check in verdict.checks)
    return [f"verdict: {verdict.ruling.value}", *(line for row in rows for line in row)]


def _row(check: Check, width: int) -> list[str]:
    first, *more = redaction.clean(check.message).split("\n")
    figure = f"{fit(check.figure):>12}"
    return [
        f"{check.verdict.value:8}{fit(check.name):{width}}  {figure}  {first}".rstrip(),
        *(f"    {one}" for one in more),
    ]
