"""Charts of when what arrived, and in which order."""

from collections.abc import Collection, Sequence
from itertools import pairwise

from matplotlib.figure import Figure

from gp_lib.charts.drawing import COLOURS, Chart, bands, canvas, drawn, label_rows, legend
from gp_lib.history import Event, Fault, History, Operation


def timeline(history: History, *, actors: Collection[str] | None = None) -> Chart:
    """When each actor received which event, with the times at which a fault was in force as bands."""
    events = [e for _, e in history.indexed(Event) if e.type in COLOURS and (actors is None or e.actor in actors)]
    names = list(dict.fromkeys(event.actor for event in events))
    figure, axes = canvas(len(names), "what each actor received, and when")
    for kind, colour in COLOURS.items():
        seen = [event for event in events if event.type == kind]
        if seen:
            heights = [names.index(event.actor) for event in seen]
            axes.scatter([event.received_s for event in seen], heights, s=16, color=colour, label=kind, zorder=3)
    faults = [fault for _, fault in history.indexed(Fault)]
    bands(axes, [(fault.started_s, fault.healed_s, fault.name) for fault in faults], "#cf222e")
    label_rows(axes, names)
    axes.set_xlabel("seconds since the act began")
    legend(figure, axes, "outside lower center", columns=len(COLOURS))
    says = f"{len(events)} events received by {', '.join(names) or 'nobody'}; {len(faults)} faults"
    return drawn("timeline", says, figure)


def sequence(history: History, *, actors: Collection[str] | None = None) -> Chart:
    """``seq`` over time, one line a run and receiver: a straight climb is a story told in order."""
    figure, axes = canvas(5, "seq of each run, as it arrived")
    lines: dict[tuple[str, str], list[Event]] = {}
    for _, event in history.indexed(Event):
        if event.run_id and event.seq and (actors is None or event.actor in actors):
            lines.setdefault((event.actor, event.run_id), []).append(event)
    for (actor, run_id), told in lines.items():
        climb = [event.seq or 0 for event in told]
        axes.plot([e.received_s for e in told], climb, marker=".", markersize=3, label=f"{actor} {run_id[:6]}")
    pauses = [pause for _, pause in history.indexed(Operation) if pause.action == "reads nothing"]
    bands(axes, [(pause.started_s, pause.ended_s, f"{pause.actor} does not read") for pause in pauses], "#9a6700")
    axes.set_xlabel("seconds since the act began")
    axes.set_ylabel("seq")
    legend(figure, axes, "outside right center")
    return drawn("sequence", f"{len(lines)} stories, seq over time", figure)


def cuts(history: History, *, actors: Sequence[str]) -> Chart:
    """``seq`` over time of those who were cut off, one colour a connection.

    Shaded is the time from the last event before each cut to the first one after it.
    """
    figure = Figure(figsize=(9, 0.8 + 1.3 * len(actors)), layout="constrained")
    panels = figure.subplots(max(len(actors), 1), 1, sharex=True, squeeze=False)[:, 0]
    count = 0
    for axes, actor in zip(panels, actors, strict=False):
        told = [e for _, e in history.indexed(Event) if e.actor == actor and e.run_id and e.seq]
        tabs = [[e for e in told if e.connection == tab] for tab in dict.fromkeys(e.connection for e in told)]
        for tab in tabs:
            axes.plot([e.received_s for e in tab], [e.seq or 0 for e in tab], marker=".", markersize=4)
        for before, after in pairwise(tabs):
            axes.axvspan(before[-1].received_s, after[0].received_s, color="#cf222e", alpha=0.12, linewidth=0)
            count += 1
        axes.set_title(f"{actor}: seq as it arrived, a colour for each connection", loc="left", fontsize=9)
        axes.tick_params(labelsize=7)
    panels[-1].set_xlabel("seconds since the act began; shaded: cut off", fontsize=9)
    return drawn("cuts", f"{count} cuts of {', '.join(actors)}", figure)
