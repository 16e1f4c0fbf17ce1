"""The small drawings of a report: how far a figure is from its bound, how the last runs went."""

from collections.abc import Sequence

from markupsafe import Markup

from gp_lib.runner.report.saved import Past
from gp_lib.verdict import Check

GAUGE, BAR, TALL = 90, 7, 22


def gauge(check: Check) -> Markup:
    """A bar as long as what was measured, with a line at the bound; empty without the two."""
    if check.measured is None or check.limit is None or not (0 <= check.measured < 1e300 and 0 <= check.limit < 1e300):
        return Markup("")
    full = max(check.measured, check.limit) * 1.15 or 1.0
    return Markup(
        '<svg class="gauge {}" viewBox="0 0 {} 10" aria-hidden="true"><rect class="all" width="{}" height="6" y="2"/>'
        '<rect class="part" width="{:.1f}" height="6" y="2"/>'
        '<rect class="bound" x="{:.1f}" width="2" height="10"/></svg>'
    ).format(check.verdict.value, GAUGE, GAUGE, GAUGE * check.measured / full, GAUGE * check.limit / full - 1)


def sparkline(runs: Sequence[Past]) -> Markup:
    """A bar a run, the oldest first: as high as it took long, in its verdict's colour; the last one is this run."""
    longest = max((run.took_s for run in runs), default=0.0) or 1.0
    bars = Markup("").join(_bar(place, run, longest) for place, run in enumerate(runs, start=20 - len(runs)))
    counts = {run.ruling: sum(other.ruling is run.ruling for other in runs) for run in runs}
    says = f"last {len(runs)} runs: " + ", ".join(f"{count} {ruling.value}" for ruling, count in counts.items())
    return Markup('<svg class="spark" viewBox="0 0 {} {}" role="img" aria-label="{}">{}</svg>').format(
        BAR * 20, TALL, says, bars
    )


def _bar(place: int, run: Past, longest: float) -> Markup:
    height = 5 + (TALL - 5) * run.took_s / longest
    return Markup(
        '<rect class="{}" x="{}" y="{:.1f}" width="{}" height="{:.1f}"><title>{} {}, {:.1f} s</title></rect>'
    ).format(run.ruling.value, place * BAR, TALL - height, BAR - 2, height, run.batch, run.ruling.value, run.took_s)
