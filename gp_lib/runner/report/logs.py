"""The services' logs, cut to the time in which a scenario acted."""

import re
import time
from collections.abc import Iterator
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
_STAMPS = (
    (re.compile(r"^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d[.,]\d{3})( UTC)?"), "%Y-%m-%d %H:%M:%S.%f"),
    (re.compile(r"^\d+:\w (\d\d \w{3} \d{4} \d\d:\d\d:\d\d\.\d{3})()"), "%d %b %Y %H:%M:%S.%f"),
)
"""How the services write the time: Python's logging and PostgreSQL, Valkey."""


@dataclass(frozen=True)
class CutLog:
    """What one service wrote in the time of a run; ``left_out`` lines of it are not shown."""

    service: str
    lines: tuple[str, ...]
    left_out: int


def window(history: History) -> tuple[datetime, datetime]:
    """When a scenario acted, with a margin."""
    ended_s = max((max(record.at_s, getattr(record, "ended_s", 0.0)) for record in history), default=0.0)
    return history.wall(0.0) - MARGIN, history.wall(ended_s) + MARGIN


def cut_logs(logs: Path, during: tuple[datetime, datetime], *, offset_s: float) -> list[CutLog]:
    """The logs kept in folder ``logs`` of a batch, cut to ``during``; empty when it kept none.

    ``offset_s`` is how far the local time of the machine that wrote them was ahead of UTC.
    """
    local = timezone(timedelta(seconds=offset_s))
    return [_cut(path, during, local) for path in sorted(logs.glob("*.log"))]


def keep_logs(logs: Path, kept: Path, *, since: datetime | None) -> None:
    """Copy what services have written ``since`` then (``None``: ever) from ``logs`` into ``kept``, of a batch."""
    kept.mkdir(exist_ok=True)
    here = timezone(timedelta(seconds=time.localtime().tm_gmtoff))
    for path in sorted(logs.glob("*.log")):
        if since is None:
            content = path.read_text(encoding="utf-8", errors="replace")
        else:
            content = "".join(f"{line}\n" for line in lines_during(path, (since - MARGIN, utc_now() + MARGIN), here))
        evidence.write_whole(kept / path.name, content)


def _cut(path: Path, during: tuple[datetime, datetime], local: timezone) -> CutLog:
    lines = list(lines_during(path, during, local))
    half = MOST_LINES // 2
    shown = lines if len(lines) <= MOST_LINES else [*lines[:half], "…", *lines[-half:]]
    return CutLog(path.stem, tuple(text.plain(line, at_most=LONGEST_LINE) for line in shown), len(lines) - len(shown))


def lines_during(path: Path, during: tuple[datetime, datetime], local: timezone) -> Iterator[str]:
    """The lines of a log that were written in a span of time; one without a time goes with the one before it."""
    inside = False
    with path.open(encoding="utf-8", errors="replace") as file:
        for line in file:
            written = _written(line, local)
            if written is not None:
                inside = during[0] <= written <= during[1]
            if inside:
                yield line.rstrip("\n")


def _written(line: str, local: timezone) -> datetime | None:
    for pattern, form in _STAMPS:
        found = pattern.match(line)
        if found:
            try:
                at = datetime.strptime(found[1].replace(",", "."), form)
            except ValueError:
                return None
            return at.replace(tzinfo=UTC if found[2] else local)
    return None
