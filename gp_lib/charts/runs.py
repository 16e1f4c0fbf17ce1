"""Charts of what became of questions and tool calls."""

from gp_lib import contract
from gp_lib.charts.drawing import Chart, bands, canvas, drawn, label_rows, legend
from gp_lib.dialects import fields
from gp_lib.history import Event, Fault, History, Operation

ENDINGS = {"completed": "#1a7f37", "partial": "#bf8700", "error": "#cf222e", "not said": "#8250df", "no end": "#8c959f"}
"""How a question can end, with the colour that shows it."""


def answers(history: History) -> Chart:
    """Every question as a bar from asking to its run's end, coloured by how it ended, with the faults as bands."""
    asked = [o for _, o in history.indexed(Operation) if o.action == "asks"]
    last = _last_words(history)
    figure, axes = canvas(len(asked), "how each question ended, and how long it took")
    endings = []
    for row, question in enumerate(asked):
        event = last.get((question.actor, question.detail.get("run_id")))
        ended_s = event.received_s if event else question.ended_s
        endings.append("no end" if event is None else _ending(event))
        colour = ENDINGS[endings[-1]]
        axes.barh(row, max(ended_s - question.started_s, 0.01), left=question.started_s, color=colour, zorder=2)
    for ending, colour in ENDINGS.items():
        if ending in endings:
            axes.scatter([], [], marker="s", color=colour, label=ending)
    faults = [fault for _, fault in history.indexed(Fault)]
    bands(axes, [(fault.started_s, fault.healed_s, fault.name) for fault in faults], "#cf222e")
    label_rows(axes, [question.actor for question in asked])
    axes.set_xlim(left=0.0)
    axes.set_xlabel("seconds since the act began")
    legend(figure, axes, "outside lower center", columns=len(ENDINGS))
    says = ", ".join(f"{endings.count(ending)} {ending}" for ending in ENDINGS if ending in endings)
    return drawn("answers", f"{len(asked)} questions: {says or 'none'}", figure)


def _ending(last: Event) -> str:
    status = fields.identity(last.payload.get("status"))
    if last.type == contract.AGENT_ERROR:
        return "error"
    return status if status in ("completed", "partial") else "not said"


def _last_words(history: History) -> dict[tuple[str, str | None], Event]:
    """The terminal event of each run, said by its root agent, by receiver and run."""
    events = [event for _, event in history.indexed(Event)]
    started = [event for event in reversed(events) if event.type == contract.AGENT_STARTED]
    roots = {(event.actor, event.run_id): event.agent_name for event in started}
    ends = [event for event in events if event.type in contract.TERMINAL_EVENTS]
    return {(e.actor, e.run_id): e for e in ends if roots.get((e.actor, e.run_id)) == e.agent_name}


def tool_calls(history: History) -> Chart:
    """Every tool call as a bar from ``tool_executing`` to ``tool_completed``; overlapping bars ran in parallel."""
    calls = [e for _, e in history.indexed(Event) if e.type == contract.TOOL_EXECUTING]
    ends = {_call(e): e for _, e in history.indexed(Event) if e.type == contract.TOOL_COMPLETED}
    figure, axes = canvas(len(calls), "tool calls: green succeeded, red failed, grey never completed")
    labels = [
        f"{call.actor} {fields.identity(call.payload.get('tool_name')) or '(a tool without a name)'}" for call in calls
    ]
    for row, call in enumerate(calls):
        end = ends.get(_call(call))
        width = (end.received_s if end else call.received_s + 0.05) - call.received_s
        colour = "#8c959f" if end is None else "#1a7f37" if end.payload.get("status") == "ok" else "#cf222e"
        axes.barh(row, max(width, 0.002), left=call.received_s, color=colour)
    label_rows(axes, labels)
    axes.set_xlabel("seconds since the act began")
    return drawn("tool_calls", f"{len(calls)} tool calls", figure)


def _call(event: Event) -> tuple[str, str | None, str]:
    """What tells one call from every other: a call id is unique only within its run."""
    return event.actor, event.run_id, fields.identity(event.payload.get("call_id")) or ""
