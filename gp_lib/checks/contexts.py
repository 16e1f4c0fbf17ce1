"""Promises about a run's context: it is the run's own, is opened at once, and is gone afterwards."""

from collections import defaultdict
from collections.abc import Collection, Iterator

from gp_lib import contract
from gp_lib.checks.conduct import ACT
from gp_lib.checks.lag import unless_starved
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import id_of, run_of
from gp_lib.checks.sightings import users_of
from gp_lib.checks.stories import Story, stories
from gp_lib.history import History, Operation, Reading

GAUGE = "gauge"


@promise("no two runs share a run, thread or request id")
def contexts_share_nothing(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Each question got a run and a thread that no other question has, and one request id all through its run.

    It can only tell when there were two runs at least.
    """
    finding = Finding("no question was answered by a run")
    asked = [story for story in stories(history, actors) if story.asked is not None]
    finding.seen = len(asked)
    uses: dict[tuple[str, str], dict[str, int]] = defaultdict(dict)
    for story in asked:
        index, event = story.told[0]
        if event.thread_id is None:
            finding.doubt(f"{story.name} names no thread", index)
        else:
            uses["thread", event.thread_id][story.run_id] = index
        for request_id, where in _request_ids(finding, story).items():
            uses["request", request_id][story.run_id] = where
    for (kind, value), users in uses.items():
        if len(users) > 1:
            finding.break_(f"{len(users)} runs share the {kind} id {value[:8]}", *users.values())
    _judge_questions(finding, history, actors)
    if len(asked) == 1:
        finding.doubt("there was only one run, which had nobody to share with")
    return finding


def _request_ids(finding: Finding, story: Story) -> dict[str, int]:
    started = story.of_type(contract.AGENT_STARTED)
    told = {request_id: index for index, e in started if (request_id := id_of(e, "request_id"))}
    if len(told) > 1:
        finding.break_(f"{story.name} changed its request id", *told.values())
    elif not told:
        finding.doubt(f"{story.name} told no request id", story.told[0][0])
    return told


def _judge_questions(finding: Finding, history: History, actors: Collection[str] | None) -> None:
    """Two questions that differ are never answered by one run."""
    runs: dict[str, dict[str, int]] = defaultdict(dict)
    for index, operation in history.indexed(Operation):
        mine = actors is None or operation.actor in actors
        if mine and operation.action == "asks" and (run_id := run_of(operation)):
            runs[run_id][str(operation.detail.get("message_id", run_id))] = index
    for run_id, questions in runs.items():
        if len(questions) > 1:
            finding.break_(f"{len(questions)} questions share the run {run_id[:8]}", *questions.values())


@promise("every event carries the run, thread and user of its own run")
def events_carry_the_ids_of_their_run(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """What a receiver is told of its run names the thread that was announced, and the user who was welcomed.

    An event of a run that nobody asked for carries ids that are nobody's.
    """
    finding = Finding("no run was announced to anybody")
    users, every = users_of(history), stories(history)
    known = {story.run_id for story in every if story.asked is not None}
    for story in every:
        if actors is not None and story.receiver not in actors:
            continue
        finding.seen += len(story.told)
        first, start = story.told[0]
        if story.run_id not in known:
            doubtful = any(op.outcome == "unknown" for _, op in history.indexed(Operation) if op.action == "asks")
            (finding.doubt if doubtful else finding.break_)(f"{story.name} is a run that nobody asked for", first)
        elif story.asked is not None:
            owner = users.get(story.receiver, start.user_id)
            for index, event in story.told:
                if (event.thread_id, event.user_id) != (start.thread_id, owner):
                    ids = f"thread {str(event.thread_id)[:8]} of {event.user_id}"
                    finding.break_(f"{story.name}: seq {event.seq} carries {ids}", first, index)
    return finding


@promise("from user_message to agent_started less than {limit_ms} ms on average, in the best of {waves} waves")
def starts_within(
    history: History, *, limit_ms: float, waves: int = 1, actors: Collection[str] | None = None
) -> Finding:
    """The time from sending a question to receiving its run's first ``agent_started``; the mean is the figure.

    Questions are taken in the order in which they were asked and divided into ``waves`` of equal size. The best
    wave counts: what else the machine does can only add to the time that the platform takes.
    """
    finding = Finding("no question was answered by a run", unit="ms", limit=limit_ms)
    waits = sorted(_waits(history, actors))
    finding.seen = len(waits)
    if len(waits) < waves or not waits:
        finding.seen = 0
        return finding
    size = len(waits) // waves
    parts = [waits[number * size : (number + 1) * size] for number in range(waves)]
    means = [sum(wait for _, wait, _ in part) / len(part) for part in parts]
    finding.measured = min(means)
    if finding.measured >= limit_ms:
        best = parts[means.index(finding.measured)]
        told = ", ".join(f"{mean:.0f}" for mean in means)
        _, slowest, witnesses = max(best, key=lambda waited: waited[1])
        why = f"{told} ms on average, {slowest:.0f} ms at worst in the best wave"
        # later waves might have been better than those that there was time for
        cut_off = any(op.outcome == "unknown" for _, op in history.indexed(Operation) if op.action == ACT)
        (finding.doubt if cut_off else finding.break_)(why, *witnesses)
    return unless_starved(finding, history)


def _waits(history: History, actors: Collection[str] | None) -> Iterator[tuple[float, float, tuple[int, int]]]:
    """When each question was asked, how many milliseconds its run took to start, and the two records."""
    for story in stories(history, actors):
        starts = story.of_type(contract.AGENT_STARTED)
        if story.asked is not None and starts:
            (asked, operation), (index, start) = story.asked, starts[0]
            yield operation.started_s, (start.received_s - operation.started_s) * 1000, (asked, index)


@promise("afterwards {gauge} is back at its start value")
def live_contexts_return(history: History, *, gauge: str) -> Finding:
    """The platform's own gauge of live contexts, before, during and after the runs.

    A gauge that never moved while runs were under way measures nothing, so that nothing can be told.
    """
    finding = Finding(f"{gauge} was not read before and after the runs")
    readings = [
        (i, r)
        for i, r in history.indexed(Reading)
        if r.question == GAUGE and r.subject == gauge and r.answer is not None
    ]
    if len(readings) < 2:
        return finding
    finding.seen = len(readings)
    (first, before), (last, after) = readings[0], readings[-1]
    finding.measured, finding.unit, finding.limit = float(after.answer), "contexts", float(before.answer)
    moved = f"{gauge} was {before.answer:g} and is {after.answer:g}"
    if after.answer != before.answer and _waited(history, after.asked_s):
        finding.doubt(f"{moved}, but somebody still waited for a run", first, last)
    elif after.answer != before.answer:
        finding.break_(f"{moved} after all runs ended", first, last)
    elif all(reading.answer <= before.answer for _, reading in readings[1:-1]):
        finding.doubt(f"{gauge} never rose above {before.answer:g} while runs were under way", first, last)
    return finding


def _waited(history: History, at_s: float) -> bool:
    """Whether somebody was waiting for a run at that moment."""
    waiting = (op for _, op in history.indexed(Operation) if op.action in ("asks", "resumes"))
    return any(op.started_s <= at_s < op.ended_s for op in waiting)
