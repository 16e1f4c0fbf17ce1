"""Promises about watching an agent work: everything it does is told, while it does it."""

from collections.abc import Collection

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import made_at
from gp_lib.checks.stories import Story, stories
from gp_lib.checks.timing import sound_age_s
from gp_lib.history import History


@promise("the user sees all five types of event: the agent start, think, use a tool, get its result and complete")
def all_five_event_types(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Each run tells each of the five types at least once; ``agent_completed`` counts when the root agent says it.

    A run that ends with ``agent_error`` lacks its ``agent_completed``; one that could not be watched to its end
    is undecided.
    """
    finding = Finding("no run was announced to anybody")
    for story in stories(history, actors):
        finding.seen += 1
        missing = [kind for kind in contract.FIVE_EVENTS if not _told(story, kind)]
        last = story.told[-1][0] if story.terminal is None else story.terminal[0]
        if missing and story.unended:
            finding.doubt(f"{story.name} could not be watched to its end", last)
        elif missing:
            finding.break_(f"{story.name} never told {', '.join(missing)}", last)
    return finding


def _told(story: Story, kind: str) -> bool:
    return any(kind != contract.AGENT_COMPLETED or e.agent_name == story.root for _, e in story.of_type(kind))


@promise("events arrive while the agent works: less than {max_age_s} s old, and the first early in the run")
def streamed_not_batched(
    history: History, *, max_age_s: float, first_within_pct: float, actors: Collection[str] | None = None
) -> Finding:
    """No event is ``max_age_s`` old when it arrives, by the server's clock; the oldest is the figure.

    And the first arrives before ``first_within_pct`` percent of the run, as the server timed it, are over. Without
    server times, or when an event arrives before it was made (the clocks disagree), nothing can be told.
    """
    finding = Finding("no event carried the time at which it was made", unit="s", limit=max_age_s)
    for story in stories(history, actors):
        for index, event in story.told:
            if (age := sound_age_s(finding, history, story, (index, event))) is not None:
                _judge_age(finding, age, f"{story.name}: {event.type} (seq {event.seq})", index)
        _judge_first(finding, history, story, first_within_pct)
    return finding


def _judge_age(finding: Finding, age: float, what: str, index: int) -> None:
    finding.seen += 1
    finding.measured = max(age, finding.measured or 0.0)
    if age >= (finding.limit or 0.0):
        finding.break_(f"{what} was {age:.3f} s old", index)


def _judge_first(finding: Finding, history: History, story: Story, within_pct: float) -> None:
    """The first event must not come when the run is (nearly) over; a run without an end has no length."""
    (index, first), end = story.told[0], story.terminal
    began, ended = made_at(first), None if end is None else made_at(end[1])
    if began is None or ended is None or end is None or ended <= began:
        return
    passed_pct = (history.wall(first.received_s) - began) / (ended - began) * 100
    if passed_pct >= within_pct:
        finding.break_(f"{story.name}: its first event came after {passed_pct:.0f} % of the run", index, end[0])
