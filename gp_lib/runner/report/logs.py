"""The services' logs, cut to the time in which a scenario acted."""

import re
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from gp_lib import evidence
from gp_lib.clock import utc_now
from gp_lib.history import History
from gp_lib.runner.report import text

MARGIN = timedelta(seconds=1)
"""What a service wrote this long before and after the act belongs to it too."""

MOST_LINES = 120
LONGEST_LINE = 400
_STAMPS: tuple[tuple[re.Pattern[str], Callable[[str], datetime]], ...] = (
    (re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3})( UTC)?"), datetime.fromisoformat),
    (
        re.compile(r"^\d+:\w (\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3})()"),
        lambda stamp: datetime.strptime(stamp, "%d %b %Y %H:%M:%S.%f"),
    ),
)
"""How the services write the time: Python's logging and PostgreSQL, Valkey."""


Span = tuple[datetime, datetime]
DatedLine = tuple[datetime | None, str]


@dataclass(frozen=True)
class CutLog:
    """What one service wrote in the time of a run; ``left_out`` lines of it are not shown."""

    service: str
    lines: tuple[str, ...]
    left_out: int


@dataclass(frozen=True, slots=True)
class _Log:
    service: str
    lines: tuple[DatedLine, ...]


def window(history: History) -> Span:
    """When a scenario acted, with a margin."""
    ended_s = max((max(record.at_s, getattr(record, "ended_s", 0.0)) for record in history), default=0.0)
    return history.wall(0.0) - MARGIN, history.wall(ended_s) + MARGIN


class Logs:
    """The logs that a batch kept. Each is read once, however many scenarios' times are cut from it."""

    def __init__(self, batch: Path) -> None:
        self._batch = batch
        self._read: dict[tuple[str, float], list[_Log]] = {}

    def cut(self, services: str, during: Span, *, offset_s: float) -> list[CutLog]:
        """The logs in folder ``services`` of the batch, cut to ``during``; empty when it kept none.

        ``offset_s`` is how far the local time of the machine that wrote them was ahead of UTC.
        """
        if (key := (services, offset_s)) not in self._read:
            local = timezone(timedelta(seconds=offset_s))
            paths = sorted(path for path in (self._batch / services).glob("*.log") if path.is_file())
            self._read[key] = [_Log(path.stem, tuple(_dated(path, local))) for path in paths]
        return [_cut(log, during) for log in self._read[key]]


def keep_logs(logs: Path, kept: Path, *, since: datetime | None) -> None:
    """Copy what services have written ``since`` then (``None``: ever) from ``logs`` into ``kept``, of a batch."""
    kept.mkdir(exist_ok=True)
    here = timezone(timedelta(seconds=time.localtime().tm_gmtoff))
    for path in sorted(logs.glob("*.log")):
        if since is None:
            content = path.read_text(encoding="utf-8", errors="replace")
        else:
            lines = _inside(_dated(path, here), (since - MARGIN, utc_now() + MARGIN))
            content = "".join(f"{line}\n" for line in lines)
        evidence.write_whole(kept / path.name, content)


def _cut(log: _Log, during: Span) -> CutLog:
    lines = list(_inside(log.lines, during))
    half = MOST_LINES // 2
    shown = lines if len(lines) <= MOST_LINES else [*lines[:half], "…", *lines[-half:]]
    return CutLog(log.service, tuple(text.plain(line, at_most=LONGEST_LINE) for line in shown), len(lines) - len(shown))


def _inside(lines: Iterable[DatedLine], during: Span) -> Iterator[str]:
    return (line for written, line in lines if written is not None and during[0] <= written <= during[1])


def _dated(path: Path, local: timezone) -> Iterator[DatedLine]:
    """The lines of a log, each with the time when it was written; one without a time has that of the one before it."""
    written: datetime | None = None
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            written = _written(line, local) or written
            yield written, line.rstrip("\n")


def _written(line: str, local: timezone) -> datetime | None:
    for pattern, read in _STAMPS:
        found = pattern.match(line)
        if found:
            try:
                at = read(found[1].replace(",", "."))
            except ValueError:
                return None
            return at.replace(tzinfo=UTC if found[2] else local)
    return None
