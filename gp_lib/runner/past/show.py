"""The answers of the history, for people at a terminal of 80 columns and for machines."""

import sys
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import rich.box
import rich.console
from rich.table import Column, Table
from rich.text import Text

from gp_lib import redaction
from gp_lib.runner.colours import COLOURS
from gp_lib.verdict import Ruling

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_WORDS = 60
"""Characters of what a run found; its report has the rest."""

TREND = 16
"""The last values that a trend shows, one block each."""

Answer = dict[str, Any]


def as_json(answer: Answer) -> str:
    """The answer for machines; times in ISO 8601, UTC."""
    return redaction.as_json(answer, indent=1, default=_iso)


def _iso(value: object) -> str:
    return f"{value.isoformat()}+00:00" if isinstance(value, datetime) else str(value)


def sparkline(values: Sequence[float]) -> str:
    """A block a value, between the lowest and the highest; all in the middle when they are the same."""
    shown = values[-TREND:]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    if low == high:
        return BLOCKS[3] * len(shown)
    return "".join(BLOCKS[round((value - low) / (high - low) * (len(BLOCKS) - 1))] for value in shown)


def console() -> rich.console.Console:
    """Where answers are shown."""
    return rich.console.Console(file=sys.stdout, highlight=False)


def show_overview(answer: Answer) -> None:
    """One row a scenario."""
    out = console()
    table = Table(
        "last",
        Column("scenario", overflow="fold"),
        *_numbers("passes", "flips", "median", "took"),
        "",
        box=rich.box.SIMPLE,
    )
    for row in answer["scenarios"]:
        counts = (f"{row['passes']} of {row['runs']}", str(row["flips"]))
        took = (f"{row['median_s']:.1f} s", f"{row['last_s']:.1f} s")
        table.add_row(_verdict(row["verdict"]), Text(row["scenario"]), *counts, *took, "flaky" if row["flaky"] else "")
    if answer["scenarios"]:
        out.print(table)
    out.print(f"{answer['batches']} batches; passes and flips of the last {answer['last']} runs of each scenario")
    for damaged in answer["damaged"]:
        out.print(Text(f"{damaged['batch']} cannot be read: {damaged['problem']}"))


def show_scenario(answer: Answer) -> None:
    """The runs of one scenario and its figures."""
    out = console()
    out.print(Text(answer["scenario"] + ("  flaky: same commit and parameters, different verdicts" * answer["flaky"])))
    out.print(_runs(answer["runs"]))
    if answer["figures"]:
        out.print(_figures(answer["figures"]))


def _runs(runs: Sequence[Answer]) -> Table:
    table = Table(
        "verdict",
        Column("batch", no_wrap=True),
        *_numbers("took"),
        "commit",
        Column("found", overflow="fold"),
        box=rich.box.SIMPLE,
    )
    for run in runs:
        verdict = _verdict(run["verdict"]).append(" flip" if run["flipped"] else "", style="bold")
        found = run["failing"] or run["found"]
        table.add_row(
            verdict,
            Text(run["batch"]),
            f"{run['took_s']:.1f} s",
            Text(_short(run["commit"])),
            Text(found[:MOST_WORDS] if run["verdict"] != "pass" else ""),
        )
    return table


def _short(commit: str) -> str:
    whole, dirty, _ = commit.partition("-dirty")
    return whole[:7] + ("+" if dirty else "")


def _figures(figures: Sequence[Answer]) -> Table:
    heads = _numbers("last", "min", "median", "limit")
    table = Table(Column("figure", overflow="fold"), *heads, "unit", Column("trend", no_wrap=True), box=rich.box.SIMPLE)
    for row in figures:
        numbers = (row["last"], row["least"], row["median"], row["limit"])
        cells = ("" if number is None else f"{number:.4g}" for number in numbers)
        name = Text(row["name"], style=COLOURS[Ruling(row["verdict"])])
        table.add_row(name, *cells, Text(row["unit"]), sparkline(row["trend"]))
    return table


def _numbers(*heads: str) -> list[Column]:
    return [Column(head, justify="right") for head in heads]


def _verdict(verdict: str) -> Text:
    return Text(verdict, style=f"bold {COLOURS[Ruling(verdict)]}")
