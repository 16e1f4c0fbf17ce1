"""How late the workbench's own clocks ran: what it timed meanwhile cannot be held against the platform."""

import math
from collections.abc import Iterator

import pandas as pd

from gp_lib.checks.promise import Finding, promise
from gp_lib.history import History, Operation, Reading

LOOP_LAG = "loop_lag"
MACHINE = "machine"
ARRIVES = "arrives"
IDLE_SHARE = 0.05
"""A machine with less than this idle has nothing left to give."""
OTHERS_SHARE = 0.25
"""Half a core of two: what others may take before it counts."""
STARVED_SHARE = 0.2
"""A single short burst excuses nothing."""
LEAST_SHARE = 0.1
"""Nobody is ever left less than this in the long run, so that nothing is excused without end."""


def percentile(values: list[float], percent: float) -> float:
    """The value below which ``percent`` of all lie, interpolated; ``values`` is not empty."""
    return float(pd.Series(values).quantile(percent / 100))


def lags_ms(history: History) -> Iterator[tuple[int, str, float]]:
    """Where it stands, of whom, and the 95th percentile of how late that event loop was woken, in milliseconds."""
    for index, reading in history.indexed(Reading):
        if reading.question == LOOP_LAG and reading.answer:
            yield index, reading.subject, percentile(reading.answer, 95)


def unless_late(finding: Finding, history: History, max_lag_ms: float, *, at_least: bool = False) -> Finding:
    """The same finding, but what is too slow becomes undecided where that may be the machine's fault.

    That is where the clock that timed it ran more than ``max_lag_ms`` late; and where processes beside the platform
    took the CPU that it needed, as long as the figure is not worse than that explains: who is left a fifth of the
    machine may take five times as long. What is fast enough in spite of all that is fast enough. ``at_least`` says
    that the limit is a lower one.
    """
    if not finding.broken:
        return finding
    excuses = [(index, f"{who} ran {lag:.0f} ms late") for index, who, lag in lags_ms(history) if lag > max_lag_ms]
    excuses += [
        (index, why) for index, why, times in _starved(history) if _explained(finding, 1 / times if at_least else times)
    ]
    if excuses:
        why = f"{finding.message()}; but " + ", and ".join(words for _, words in excuses)
        witnesses = {place for _, places in finding.broken for place in places} | {index for index, _ in excuses}
        finding.undecided.insert(0, (why, tuple(sorted(witnesses))))
        finding.broken.clear()
        finding.note = ""
    return finding


def unless_starved(finding: Finding, history: History, *, at_least: bool = False) -> Finding:
    """The same finding, but what is too slow becomes undecided where others took the CPU: see ``unless_late``."""
    return unless_late(finding, history, math.inf, at_least=at_least)


def _explained(finding: Finding, times: float) -> bool:
    """Whether a machine that makes everything ``times`` as slow can be the reason."""
    if finding.measured is None or finding.limit is None:
        return True
    bound = times * finding.limit
    return finding.measured < bound if times >= 1 else finding.measured > bound


def _starved(history: History) -> Iterator[tuple[int, str, float]]:
    """Where and how others starved the machine (no core idle, much of the CPU not ours), and how slow that makes us.

    A platform that uses up the machine by itself is no excuse: its own share is not counted.
    """
    for index, reading in history.indexed(Reading):
        if reading.question == MACHINE and reading.answer:
            starved = [one for one in reading.answer if one["idle"] < IDLE_SHARE and one["others"] > OTHERS_SHARE]
            if len(starved) > STARVED_SHARE * len(reading.answer):
                taken = sum(one["others"] for one in starved) / len(starved)
                of = f"{len(starved)} of {len(reading.answer)} samples"
                why = f"other processes took {taken:.0%} of the machine and left none idle in {of}"
                yield index, why, 1 / max(1 - taken, LEAST_SHARE)


@promise("the load generator is never more than {limit_ms} ms late at its 95th percentile", validity=True)
def generator_kept_pace(history: History, *, limit_ms: float) -> Finding:
    """How much later than planned the questions were put, and how late the event loop was: the generator's own lag.

    A generator that cannot keep its schedule measures itself. This never fails: it says that nothing can be told.
    """
    finding = Finding("no question was put on a schedule", unit="ms", limit=limit_ms)
    late = {
        index: (operation.ended_s - operation.started_s) * 1000
        for index, operation in history.indexed(Operation)
        if operation.action == ARRIVES
    }
    finding.seen = len(late)
    if not late:
        return finding
    behind_ms = finding.measured = percentile(list(late.values()), 95)
    if behind_ms > limit_ms:
        slowest = [index for index, one in late.items() if one > limit_ms]
        finding.doubt(f"the questions were put {behind_ms:.1f} ms behind schedule", *slowest)
    loops = list(lags_ms(history))
    if not loops:
        finding.doubt("nobody measured how late the event loop was")
    for index, who, lag_ms in loops:
        finding.measured = max(finding.measured, lag_ms)
        if lag_ms > limit_ms:
            finding.doubt(f"{who} ran {lag_ms:.1f} ms late", index)
    return finding
