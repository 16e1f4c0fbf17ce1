"""Charts that hold what people were told against what the databases say."""

from gp_lib import contract
from gp_lib.charts.drawing import COLOURS, Chart, canvas, drawn, label_rows, legend
from gp_lib.history import Event, History, Reading


def amounts(history: History) -> Chart:
    """Each recommended amount (dot) beside the one that SQL computes (ring), by actor and service."""
    owners = {e.user_id: e.actor for _, e in history.indexed(Event) if e.user_id is not None}
    true = {
        (owners.get(reading.subject, reading.subject), str(row["service"])): float(row["monthly_saving"])
        for _, reading in history.indexed(Reading)
        if reading.question == "savings"
        for row in reading.answer
    }
    told = {
        (reading.answer["actor"], claim["service"]): float(claim["amount"])
        for _, reading in history.indexed(Reading)
        if reading.question == "claims"
        for claim in reading.answer.get("amounts", ())
    }
    rows = sorted(true.keys() | told.keys())
    figure, axes = canvas(len(rows), "recommended amounts: in the answer (dot) and by SQL (ring)")
    axes.scatter(
        [true[key] for key in rows if key in true],
        [row for row, key in enumerate(rows) if key in true],
        s=70, facecolors="none", edgecolors="#cf222e", label="SQL",
    )  # fmt: skip
    axes.scatter(
        [told[key] for key in rows if key in told],
        [row for row, key in enumerate(rows) if key in told],
        s=16, color="#0969da", label="answer",
    )  # fmt: skip
    label_rows(axes, [f"{actor} {service}" for actor, service in rows])
    axes.set_xlabel("amount")
    legend(figure, axes, "outside lower center", columns=2)
    off = sum(told.get(key) != true.get(key) for key in rows)
    return drawn("amounts", f"{len(rows)} amounts of {len({a for a, _ in rows})} people, {off} differ", figure)


def received_against_stored(history: History) -> Chart:
    """How many events of each type were stored for each user, and how many of them arrived there."""
    stored = {r.subject: r.answer for _, r in history.indexed(Reading) if r.question == "stored_events"}
    owners = {e.actor: e.user_id for _, e in history.indexed(Event) if e.type == contract.WELCOME and e.user_id}
    rows = [(who, kind) for who, user_id in owners.items() if user_id in stored for kind in contract.RUN_EVENTS]
    wanted = {(who, kind): [r for r in stored[owners[who]] if r["type"] == kind] for who, kind in rows}
    rows = [row for row in rows if wanted[row]]
    came = {(event.actor, event.event_id) for _, event in history.indexed(Event)}
    figure, axes = canvas(len(rows), "events stored (outline) and received (filled)")
    arrived = [sum((who, row["event_id"]) in came for row in wanted[who, kind]) for who, kind in rows]
    axes.barh(range(len(rows)), arrived, color=[COLOURS[kind] for _, kind in rows], alpha=0.7)
    counts = [len(wanted[row]) for row in rows]
    axes.barh(range(len(rows)), counts, color="none", edgecolor="#24292f", linewidth=1)
    label_rows(axes, [f"{who} {kind}" for who, kind in rows])
    axes.set_xlabel("events")
    return drawn("received_against_stored", f"{sum(arrived)} of {sum(counts)} stored events received", figure)
