"""Promises about a run's events: the story is told in order, once, to the end."""

from collections.abc import Collection

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import doubt_field, is_odd, seq_of, text_of
from gp_lib.checks.stories import Story, stories, unanswered
from gp_lib.dialects import fields
from gp_lib.history import Event, History

NO_RUN = "no run was announced to anybody"


@promise("every question is answered by a run")
def every_question_starts_a_run(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """A question for which nothing was announced in time breaks it; a lost connection leaves it undecided."""
    asked = [story for story in stories(history, actors) if story.asked is not None]
    finding = Finding("nobody asked anything", seen=len(asked))
    for index, operation in unanswered(history, actors):
        sentence = f"{operation.actor} asked and no run was announced: {operation.detail.get('why', 'no reason')}"
        (finding.break_ if operation.outcome == "failed" else finding.doubt)(sentence, index)
    return finding


@promise("a run's first event is its agent_started")
def starts_first(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """The first event of each run, by arrival, is ``agent_started``."""
    finding = Finding(NO_RUN)
    for story in stories(history, actors):
        finding.seen += 1
        index, first = story.told[0]
        if first.type != contract.AGENT_STARTED:
            finding.break_(f"{story.name} begins with {first.type}", index)
    return finding


@promise("seq rises by one from 1, without gap or repeat")
def gap_free_sequence(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Each event's ``seq`` is one more than that of the event which arrived before it."""
    finding = Finding(NO_RUN)
    for story in stories(history, actors):
        expected = 1
        for index, event in story.told:
            finding.seen += 1
            seq = seq_of(event)
            if seq is None and (odd := _odd_seq(event)) is not None:
                finding.doubt(f"{story.name}: the seq of {event.type} is {odd}, which is not a whole number", index)
            elif seq != expected:
                finding.break_(f"{story.name}: expected seq {expected}, but {seq} came", index)
            expected = (expected if seq is None else seq) + 1
    return finding


def _odd_seq(event: Event) -> str | None:
    """What stands in the place of a seq and is none; ``None`` when nothing does."""
    said = fields.first({"seen": event.seq, **event.body}, "seen", "seq")
    return None if said is None else fields.shown(said)


@promise("every run has exactly one terminal event")
def one_terminal_event(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """The root agent says ``agent_completed`` or ``agent_error`` exactly once."""
    finding = Finding(NO_RUN)
    for story in stories(history, actors):
        finding.seen += 1
        count = len(story.terminals)
        if count > 1:
            finding.break_(f"{story.name} ends {count} times", *(index for index, _ in story.terminals))
        elif count == 0:
            _judge_endless(finding, story)
    return finding


def _judge_endless(finding: Finding, story: Story) -> None:
    last = story.told[-1][0]
    if story.cut_off:
        finding.doubt(f"{story.name} could not be watched to its end", last)
    else:
        finding.break_(f"{story.name} never ends", last)


@promise("nothing is told after the terminal event")
def nothing_after_terminal(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """No event of a run arrives behind its terminal event."""
    finding = Finding("no run ended")
    for story in stories(history, actors):
        if story.terminal is None:
            continue
        finding.seen += 1
        end, _ = story.terminal
        for index, event in story.told:
            if index <= end or (index, event) in story.terminals:
                continue
            finding.break_(f"{story.name}: {event.type} came after the terminal event", end, index)
    return finding


@promise("tools run between a run's start and its end")
def tools_inside_run(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Every tool event arrives after ``agent_started`` of its run and before its terminal event."""
    finding = Finding("no tool was seen")
    for story in stories(history, actors):
        starts = [index for index, _ in story.of_type(contract.AGENT_STARTED)]
        end = story.terminal[0] if story.terminal else len(history)
        for index, event in story.of_type(contract.TOOL_EXECUTING, contract.TOOL_COMPLETED):
            finding.seen += 1
            if not starts or index < starts[0] or index > end:
                finding.break_(f"{story.name}: {event.type} outside the run", index)
    return finding


@promise("the deltas of a run add up to its result")
def deltas_equal_result(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """The concatenated ``delta`` texts equal the root agent's ``result``, to the character.

    ``null`` is no text; what is neither a text nor blocks of text cannot be compared.
    """
    finding = Finding("no run streamed an answer to its end")
    for story in stories(history, actors):
        if story.terminal is None or story.terminal[1].type != contract.AGENT_COMPLETED:
            continue
        end, completed = story.terminal
        deltas = [(i, text) for i, e in story.of_type(contract.AGENT_THINKING) if (text := text_of(e, "delta"))]
        streamed, result = "".join(text for _, text in deltas), text_of(completed, "result") or ""
        odd = _odd_texts(finding, story)
        finding.seen += bool(streamed or result or odd)
        if streamed != result and not odd:
            sentence = f"{story.name}: {len(streamed)} streamed characters differ from the result"
            finding.break_(sentence, *(index for index, _ in deltas[-1:]), end)
    return finding


def _odd_texts(finding: Finding, story: Story) -> bool:
    """Doubt every delta and result in which something stands that is no text; whether there was any."""
    said = [(i, e, "delta") for i, e in story.of_type(contract.AGENT_THINKING)]
    said += [(i, e, "result") for i, e in story.terminals]
    odd = [(i, e, field) for i, e, field in said if is_odd(e, field)]
    for index, event, field in odd:
        doubt_field(finding, event, field, index)
    return bool(odd)
