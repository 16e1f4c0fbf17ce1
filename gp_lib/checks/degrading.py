"""Promises about broken parts: what the user gets is honest, comes in time, and concerns nobody else."""

from collections.abc import Collection, Iterator, Mapping

from gp_lib import contract
from gp_lib.checks.lag import unless_starved
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import doubt_field, is_odd
from gp_lib.checks.stories import Story, stories
from gp_lib.history import Fault, History, Operation

Indexed = tuple[int, Fault]
NOT_MET = "nobody's run met the fault"


@promise("a run that a fault has met never claims success")
def no_success_is_claimed(history: History, *, under: Mapping[str, str]) -> Finding:
    """A run under a fault ends ``partial`` or with ``agent_error``, not ``completed``.

    ``under`` says of each actor which kind of fault is meant for them. A run that ended when the fault was healed
    again, or did not end, is undecided.
    """
    finding = Finding(NOT_MET)
    for story, (where, fault) in _met(history, under):
        finding.seen += 1
        if story.terminal is None or story.terminal[1].received_s > fault.healed_s:
            finding.doubt(f"{story.name} did not end while {fault.name} was in force", where)
        elif story.ending is None:
            finding.doubt(f"{story.name}: its last event does not say how it ended", story.terminal[0], where)
        elif story.ending == "completed":
            finding.break_(f"{story.name} claims to be complete under {fault.name}", story.terminal[0], where)
    return finding


@promise("a partial answer says to the person that it is {word}")
def partial_answer_says_so(history: History, *, under: Mapping[str, str], word: str) -> Finding:
    """The text of every answer that is ``partial`` contains ``word``, in any case of letters: people read no status."""
    finding = Finding("no answer under a fault was partial")
    for story, (where, fault) in _met(history, under):
        index, end = story.terminal or story.told[-1]
        if story.ending != "partial":
            continue
        finding.seen += 1
        if is_odd(end, "result"):
            doubt_field(finding, end, "result", index)
        elif word.lower() not in story.answer.lower():
            finding.break_(
                f"{story.name} is partial because of {fault.name}, and its text does not say so", index, where
            )
    return finding


@promise("when a part falls silent, the fallback has come within {limit_s} s")
def fallback_within_deadline(history: History, *, under: Mapping[str, str], limit_s: float) -> Finding:
    """From the moment at which the fault struck in a run to the run's terminal event; the slowest is the figure."""
    finding = Finding(NOT_MET, unit="s", limit=limit_s)
    for story, (where, fault) in _met(history, under):
        ended_s = _ended_s(story)
        struck_s = min(
            (s for s in fault.struck_s if story.asked and story.asked[1].started_s <= s <= ended_s), default=None
        )
        if struck_s is None:
            finding.doubt(f"{fault.name} struck nothing while {story.name} went on", where)
            continue
        finding.seen += 1
        took_s = ended_s - struck_s
        if story.terminal is None and (story.cut_off or took_s < limit_s):
            finding.doubt(f"{story.name} was not watched to its end", where)
            continue
        finding.measured = max(took_s, finding.measured or 0.0)
        if took_s >= limit_s:
            what = "ended" if story.terminal else "had not ended"
            finding.break_(f"{story.name} {what} {took_s:.3f} s after {fault.name} struck", story.told[-1][0], where)
    return unless_starved(finding, history)


