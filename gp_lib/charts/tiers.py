"""Charts of the three tiers: what each holds, and how long a write to it takes."""

from collections.abc import Mapping

from gp_lib.charts.drawing import Chart, canvas, drawn, label_rows
from gp_lib.charts.matrices import BROKEN, KEPT, matrix
from gp_lib.history import History, Operation, Reading

TIERS = {"valkey": "hot", "postgres": "warm", "clickhouse": "cold"}


def tiers(history: History) -> Chart:
    """Runs by tiers: how many events each tier holds of each run; red where no other tier holds exactly the same."""
    held: dict[str, dict[str, set[tuple[int, str]]]] = {}
    for _, reading in history.indexed(Reading):
        if reading.question == "tier_contents":
            for run_id, seq, digest in reading.answer["events"]:
                held.setdefault(run_id, {}).setdefault(TIERS[reading.store], set()).add((seq, digest))
    columns = list(TIERS.values())
    cells = [[_held(tier, by_tier) for tier in columns] for by_tier in held.values()]
    off = sum(colour == BROKEN for row in cells for _, colour in row)
    chart = matrix("events of each run (row) in each tier (column)", [r[:8] for r in held], columns, cells)
    return drawn("tiers", f"{len(held)} runs in {len(columns)} tiers: {off} times no other tier holds the same", chart)


def _held(tier: str, by_tier: Mapping[str, set[tuple[int, str]]]) -> tuple[str, str]:
    """What to write and in which colour: green when another tier holds exactly the same."""
    own = by_tier.get(tier, set())
    same = any(other == own for name, other in by_tier.items() if name != tier)
    return f"{len(own)} events", KEPT if own and same else BROKEN


def write_times(history: History, *, limits_ms: Mapping[str, float]) -> Chart:
    """How long each probe write to each tier took, one dot a write, its mean, and the limit of the mean."""
    took_ms: dict[str, list[float]] = {tier: [] for tier in limits_ms}
    for _, write in history.indexed(Operation):
        if write.action == "writes" and write.outcome == "ok" and write.detail.get("tier") in took_ms:
            took_ms[write.detail["tier"]].append(max((write.ended_s - write.started_s) * 1000, 0.01))
    figure, axes = canvas(len(took_ms), "the workbench's own writes: dots; their mean: bar; its limit: dashed")
    means = {tier: sum(times) / len(times) for tier, times in took_ms.items() if times}
    for row, (tier, times) in enumerate(took_ms.items()):
        axes.scatter(times, [row] * len(times), s=12, color="#0969da", alpha=0.4)
        axes.vlines(limits_ms[tier], row - 0.4, row + 0.4, color="#cf222e", linestyle="--")
        axes.vlines([means[tier]] if tier in means else [], row - 0.4, row + 0.4, color="#0a3069")
    axes.set_xscale("log")
    label_rows(axes, list(took_ms))
    axes.set_xlabel("milliseconds (logarithmic)")
    says = ", ".join(f"{tier} {mean:.1f} ms" for tier, mean in means.items()) or "no writes"
    return drawn("write_times", f"mean of the workbench's own writes: {says}", figure)
