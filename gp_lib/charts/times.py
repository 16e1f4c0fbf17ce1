"""Charts of how long something took or how old it was."""

from collections.abc import Collection, Sequence

import pandas as pd

from gp_lib.charts.drawing import COLOURS, Chart, age_s, canvas, drawn, label_rows, legend
from gp_lib.history import Event, History, Operation, Reading


def event_ages(history: History, *, limit_s: float, actors: Collection[str] | None = None) -> Chart:
    """How old each event was when it arrived, one dot an event and one row a type; the line is the limit."""
    events = [e for _, e in history.indexed(Event) if e.type in COLOURS and (actors is None or e.actor in actors)]
    ages = [(event, age) for event in events if (age := age_s(history, event)) is not None]
    kinds = [kind for kind in COLOURS if any(event.type == kind for event, _ in ages)]
    figure, axes = canvas(len(kinds), "seconds from being made to being received, one dot an event (logarithmic)")
    for row, kind in enumerate(kinds):
        dots = [max(age, 0.001) for event, age in ages if event.type == kind]
        axes.scatter(dots, [row] * len(dots), s=12, color=COLOURS[kind], alpha=0.5)
    axes.axvline(limit_s, color="#cf222e", linewidth=1)
    axes.set_xscale("log")
    label_rows(axes, kinds)
    axes.set_xlabel("seconds")
    oldest = max((age for _, age in ages), default=0.0)
    return drawn("event_ages", f"{len(ages)} events, the oldest {oldest:.3f} s old; the limit is {limit_s} s", figure)


def commit_to_delivery(history: History) -> Chart:
    """How long after its commit, as the database noted it, each event was received, by actor, in milliseconds."""
    times = {
        row["event_id"]: row["committed_us"] / 1e6 - history.began.timestamp()
        for _, reading in history.indexed(Reading)
        if reading.question == "commit_times"
        for row in reading.answer
        if row["committed_us"] is not None
    }
    waits: dict[str, list[float]] = {}
    for _, event in history.indexed(Event):
        if event.event_id in times:
            waits.setdefault(event.actor, []).append((event.received_s - times[event.event_id]) * 1000)
    figure, axes = canvas(len(waits), "milliseconds from commit to receipt, one dot an event (logarithmic)")
    for row, milliseconds in enumerate(waits.values()):
        axes.scatter([max(value, 0.1) for value in milliseconds], [row] * len(milliseconds), s=14, color="#0969da")
    axes.set_xscale("log")
    label_rows(axes, list(waits))
    axes.set_xlabel("milliseconds")
    return drawn("commit_to_delivery", f"commit to receipt of {sum(map(len, waits.values()))} events", figure)


def latencies(history: History, *, limit_ms: float) -> Chart:
    """How old events were at their receipt, by the server's clock, and where the limit for their mean is."""
    ages = [age * 1000 for _, e in history.indexed(Event) if e.run_id and (age := age_s(history, e)) is not None]
    return distribution("latencies", ages, what="ages of events at their receipt", limit_ms=limit_ms)


def distribution(name: str, values: Sequence[float], *, what: str, limit_ms: float) -> Chart:
    """How many took how long, with the mean and the 95th and 99th percentiles marked and said in words."""
    taken = pd.Series(values, dtype=float).clip(lower=0.1)
    figure, axes = canvas(8, what)
    tail = {"p95": float(taken.quantile(0.95)), "p99": float(taken.quantile(0.99))}
    figures = {"mean": float(taken.mean()), **tail} if len(taken) else {}
    axes.hist(taken, bins=[10 ** (exponent / 12) for exponent in range(-12, 49)], color="#0969da", alpha=0.6)
    for colour, (label, value) in zip(("#0a3069", "#8250df", "#bf8700"), figures.items(), strict=False):
        axes.axvline(value, color=colour, label=f"{label} {value:.1f} ms")
    axes.axvline(limit_ms, color="#cf222e", linestyle="--", label=f"limit {limit_ms:g} ms")
    axes.set_xscale("log")
    axes.set_xlabel("milliseconds (logarithmic)")
    axes.set_ylabel("count")
    legend(figure, axes, "outside lower center", columns=4)
    said = ", ".join(f"{label} {value:.1f} ms" for label, value in figures.items())
    return drawn(name, f"{len(taken)} {what}" + (f": {said}" if said else ""), figure)


def connect_times(history: History, *, limit_ms: float) -> Chart:
    """How long each person waited for the welcome, visit by visit, in milliseconds, beside the limit."""
    visits = [act for _, act in history.indexed(Operation) if act.action == "connects" and act.outcome == "ok"]
    names = list(dict.fromkeys(act.actor for act in visits))
    figure, axes = canvas(len(names), "milliseconds from the handshake to the welcome; the dashed line is the limit")
    for way, colour in {"header": "#0969da", "subprotocol": "#bf8700"}.items():
        mine = [act for act in visits if act.detail.get("by") == way]
        waits = [(act.ended_s - act.started_s) * 1000 for act in mine]
        axes.scatter(waits, [names.index(act.actor) for act in mine], s=24, color=colour, label=f"token by {way}")
    axes.axvline(limit_ms, color="#cf222e", linewidth=1, linestyle="--")
    axes.set_xlim(left=0)
    label_rows(axes, names)
    axes.set_xlabel("milliseconds")
    legend(figure, axes, "outside lower center", columns=2)
    return drawn("connect_times", f"{len(visits)} visits of {len(names)} people", figure)
