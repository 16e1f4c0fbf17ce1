"""Charts of what the platform said to PostgreSQL, as it was heard on the wire."""

from collections.abc import Sequence
from typing import Any

from gp_lib.charts.drawing import Chart, canvas, drawn
from gp_lib.charts.times import distribution
from gp_lib.history import History, Operation, Reading


def statement_times(history: History, *, limit_ms: float) -> Chart:
    """How long the platform's queries took on PostgreSQL's wire, and where the limit for them is."""
    heard = [reading for _, reading in history.indexed(Reading) if reading.question == "exchanges"]
    queries = [
        float(one["took_ms"])
        for reading in heard
        for one in (reading.answer if reading.store == "postgres" else ())
        if not one["begins"] and not one["ends"]
    ]
    return distribution("statement_times", queries, what="times of queries on the wire", limit_ms=limit_ms)


def statements_by_length(history: History) -> Chart:
    """How many statements the reader's own transactions had while one page of history was read, at each length."""
    heard = [
        one
        for _, reading in history.indexed(Reading)
        if (reading.store, reading.question) == ("postgres", "exchanges")
        for one in reading.answer
    ]
    points = sorted(
        (int(page.detail["messages"]), _said_for(page, heard))
        for _, page in history.indexed(Operation)
        if page.action == "reads a page" and "messages" in page.detail
    )
    figure, axes = canvas(6, "statements for one page of history")
    axes.plot([length for length, _ in points], [count for _, count in points], marker="o", color="#0969da")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("messages on the page")
    axes.set_ylabel("statements")
    said = ", ".join(f"{count} for {length} messages" for length, count in points)
    return drawn("statements_by_length", f"statements: {said or 'no page was read'}", figure)


def _said_for(page: Operation, heard: Sequence[dict[str, Any]]) -> int:
    """How many statements ran, from a beginning as the page's reader to the end of that transaction."""
    inside: set[int] = set()
    count = 0
    for one in heard:
        if page.started_s <= one["asked_s"] <= page.ended_s:
            if one["begins"] and one["user"] == page.detail.get("user_id"):
                inside.add(one["connection"])
            count += one["connection"] in inside
            if one["ends"]:
                inside.discard(one["connection"])
    return count
