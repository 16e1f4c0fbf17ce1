"""The answers of the history, for people at a terminal of 80 columns and for machines."""

from collections.abc import Sequence
from typing import Any

import rich.box
from rich.table import Column, Table
from rich.text import Text

from gp_lib.runner.colours import COLOURS
from gp_lib.runner.report.text import cells
from gp_lib.runner.screen import Screen
from gp_lib.verdict import Ruling

BLOCKS = "▁▂▃▄▅▆▇█"
MOST_WORDS = 60
"""Characters of what a run found; its report has the rest."""

TREND = 16
"""The last values that a trend shows, one block each."""

Answer = dict[str, Any]


def sparkline(values: Sequence[float]) -> str:
    """A block a value, between the lowest and the highest; all in the middle when they are the same."""
    shown = values[-TREND:]
    if not shown:
        return ""
    low, high = min(shown), max(shown)
    if low == high:
        return BLOCKS[3] * len(shown)
    return "".join(BLOCKS[round((value - low) / (high - low) * (len(BLOCKS) - 1))] for value in shown)


def show_overview(answer: Answer) -> None:
    """One row a scenario."""
    out = Screen(soft_wrap=False)
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
        notes = " ".join([*["flaky"] * row["flaky"], *["elsewhere"] * bool(row["elsewhere"])])
        table.add_row(_verdict(row["verdict"]), row["scenario"], *counts, *took, notes)
    if answer["scenarios"]:
        out.print(table)
    out.print(f"{answer['batches']} batches; passes and flips of the last {answer['last']} runs of each scenario")
    for damaged in answer["damaged"]:
        out.print(f"{damaged['batch']}: {damaged['problem']}")


def show_scenario(answer: Answer) -> None:
    """The runs of one scenario and its figures."""
    out = Screen(soft_wrap=False)
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
        found = run["failing"] or run["found"] if run["verdict"] != "pass" else ""
        elsewhere = f"from elsewhere, {run['elsewhere']}" if run["elsewhere"] else ""
        table.add_row(
            verdict,
            run["batch"],
            f"{run['took_s']:.1f} s",
            _short(run["commit"]),
            "; ".join(filter(None, [elsewhere, found[:MOST_WORDS]])),
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
        shown = ("" if number is None else f"{number:.4g}" for number in numbers)
        name = Text(cells(row["name"]), style=COLOURS[Ruling(row["verdict"])])
        table.add_row(name, *shown, row["unit"], sparkline(row["trend"]))
    return table


def _numbers(*heads: str) -> list[Column]:
    return [Column(head, justify="right") for head in heads]


def _verdict(verdict: str) -> Text:
    return Text(verdict, style=f"bold {COLOURS[Ruling(verdict)]}")