@promise("a run whose receiver loses the connection goes on, and is told to its end on the next one")
def interrupted_runs_resume(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """A lost connection never ends a run: it is completed all the same, and its end reaches whoever comes back.

    Somebody who did not come back cannot tell. That nothing is missing or doubled is the matter of
    ``gap_free_sequence``.
    """
    finding = Finding("nobody lost the connection during a run")
    told = {story.key: story for story in stories(history, actors)}
    for index, asked in history.indexed(Operation):
        story = told.get((asked.actor, str(asked.detail.get("run_id"))))
        if asked.action != "asks" or asked.outcome != "unknown" or story is None:
            continue
        finding.seen += 1
        _judge_resumed(finding, story, lost=index)
    return finding


def _judge_resumed(finding: Finding, story: Story, *, lost: int) -> None:
    watched, outcome = story.watched or (lost, None)
    if story.terminal is not None and story.terminal[1].type == contract.AGENT_ERROR:
        finding.break_(f"{story.name} ended with an error when its connection was lost", lost, story.terminal[0])
    elif story.terminal is None and outcome is not None and outcome.outcome == "failed":
        finding.break_(f"{story.name} was resumed and never told to its end", lost, watched)
    elif story.terminal is None:
        finding.doubt(f"{story.name} was not taken up again", lost)


@promise("others are not affected: while a fault is in force they are answered completely, in less than {limit_s} s")
def others_are_unaffected(
    history: History, *, actors: Collection[str], limit_s: float, faults: Collection[str] | None = None
) -> Finding:
    """Each run of ``actors`` beside a fault ends ``completed`` in time; the slowest is the figure.

    ``faults`` are the kinds that are meant, ``None`` all. A fault beside which nobody of them asked is undecided.
    """
    finding = Finding("no fault struck anything", unit="s", limit=limit_s)
    told = [story for story in stories(history, actors) if story.asked is not None]
    for where, fault in _in_force(history, faults):
        beside = [story for story in told if _overlaps(story, fault)]
        if not beside:
            finding.doubt(f"nobody else asked anything while {fault.name} was in force", where)
        for story in beside:
            _judge_bystander(finding, story, fault, where)
    return finding


def _judge_bystander(finding: Finding, story: Story, fault: Fault, where: int) -> None:
    finding.seen += 1
    if story.unended:
        finding.doubt(f"{story.name} could not be watched to its end", where)
        return
    asked, question = story.asked or story.told[0]
    took_s = _ended_s(story) - question.at_s
    finding.measured = max(took_s, finding.measured or 0.0)
    index, _ = story.terminal or story.told[-1]
    if story.terminal is not None and story.ending is None:
        finding.doubt(f"{story.name}: its last event does not say how it ended", index, where)
    elif story.ending != "completed":
        finding.break_(f"{story.name} was not completed beside {fault.name}", index, where)
    elif took_s >= (finding.limit or 0.0):
        finding.break_(f"{story.name} took {took_s:.3f} s beside {fault.name}", asked, index, where)


@promise("every run that no fault touches is completed, before the faults and after each of them")
def runs_without_fault_complete(
    history: History, *, actors: Collection[str] | None = None, faults: Collection[str] | None = None
) -> Finding:
    """The control arm, and the next clean run of each person who met a fault.

    ``faults`` are the kinds that are meant, ``None`` all. A fault after which none of those whose runs it met asked
    again is undecided, and so is everything when nobody asked without any fault.
    """
    finding = Finding("no run went on without a fault")
    struck = list(_in_force(history, faults))
    told = [story for story in stories(history, actors) if story.asked is not None]
    clean = [story for story in told if not any(_overlaps(story, fault) for _, fault in struck)]
    for story in clean:
        finding.seen += 1
        index, end = story.terminal or story.told[-1]
        if story.unended:
            finding.doubt(f"{story.name} could not be watched to its end", index)
        elif story.terminal is not None and story.ending is None:
            finding.doubt(f"{story.name}: its last event does not say how it ended", index)
        elif story.ending != "completed":
            how = "with an error" if story.ending == "error" else story.ending or f"with {end.type}"
            finding.break_(f"{story.name} ends {how} although no fault was in force", index)
    for where, fault in struck:
        met = {story.receiver for story in told if _overlaps(story, fault)}
        if not any(story.receiver in met and _asked_s(story) >= fault.healed_s for story in clean):
            finding.doubt(f"nobody who met {fault.name} asked again when it was healed", where)
    return finding


def _met(history: History, under: Mapping[str, str]) -> Iterator[tuple[Story, Indexed]]:
    """Each run of somebody in ``under`` with the fault of their kind that was in force during it and struck."""
    for story in stories(history, under):
        for where, fault in _in_force(history, (under[story.receiver],)):
            if story.asked is not None and _overlaps(story, fault):
                yield story, (where, fault)


def _in_force(history: History, kinds: Collection[str] | None) -> Iterator[Indexed]:
    for where, fault in history.indexed(Fault):
        if fault.touched and (kinds is None or fault.name in kinds):
            yield where, fault


def _overlaps(story: Story, fault: Fault) -> bool:
    return _asked_s(story) < fault.healed_s and _ended_s(story) > fault.started_s


def _asked_s(story: Story) -> float:
    return story.asked[1].started_s if story.asked else story.told[0][1].received_s


def _ended_s(story: Story) -> float:
    """When the run ended for its receiver, or when they stopped waiting for that."""
    if story.terminal is not None:
        return story.terminal[1].received_s
    return story.watched[1].ended_s if story.watched else story.told[-1][1].received_s
