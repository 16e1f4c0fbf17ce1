"""Promises about delivery: what the agent said arrives, all of it, where it belongs."""

from collections import Counter
from collections.abc import Collection, Mapping
from typing import Any

from gp_lib import contract
from gp_lib.checks.persistence import NOT_READ, STORED_EVENTS
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.stories import Story, stories
from gp_lib.history import Event, History, Reading

Rows = Mapping[str, Mapping[str, Any]]


def _stored(history: History) -> dict[str, tuple[int, Reading]]:
    """The last reading of each user's stored events, by user id."""
    return {r.subject: (index, r) for index, r in history.indexed(Reading) if r.question == STORED_EVENTS}


def _owners(history: History, actors: Collection[str] | None) -> dict[str, str]:
    """As whom each actor was welcomed."""
    return {
        event.actor: event.user_id
        for _, event in history.indexed(Event)
        if event.type == contract.WELCOME and event.user_id and (actors is None or event.actor in actors)
    }


@promise("over at least {at_least} events, the set received equals the set stored")
def received_equals_stored(history: History, *, at_least: int, actors: Collection[str] | None = None) -> Finding:
    """Each actor received every event that is stored for the user they are, once, and no other.

    With fewer than ``at_least`` events stored nothing can be told. What is missing at somebody whose run could not be
    watched to its end is undecided, and so is what came after the store was read.
    """
    finding = Finding(NOT_READ, unit="events", limit=at_least)
    stored = _stored(history)
    for actor, user_id in _owners(history, actors).items():
        if user_id in stored:
            index, reading = stored[user_id]
            finding.seen += len(reading.answer)
            _compare(finding, stories(history, [actor]), index, reading)
    finding.measured = finding.seen or None
    if 0 < finding.seen < at_least:
        finding.doubt(f"only {finding.seen} events were stored")
    return finding


def _compare(finding: Finding, told: list[Story], where: int, reading: Reading) -> None:
    events = [(index, event) for story in told for index, event in story.told]
    names = {row["event_id"] for row in reading.answer}
    counts = Counter(event.event_id for _, event in events)
    lost = {story.run_id for story in told if story.unended}
    for index, event in events:
        what = f"{event.actor} received {event.type} (seq {event.seq})"
        if event.event_id is None:
            finding.doubt(f"{what} without an event_id, so that its row cannot be found", index)
        elif event.event_id not in names:
            late = event.received_s > reading.asked_s
            (finding.doubt if late else finding.break_)(f"{what}, which is not stored for them", index)
        elif counts[event.event_id] > 1:
            finding.break_(f"{what} {counts[event.event_id]} times", index)
    nameless = {(event.run_id, event.type) for _, event in events if event.event_id is None}
    for row in reading.answer:
        if row["event_id"] not in counts:
            what = f"{row['type']} (seq {row['seq']}) is stored for {reading.subject} and never arrived"
            unclear = row["run_id"] in lost or (row["run_id"], row["type"]) in nameless
            (finding.doubt if unclear else finding.break_)(what, where)


@promise("every event carries the run and the thread that it was stored under")
def events_in_their_own_thread(
    history: History, *, threads_at_once: int = 1, actors: Collection[str] | None = None
) -> Finding:
    """Run and thread of each received event are those of its row.

    It can only tell when somebody had ``threads_at_once`` threads under way at the same time.
    """
    finding = Finding(NOT_READ)
    rows = {row["event_id"]: row for _, reading in _stored(history).values() for row in reading.answer}
    told = stories(history, actors)
    for story in told:
        _judge_places(finding, story, rows)
    if finding.seen and _most_at_once(told) < threads_at_once:
        finding.doubt(f"nobody had {threads_at_once} threads under way at the same time")
    return finding


def _judge_places(finding: Finding, story: Story, rows: Rows) -> None:
    for index, event in story.told:
        row = rows.get(event.event_id or "")
        if row is None:
            continue
        finding.seen += 1
        for field, told in (("run_id", event.run_id), ("thread_id", event.thread_id)):
            if told != row[field]:
                sentence = f"{event.actor}: {event.type} (seq {event.seq}) came with {field} {told},"
                finding.break_(f"{sentence} and was stored under {row[field]}", index)


def _most_at_once(told: list[Story]) -> int:
    """The most threads that one actor had under way at one moment."""
    spans = [(s.receiver, s.told[0][1].thread_id, s.told[0][1].received_s, s.told[-1][1].received_s) for s in told]
    together = {
        (who, moment): {thread for name, thread, start, end in spans if name == who and start <= moment <= end}
        for who, _, moment, _ in spans
    }
    return max((len(threads) for threads in together.values()), default=0)
