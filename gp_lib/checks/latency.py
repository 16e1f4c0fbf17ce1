"""Promises about real time, for people who come when they like: an open load, timed from when each meant to ask."""

from collections.abc import Iterator
from itertools import combinations

from gp_lib.checks.lag import ARRIVES, percentile, unless_late
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.stories import Story, stories
from gp_lib.checks.timing import sound_age_s
from gp_lib.history import History, Operation

Due = tuple[int, float]
"""Where it is written down that somebody was due to ask, and when."""


@promise("on average an event is received less than {limit_ms} ms after the server made it")
def event_latency_mean(history: History, *, limit_ms: float, max_lag_ms: float) -> Finding:
    """The mean age of all events at their receipt; the 95th and 99th percentiles are noted."""
    finding = Finding("no event with a time was received", unit="ms", limit=limit_ms)
    ages = [
        (index, age * 1000)
        for story in stories(history)
        for index, event in story.told
        if (age := sound_age_s(finding, history, story, (index, event))) is not None
    ]
    finding.seen = len(ages)
    if not ages:
        return finding
    values = [age for _, age in ages]
    finding.measured = sum(values) / len(values)
    finding.note = f"p95 {percentile(values, 95):.1f} ms, p99 {percentile(values, 99):.1f} ms"
    if finding.measured >= limit_ms:
        late = [index for index, age in ages if age >= limit_ms]
        finding.break_(f"{len(late)} of {len(ages)} events were late, {finding.measured:.0f} ms on average", *late)
    return unless_late(finding, history, max_lag_ms)


@promise("everybody is connected and welcomed in less than {limit_ms} ms")
def connected_within(history: History, *, limit_ms: float, max_lag_ms: float) -> Finding:
    """From the first byte of the handshake to the welcome; the slowest is the figure."""
    finding = Finding("nobody connected", unit="ms", limit=limit_ms)
    for index, operation in history.indexed(Operation):
        if operation.action != "connects":
            continue
        if operation.outcome == "unknown":
            finding.doubt(f"{operation.actor} lost the connection while connecting", index)
            continue
        finding.seen += 1
        took_ms = (operation.ended_s - operation.started_s) * 1000
        finding.measured = max(took_ms, finding.measured or 0.0)
        if took_ms >= limit_ms or operation.outcome == "failed":
            finding.break_(f"{operation.actor} was not connected within {took_ms:.0f} ms", index)
    return unless_late(finding, history, max_lag_ms)


@promise("from the moment somebody meant to ask to the end of the answer less than {limit_s} s")
def answered_within(history: History, *, limit_s: float, max_lag_ms: float) -> Finding:
    """From the planned moment, so that a queue before a slow platform counts; the slowest is the figure."""
    finding = Finding("no question that was put on a schedule was answered", unit="s", limit=limit_s)
    for story, (planned, due_s) in _planned(history):
        index, ended_s = _end(story)
        if story.unended or (story.terminal is None and ended_s - due_s < limit_s):
            finding.doubt(f"{story.name} was not watched to its end", planned, index)
            continue
        finding.seen += 1
        took_s = ended_s - due_s
        finding.measured = max(took_s, finding.measured or 0.0)
        if took_s >= limit_s:
            finding.break_(f"{story.name} took {took_s:.3f} s", planned, index)
    return unless_late(finding, history, max_lag_ms)


@promise("{at_least} people are served at the same time", validity=True)
def load_is_shared(history: History, *, at_least: int) -> Finding:
    """That many people had runs on the schedule, and runs of different people overlapped: else nothing was loaded.

    This never fails: a load that was not there says nothing about the platform.
    """
    finding = Finding("no question that was put on a schedule was answered", unit="people", limit=at_least)
    served = [(story, at_s) for story, (_, at_s) in _planned(history)]
    finding.seen = len(served)
    if not served:
        return finding
    people = {story.receiver for story, _ in served}
    finding.measured = float(len(people))
    if len(people) < at_least:
        finding.doubt(f"only {len(people)} people were served", *(story.told[0][0] for story, _ in served))
    spans = sorted((at_s, story.told[-1][1].received_s, story.receiver) for story, at_s in served)
    if not any(later[0] < earlier[1] and later[2] != earlier[2] for earlier, later in combinations(spans, 2)):
        finding.doubt("no two people were served at the same time", *(story.told[0][0] for story, _ in served))
    return finding


def _planned(history: History) -> Iterator[tuple[Story, Due]]:
    """Every run whose question was put on a schedule, with where that stands and when it was due."""
    due = {
        operation.detail.get("message_id"): (index, operation.started_s)
        for index, operation in history.indexed(Operation)
        if operation.action == ARRIVES
    }
    for story in stories(history):
        message_id = story.asked[1].detail.get("message_id") if story.asked else None
        if message_id in due:
            yield story, due[message_id]


def _end(story: Story) -> tuple[int, float]:
    """The last word of a run, or else the moment until which it was watched in vain."""
    if story.terminal is not None:
        index, last = story.terminal
        return index, last.received_s
    index, watched = story.watched or story.asked or (story.told[-1][0], None)
    return index, watched.ended_s if watched else story.told[-1][1].received_s
