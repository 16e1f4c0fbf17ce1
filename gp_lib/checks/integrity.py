"""Promises about data after an error: what was acknowledged is there once, what was refused is not, nothing is half."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import id_of, run_of
from gp_lib.checks.stories import calls, stories
from gp_lib.history import Event, Fault, History, Operation, Reading

RUNS, MESSAGES, THREADS, EVENTS = "unit_runs", "unit_messages", "unit_threads", "stored_events"
NOT_READ = "nobody read what is stored"
Row = dict[str, Any]


@promise("what was acknowledged is stored exactly once")
def acknowledged_is_stored_once(history: History) -> Finding:
    """A message is acknowledged by the start of its run, an effect by the completion of its tool call."""
    finding = Finding("nothing was acknowledged, or nobody read what is stored")
    for index, what, early, stored in _units(history, acknowledged=True):
        finding.seen += 1
        if stored != 1 and not early:
            finding.doubt(f"{what} was acknowledged after the store had been read", index)
        elif stored != 1:
            finding.break_(f"{what} was acknowledged and is stored {stored} times", index)
    return finding


@promise("what was refused is not stored at all")
def refused_is_not_stored(history: History) -> Finding:
    """A message is refused by an error in place of its run, an effect by the failure of its tool call."""
    finding = Finding("nothing was refused, or nobody read what is stored")
    for index, what, _, stored in _units(history, acknowledged=False):
        finding.seen += 1
        if stored:
            finding.break_(f"{what} was refused and is stored {stored} times", index)
    return finding


Unit = tuple[int, str, bool, int]
"""Where something was told to a user, what it is, whether before the store was read, and how often it is stored."""


def _units(history: History, *, acknowledged: bool) -> Iterator[Unit]:
    yield from _messages(history, acknowledged=acknowledged)
    yield from _effects(history, acknowledged=acknowledged)


def _messages(history: History, *, acknowledged: bool) -> Iterator[Unit]:
    read_s = {reading.subject: reading.asked_s for _, reading in _last(history, RUNS)}
    stored = Counter(row["message_id"] for row in _rows(history, RUNS))
    for index, operation in history.indexed(Operation):
        times_s = [read_s[user_id] for user_id in _users(history, operation.actor) if user_id in read_s]
        if operation.action in ("asks", "submits") and times_s and _is_answered(operation, acknowledged):
            early = operation.started_s < min(times_s)
            yield index, f"a message of {operation.actor}", early, stored[operation.detail["message_id"]]


def _is_answered(operation: Operation, acknowledged: bool) -> bool:
    """Whether a message was acknowledged by a run, or refused by an error."""
    return run_of(operation) is not None if acknowledged else "error_code" in operation.detail


def _effects(history: History, *, acknowledged: bool) -> Iterator[Unit]:
    read_s = {reading.subject: reading.asked_s for _, reading in _last(history, history.tools.effect)}
    stored = Counter((row["run_id"], row["call_id"]) for row in _rows(history, history.tools.effect))
    for story in stories(history):
        for (_, call), completions in calls(story):
            if id_of(call, "tool_name") != history.tools.effect or call.user_id not in read_s:
                continue
            for index, done in completions[:1]:
                if id_of(done, "status") == ("ok" if acknowledged else "error"):
                    count = stored[story.run_id, id_of(call, "call_id")]
                    yield index, f"an effect in {story.name}", done.received_s < read_s[str(call.user_id)], count


@promise("nothing is stored by halves")
def no_half_unit(history: History) -> Finding:
    """Of each run: its thread, its message, its first event, no gap in its events, and its end with its answer.

    Of each thread, message and event: its run. A run that is under way still is not judged by its end.
    """
    finding = Finding(NOT_READ)
    read = {question: dict(_by_subject(history, question)) for question in (THREADS, RUNS, MESSAGES, EVENTS)}
    for subject, (index, runs) in read[RUNS].items():
        if any(subject not in others for others in read.values()):
            continue
        parts = {question: read[question][subject][1] for question in read}
        finding.seen += len(runs) + len(parts[THREADS])
        for sentence in (*_of_runs(runs, parts), *_without_run(runs, parts)):
            finding.break_(f"{subject}: {sentence}", index)
    return finding


def _of_runs(runs: list[Row], parts: dict[str, list[Row]]) -> Iterator[str]:
    threads = {row["thread_id"] for row in parts[THREADS]}
    for run in runs:
        name = f"run {run['run_id'][:8]}"
        seqs = sorted(row["seq"] for row in parts[EVENTS] if row["run_id"] == run["run_id"])
        roles = [row["role"] for row in parts[MESSAGES] if row["run_id"] == run["run_id"]]
        if run["thread_id"] not in threads:
            yield f"{name} has no thread"
        if seqs[:1] != [1]:
            yield f"{name} has no first event"
        elif seqs != list(range(1, len(seqs) + 1)):
            yield f"{name} has gaps in its events"
        if roles.count("user") != 1:
            yield f"{name} has {roles.count('user')} messages"
        if run["has_result"] != ("assistant" in roles):
            yield f"{name} has a result without an answer in its thread, or the other way round"


def _without_run(runs: list[Row], parts: dict[str, list[Row]]) -> Iterator[str]:
    ids, used = {run["run_id"] for run in runs}, {run["thread_id"] for run in runs}
    yield from (f"{row['role']} message without a run" for row in parts[MESSAGES] if row["run_id"] not in ids)
    yield from (f"event {row['seq']} without a run" for row in parts[EVENTS] if row["run_id"] not in ids)
    yield from ("thread without a run" for row in parts[THREADS] if row["thread_id"] not in used)


@promise("after each error the next user's first request is served")
def next_user_gets_a_clean_connection(history: History, *, actor: str) -> Finding:
    """The first request of ``actor`` after each fault; the figure is the longest time from a fault's end to an answer.

    A request that was not served breaks it, also when the next one was.
    """
    finding = Finding("no fault struck", unit="s", measured=0.0)
    reads = [(i, o) for i, o in history.indexed(Operation) if (o.actor, o.action) == (actor, "reads")]
    for fault_index, fault in _disturbances(history):
        finding.seen += 1
        since = [(i, o) for i, o in reads if o.started_s >= fault.healed_s]
        if not since:
            finding.doubt(f"{actor} asked for nothing after {fault.name}", fault_index)
            continue
        index, first = since[0]
        if first.outcome == "failed":
            finding.break_(f"after {fault.name} {actor} was answered {_why(first)}", fault_index, index)
        elif first.outcome == "unknown":
            finding.doubt(f"after {fault.name} {actor}'s request had no answer", fault_index, index)
    finding.measured = max((took_s for _, took_s in recoveries(history, actor)), default=0.0)
    return finding


def recoveries(history: History, actor: str) -> list[tuple[str, float]]:
    """Each disturbance by name, with the seconds from its end to the next request of ``actor`` that was served."""
    served = [o for _, o in history.indexed(Operation) if (o.actor, o.action, o.outcome) == (actor, "reads", "ok")]
    found = []
    for _, fault in _disturbances(history):
        ends = [o.ended_s - fault.healed_s for o in served if o.started_s >= fault.healed_s]
        found += [(fault.name, min(ends))] if ends else []
    return found


def _disturbances(history: History) -> Iterator[tuple[int, Fault]]:
    """Every fault but a planned restart."""
    return ((index, fault) for index, fault in history.indexed(Fault) if fault.name != "restart")


def _why(operation: Operation) -> str:
    return str(operation.detail.get("why", "no reason"))


def _last(history: History, question: str) -> list[tuple[int, Reading]]:
    """The last reading about each subject."""
    found = {r.subject: (i, r) for i, r in history.indexed(Reading) if r.question == question}
    return list(found.values())


def _by_subject(history: History, question: str) -> Iterator[tuple[str, tuple[int, list[Row]]]]:
    return ((reading.subject, (index, list(reading.answer))) for index, reading in _last(history, question))


def _rows(history: History, question: str) -> Iterator[Row]:
    return (row for _, reading in _last(history, question) for row in reading.answer)


def _users(history: History, actor: str) -> set[str]:
    return {e.user_id for _, e in history.indexed(Event) if e.actor == actor and e.user_id is not None}
