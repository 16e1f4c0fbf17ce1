"""Charts of the database: its sessions, what it shows to whom, and how soon it serves again."""

from gp_lib.charts.drawing import Chart, bands, canvas, drawn, label_rows, legend
from gp_lib.history import Fault, History, Operation, Reading


def sessions(history: History, *, limit: int) -> Chart:
    """How many sessions the platform had on the database server, and how many were busy; questions as bands."""
    figure, axes = canvas(6, "sessions of the platform on the database server")
    counts = [(reading.asked_s, reading.answer[0]) for _, reading in history.indexed(Reading) if _counts(reading)]
    for name, colour in (("open", "#0969da"), ("busy", "#bf8700")):
        axes.step(
            [at_s for at_s, _ in counts], [count[name] for _, count in counts], where="post", c=colour, label=name
        )
    axes.axhline(limit, color="#cf222e", linewidth=1, linestyle="--", label="limit of the pool")
    axes.set_ylim(0, max([limit, *(count["open"] for _, count in counts)]) + 1)
    bands(axes, _phases(history), "#57606a")
    axes.set_xlabel("seconds since the act began")
    legend(figure, axes, "outside right center")
    most = max((count["open"] for _, count in counts), default=0)
    return drawn("sessions", f"{len(counts)} counts of sessions, at most {most} with a limit of {limit}", figure)


def _counts(reading: Reading) -> bool:
    return reading.question == "sessions" and bool(reading.answer)


def _phases(history: History) -> list[tuple[float, float, str]]:
    """From the first to the last of what people did of each kind."""
    names = {"asks": "people ask", "submits": "requests fail"}
    spans: dict[str, list[Operation]] = {}
    for _, operation in history.indexed(Operation):
        if operation.action in names:
            spans.setdefault(operation.action, []).append(operation)
    return [(min(o.started_s for o in done), max(o.ended_s for o in done), names[a]) for a, done in spans.items()]


def visible_rows(history: History) -> Chart:
    """Tables by users: how many rows each sees, and of how many other people. Red is a row of somebody else."""
    looks = {r.subject: r.answer for _, r in history.indexed(Reading) if r.question == "visible_rows"}
    tables = list(dict.fromkeys(table for answer in looks.values() for table in answer))
    figure, axes = canvas(len(tables), "rows that the database shows to each user, as the platform's own role")
    foreign = 0
    for column, (subject, answer) in enumerate(looks.items()):
        for row, table in enumerate(tables):
            own = sum(each["rows"] for each in answer.get(table, ()) if each["owner"] == subject)
            others = sum(each["rows"] for each in answer.get(table, ())) - own
            foreign += others
            colour = "#ffcecb" if others else "#aceebb" if own else "#eaeef2"
            axes.barh(row, 0.96, left=column - 0.48, height=0.9, color=colour)
            text = f"{own} own, {others} foreign" if others else f"{own} own" if own else "nothing"
            axes.text(column, row, text, ha="center", va="center", fontsize=8)
    axes.set_xticks(range(len(looks)), [subject.rsplit("-", 1)[0] or "no user named" for subject in looks])
    axes.grid(visible=False)
    label_rows(axes, tables)
    return drawn("visible_rows", f"{len(tables)} tables by {len(looks)} users: {foreign} foreign rows", figure)


def recovery_times(history: History, *, actor: str) -> Chart:
    """After each disturbance: how long until the next request of ``actor`` was served, in milliseconds."""
    reads = [o for _, o in history.indexed(Operation) if (o.actor, o.action, o.outcome) == (actor, "reads", "ok")]
    faults = [fault for _, fault in history.indexed(Fault) if fault.name != "restart"]
    figure, axes = canvas(len(faults), f"from the end of each disturbance until {actor} was served")
    for row, fault in enumerate(faults):
        waits = [read.ended_s - fault.healed_s for read in reads if read.started_s >= fault.healed_s]
        words = f" {min(waits) * 1000:.0f} ms" if waits else " never"
        axes.barh(row, min(waits, default=0.0) * 1000, color="#0969da")
        axes.text(min(waits, default=0.0) * 1000, row, words, va="center", fontsize=8)
    axes.margins(x=0.1)  # room for the figure behind the longest bar
    label_rows(axes, [f"{fault.name} ({len(fault.struck_s)} struck)" for fault in faults])
    axes.set_xlabel("milliseconds")
    return drawn("recovery_times", f"recovery after {len(faults)} disturbances", figure)
