"""Promises about what is stored: an announced state is a committed state, and a committed one is announced."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime

from gp_lib import contract
from gp_lib.checks.lag import unless_starved
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.speed import statements
from gp_lib.checks.stories import stories, unanswered
from gp_lib.history import Event, Fault, History, Reading

EVENT_ROW = "event_row"
STORED_EVENTS = "stored_events"
COMMIT_TIMES = "commit_times"
NOT_READ = "nobody read what is stored"
CLOCKS_AGREE_S = 0.002
"""How far apart the clocks of the database and of the listener on its wire may be: they are one machine's."""


@promise("the moment an event arrives, a separate connection finds its row")
def committed_when_announced(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Each event's row was looked for on another connection as soon as the event had arrived."""
    finding = Finding("no row was looked for when an event arrived")
    judged = dict(_received(history, actors))
    arrived: dict[str | None, int] = {}
    for index, record in enumerate(history):
        if index in judged:
            arrived[judged[index].event_id] = index
        if not isinstance(record, Reading) or record.question != EVENT_ROW or record.subject not in arrived:
            continue
        finding.seen += 1
        if not record.answer:
            finding.break_("an event was announced and its row was not there", arrived[record.subject], index)
    return finding


@promise("nothing is announced while its COMMIT is stalled")
def nothing_announced_while_commit_stalled(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """The event whose COMMIT was held up arrives only after the COMMIT was let go.

    A COMMIT held before the server saw it belongs to the first event that was committed after the fault struck;
    one whose answer was held belongs to the last event that was committed before, while the fault was in force.
    """
    finding = Finding("no COMMIT was stalled")
    committed_s = _commit_times(history)
    arrived = {event.event_id: (index, event) for index, event in reversed(list(_received(history, actors)))}
    for fault_index, fault, struck_s in _stalls(history):
        stalled = _stalled_event(committed_s, fault, struck_s)
        if stalled is None or stalled not in arrived:
            finding.doubt("the event of the stalled COMMIT never arrived", fault_index)
            continue
        finding.seen += 1
        index, event = arrived[stalled]
        let_go_s = min(struck_s + float(fault.rule["hold_s"] or "inf"), fault.healed_s)
        if event.received_s < let_go_s:
            early_s = let_go_s - event.received_s
            finding.break_(f"{event.type} came {early_s:.3f} s before its COMMIT was let go", index, fault_index)
    return finding


def _stalls(history: History) -> Iterator[tuple[int, Fault, float]]:
    for index, fault in history.indexed(Fault):
        if fault.rule.get("kind") == "StallCommit":
            for struck_s in fault.struck_s:
                yield index, fault, struck_s


def _stalled_event(committed_s: Mapping[str, float], fault: Fault, struck_s: float) -> str | None:
    """The id of the event whose COMMIT was held, whether it ever arrived or not."""
    by_time = sorted((at_s, event_id) for event_id, at_s in committed_s.items())
    if fault.rule["side"] == "request":
        return next((event_id for at_s, event_id in by_time if struck_s <= at_s <= fault.healed_s), None)
    return next((event_id for at_s, event_id in reversed(by_time) if fault.started_s <= at_s <= struck_s), None)


@promise("every announced event is stored")
def announced_events_are_stored(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Every received event of a run has its row in the store at the end: a rolled-back step announced nothing."""
    finding = Finding(NOT_READ)
    read_s = {reading.subject: reading.asked_s for _, reading in _stored(history)}
    stored = {(reading.subject, row["event_id"]) for _, reading in _stored(history) for row in reading.answer}
    users = _users(history, actors)
    for index, event in _received(history, actors):
        read = users[event.actor] & read_s.keys()
        finding.seen += bool(read)
        if not read or (event.user_id, event.event_id) in stored:
            continue
        what = f"{event.actor} received {event.type} (seq {event.seq})"
        if event.event_id is None:
            finding.doubt(f"{what} without an event_id, so that its row cannot be found", index)
        elif event.received_s > max(read_s[user_id] for user_id in read):
            finding.doubt(f"{what}, which came after the store had been read", index)
        else:
            finding.break_(f"{what}, which is not stored", index)
    return finding


@promise("every stored event arrives, once")
def stored_events_arrive(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """The set of stored events equals the set received, over all of an actor's connections.

    What was stored for somebody whose connection was lost and who did not come back is undecided.
    """
    finding = Finding(NOT_READ)
    received = Counter((event.user_id, event.event_id) for _, event in _received(history, actors))
    judged = set().union(*_users(history, actors).values())
    nameless = {(event.run_id, event.type) for _, event in _received(history, actors) if event.event_id is None}
    lost = _lost_runs(history, actors)
    for index, reading in _stored(history):
        for row in reading.answer if reading.subject in judged else ():
            finding.seen += 1
            count = received[reading.subject, row["event_id"]]
            what = f"{row['type']} (seq {row['seq']}) of {reading.subject} is stored"
            if count == 0 and lost(row["run_id"]):
                finding.doubt(f"{what}, and its receiver lost the connection", index)
            elif count == 0 and (row["run_id"], row["type"]) in nameless:
                finding.doubt(f"{what}, and such an event arrived without an event_id", index)
            elif count != 1:
                finding.break_(f"{what} and arrived {count} times", index)
    return finding


def _users(history: History, actors: Collection[str] | None) -> dict[str, set[str]]:
    """Under which user ids each actor was addressed, in events and in the welcome."""
    users: dict[str, set[str]] = defaultdict(set)
    for _, event in history.indexed(Event):
        if event.user_id is not None and (actors is None or event.actor in actors):
            users[event.actor].add(event.user_id)
    return users


def _lost_runs(history: History, actors: Collection[str] | None) -> Callable[[str], bool]:
    """Tells of a run whether it may have gone on, or even begun, behind a lost connection."""
    told = stories(history, actors)
    known = {story.run_id for story in told}
    lost = {story.run_id for story in told if story.unended}
    any_question = any(operation.outcome == "unknown" for _, operation in unanswered(history, actors))
    return lambda run_id: run_id in lost or (any_question and run_id not in known)


@promise("from commit to delivery less than {limit_ms} ms")
def commit_to_delivery_within(history: History, *, limit_ms: float, actors: Collection[str] | None = None) -> Finding:
    """The time from an event's commit to its receipt; the slowest is the figure.

    The database notes the time of a commit before it writes it to the disk, and answers afterwards. Where somebody
    listened on its wire the answer counts, as the disk is not the platform's; elsewhere the note does.
    """
    finding = Finding("no commit time was read", unit="ms", limit=limit_ms)
    committed_s = _answered(_commit_times(history), history)
    for index, event in _received(history, actors):
        if event.event_id is not None and event.event_id in committed_s:
            finding.seen += 1
            took_ms = (event.received_s - committed_s[event.event_id]) * 1000
            finding.measured = max(took_ms, finding.measured or 0.0)
            if took_ms >= limit_ms:
                finding.break_(f"{event.type} of {event.actor} took {took_ms:.0f} ms", index)
    return unless_starved(finding, history)


def _answered(noted_s: Mapping[str, float], history: History) -> dict[str, float]:
    """When each commit was answered; when it was noted, where no COMMIT was heard at that moment."""
    commits = [one for one in statements(history) if one.ends]

    def answered_s(at_s: float) -> float:
        heard = (c.answered_s for c in commits if c.asked_s - CLOCKS_AGREE_S <= at_s <= c.answered_s)
        return min(heard, default=at_s)

    return {event_id: answered_s(at_s) for event_id, at_s in noted_s.items()}


def _received(history: History, actors: Collection[str] | None) -> Iterator[tuple[int, Event]]:
    for index, event in history.indexed(Event):
        if event.type in contract.RUN_EVENTS and (actors is None or event.actor in actors):
            yield index, event


def _stored(history: History) -> list[tuple[int, Reading]]:
    """The last reading of each user's stored events."""
    last = {r.subject: (index, r) for index, r in history.indexed(Reading) if r.question == STORED_EVENTS}
    return list(last.values())


def _commit_times(history: History) -> dict[str, float]:
    """When each event was committed, in seconds of this history; the machines' clocks are taken to agree."""
    began = history.began.astimezone(UTC)
    return {
        row["event_id"]: (datetime.fromtimestamp(row["committed_us"] / 1e6, UTC) - began).total_seconds()
        for _, reading in history.indexed(Reading)
        if reading.question == COMMIT_TIMES
        for row in reading.answer
        if row["committed_us"] is not None
    }
