"""Promises about time: how long a person waits."""

from collections.abc import Collection
from itertools import pairwise
from typing import NamedTuple

from gp_lib import contract
from gp_lib.checks.lag import unless_starved
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import doubt_time, id_of, made_at
from gp_lib.checks.stories import Story, calls, stories, unanswered
from gp_lib.history import Event, History, Operation

CLOCKS_AGREE_S = 0.05
"""An event that is received earlier than this before it was made shows that the two clocks disagree."""


@promise("from question to terminal event less than {limit_s} s")
def sequence_within(history: History, *, limit_s: float, actors: Collection[str] | None = None) -> Finding:
    """The time from asking to the run's end; a run that was watched longer than that without an end is too slow.

    What others' use of the machine explains is undecided, here and in the checks below.
    """
    finding = Finding("no run was watched from its question to its end", unit="s", limit=limit_s)
    for story in stories(history, actors):
        if story.asked is None:
            continue
        asked, operation = story.asked
        if story.terminal is not None:
            index, last = story.terminal
            _hold(finding, last.received_s - operation.started_s, f"{story.name} took", asked, index)
        elif story.unended:
            finding.doubt(f"{story.name} could not be watched to its end", asked)
        else:
            _judge_endless(finding, story, asked, operation.started_s)
    return unless_starved(finding, history)


def _judge_endless(finding: Finding, story: Story, asked: int, started_s: float) -> None:
    """A run that did not end took at least as long as it was watched."""
    index, watched = story.watched or (asked, None)
    took_s = (watched.ended_s if watched else started_s) - started_s
    if finding.limit is not None and took_s < finding.limit:
        finding.doubt(f"{story.name} did not end, but was watched for only {took_s:.3f} s", asked, index)
    else:
        _hold(finding, took_s, f"{story.name} took", asked, index)


@promise("no silence longer than {limit_s} s within a run")
def gaps_within(history: History, *, limit_s: float, actors: Collection[str] | None = None) -> Finding:
    """The time between two consecutive events of a run, from the question to the first, and to the end of waiting.

    A long silence between events on two connections is undecided: the person was away for some of it.
    """
    finding = Finding("no run had two events", unit="s", limit=limit_s)
    for story in stories(history, actors):
        for before, after in pairwise(_moments(story)):
            took_s = after.at_s - before.at_s
            if took_s >= limit_s and before.connection != after.connection:
                sentence = (
                    f"{story.name} was silent for {took_s:.3f} s, but its receiver was not connected all the time"
                )
                finding.doubt(sentence, before.where, after.where)
            else:
                _hold(finding, took_s, f"{story.name} was silent for", before.where, after.where)
    return unless_starved(finding, history)


class _Moment(NamedTuple):
    where: int
    at_s: float
    connection: str


def _moments(story: Story) -> list[_Moment]:
    """Question, events, and the moment at which the receiver stopped waiting for more."""
    moments = [_Moment(index, event.received_s, event.connection) for index, event in story.told]
    if story.asked is not None:
        index, asked = story.asked
        moments.insert(0, _Moment(index, asked.started_s, moments[0].connection))
    if story.watched is not None and story.terminal is None and not story.cut_off:
        index, watched = story.watched
        moments.append(_Moment(index, watched.ended_s, moments[-1].connection))
    return moments


@promise("all tools of a run complete within {limit_s} s")
def tools_within(history: History, *, limit_s: float, actors: Collection[str] | None = None) -> Finding:
    """From the first ``tool_executing`` to the last ``tool_completed`` of a run; each call must have been completed."""
    finding = Finding("no tool completed", unit="s", limit=limit_s)
    for story in stories(history, actors):
        started, completed = story.of_type(contract.TOOL_EXECUTING), story.of_type(contract.TOOL_COMPLETED)
        for (index, call), done in calls(story):
            if not done:
                finding.doubt(f"{story.name}: {id_of(call, 'tool_name') or 'a tool'} was not seen to complete", index)
        if started and completed:
            (first, start), (last, end) = started[0], completed[-1]
            _hold(finding, end.received_s - start.received_s, f"the tools of {story.name} took", first, last)
    return unless_starved(finding, history)


def _hold(finding: Finding, took_s: float, what: str, *witnesses: int) -> None:
    """Hold one duration against the finding's limit; the slowest is the figure, and told first."""
    finding.seen += 1
    slowest = took_s > (finding.measured or 0.0)
    finding.measured = took_s if slowest else finding.measured
    if finding.limit is not None and took_s >= finding.limit:
        finding.broken.insert(0 if slowest else len(finding.broken), (f"{what} {took_s:.3f} s", witnesses))


def age_s(history: History, event: Event) -> float | None:
    """How old an event was when it was received, by the server's clock; ``None`` when it carries no RFC 3339 time."""
    made = made_at(event)
    return None if made is None else (history.wall(event.received_s) - made).total_seconds()


def sound_age_s(finding: Finding, history: History, story: Story, indexed: tuple[int, Event]) -> float | None:
    """The age of an event; ``None``, and a doubt, when it has no time that can be read or one that is still to come."""
    index, event = indexed
    age = age_s(history, event)
    if age is None:
        doubt_time(finding, event, index)
    elif age < -CLOCKS_AGREE_S:
        what = f"{story.name}: {event.type} (seq {event.seq})"
        finding.doubt(f"{what} came {-age:.3f} s before it was made: the clocks disagree", index)
        return None
    return age


@promise("while {slow} does not read, everybody else's events arrive within {limit_s} s")
def slow_reader_changes_nothing(history: History, *, slow: str, limit_s: float, at_least_unread: int = 1) -> Finding:
    """Ages of the others' events made while ``slow`` read nothing.

    It can only tell when ``slow`` really left events lying: at least ``at_least_unread`` of its own had to be made
    while it did not read and were received later, or its connection was closed by the platform.
    """
    finding = Finding("nobody else received anything while the slow reader was slow", unit="s", limit=limit_s)
    pause = next(
        ((i, o) for i, o in history.indexed(Operation) if (o.actor, o.action) == (slow, "reads nothing")), None
    )
    if pause is None:
        finding.doubt(f"{slow} never stopped reading")
        return finding
    index, operation = pause
    unread = int(operation.detail.get("unread", 0))
    if unread < at_least_unread:
        finding.doubt(f"{slow} left only {unread} events unread: nobody was kept waiting", index)
    for story in stories(history):
        if story.receiver != slow:
            _judge_others(finding, history, story, operation)
    for index, question in unanswered(history):
        if question.actor != slow and question.outcome == "failed" and _during(operation, question):
            finding.break_(f"{question.actor} asked and nothing came", index)
    return finding


def _during(pause: Operation, question: Operation) -> bool:
    return pause.started_s <= question.started_s <= pause.ended_s


def _judge_others(finding: Finding, history: History, story: Story, pause: Operation) -> None:
    if story.asked is None or not _during(pause, story.asked[1]):
        return
    if story.unended:
        finding.doubt(f"{story.name} could not be watched to its end", story.asked[0])
    elif story.terminal is None:
        finding.break_(f"{story.name} never ended", story.asked[0])
    for index, event in story.told:
        age = sound_age_s(finding, history, story, (index, event))
        if age is not None:
            _hold(finding, age, f"{story.name}: {event.type} arrived after", index)
