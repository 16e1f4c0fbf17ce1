"""Promises about database connections: they suffice for everybody, stay within their limit, and none is lost."""

from collections.abc import Collection, Iterable

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.stories import stories
from gp_lib.history import History, Operation, Reading

SESSIONS = "sessions"
OPENS = "opens a session"


@promise("{users} users who ask at once are all answered")
def everybody_was_answered(history: History, *, users: int, actors: Collection[str] | None = None) -> Finding:
    """Each one's question ends in an answer; a refusal, an error and silence break it.

    It can only tell when ``users`` questions were under way at the same moment.
    """
    finding = Finding("nobody asked anything", measured=0.0, unit="users", limit=float(users))
    answers = {
        story.asked[0]: story.terminal[1].type if story.terminal else None
        for story in stories(history, actors)
        if story.asked is not None
    }
    asked = [
        (index, operation)
        for index, operation in history.indexed(Operation)
        if operation.action == "asks" and (actors is None or operation.actor in actors)
    ]
    answered = set[str]()
    for index, operation in asked:
        finding.seen += 1
        if answers.get(index) == contract.AGENT_COMPLETED:
            answered.add(operation.actor)
        elif operation.outcome == "unknown":
            finding.doubt(f"{operation.actor} lost the connection before the answer", index)
        else:
            finding.break_(f"{operation.actor} got no answer: {_why(operation)}", index)
    finding.measured = float(len(answered))
    peak = _most_at_once([operation for _, operation in asked])
    if finding.seen and peak < users:
        finding.doubt(f"at most {peak} questions were under way at the same moment")
    return finding


def _why(operation: Operation) -> str:
    return str(operation.detail.get("why") or f"it ended with {operation.detail.get('terminal') or 'nothing'}")


def _most_at_once(operations: Iterable[Operation]) -> int:
    changes = [(o.started_s, 1) for o in operations] + [(o.ended_s, -1) for o in operations]
    most = under_way = 0
    for _, change in sorted(changes):
        under_way += change
        most = max(most, under_way)
    return most


@promise("the platform never has more than {limit} sessions on the database server")
def sessions_within_pool(history: History, *, limit: int) -> Finding:
    """What the server itself counted, again and again; only counts made while somebody was asking can tell."""
    finding = Finding("nobody counted sessions while somebody asked", unit="sessions", limit=float(limit))
    asking = [(o.started_s, o.ended_s) for _, o in history.indexed(Operation) if o.action in ("asks", "submits")]
    for index, count, reading in _counts(history):
        finding.seen += any(started <= reading.asked_s <= ended for started, ended in asking)
        finding.measured = max(finding.measured or 0.0, count)
        if count > limit:
            finding.break_(f"there were {count} sessions", index)
    return finding


@promise("a session opens in less than {limit_ms} ms on average while people ask")
def sessions_open_within(history: History, *, limit_ms: float) -> Finding:
    """The mean time to connect and sign in to the database beside the platform; a refused session breaks it."""
    finding = Finding("no session was opened while somebody asked", unit="ms", limit=limit_ms)
    asking = [(o.started_s, o.ended_s) for _, o in history.indexed(Operation) if o.action == "asks"]
    took_ms: dict[int, float] = {}
    for index, operation in history.indexed(Operation):
        if operation.action != OPENS or not any(a <= operation.started_s <= b for a, b in asking):
            continue
        finding.seen += 1
        if operation.outcome == "ok":
            took_ms[index] = (operation.ended_s - operation.started_s) * 1000
        elif operation.outcome == "failed":
            finding.break_(f"a session was refused: {operation.detail.get('why', 'no reason')}", index)
        else:
            finding.doubt(f"a session was given up: {operation.detail.get('why', 'no reason')}", index)
    if took_ms:
        finding.measured = sum(took_ms.values()) / len(took_ms)
        if finding.measured >= limit_ms:
            slowest = max(took_ms, key=lambda index: took_ms[index])
            finding.break_(f"{len(took_ms)} sessions took {finding.measured:.0f} ms on average", slowest)
    return finding


@promise("after {failures} failing requests the platform has as many sessions as before")
def sessions_return_to_start(history: History, *, failures: int, limit: int) -> Finding:
    """The server's count before the first refused message, and the last one after the last.

    A pool that is full from the start hides a leak, and fewer refusals than planned prove too little.
    """
    finding = Finding("no message was refused", unit="sessions")
    refused = [o for _, o in history.indexed(Operation) if o.action == "submits" and o.outcome == "failed"]
    if not refused:
        return finding
    finding.seen = len(refused)
    first_s, last_s = min(o.started_s for o in refused), max(o.ended_s for o in refused)
    before = [(i, count) for i, count, reading in _counts(history) if reading.answered_s <= first_s]
    after = [(i, count) for i, count, reading in _counts(history) if reading.asked_s >= last_s]
    if not before or not after:
        finding.doubt("sessions were not counted both before and after")
        return finding
    (start, had), (end, has) = before[-1], after[-1]
    finding.measured, finding.limit = has, had
    if has > had:
        finding.break_(f"there were {had} sessions before and {has} after {len(refused)} failing requests", start, end)
    elif had >= limit:
        finding.doubt(f"all {had} sessions were open from the start, so a lost one would not show", start)
    if len(refused) < failures:
        finding.doubt(f"only {len(refused)} requests failed")
    return finding


def _counts(history: History) -> list[tuple[int, int, Reading]]:
    return [(i, int(r.answer[0]["open"]), r) for i, r in history.indexed(Reading) if r.question == SESSIONS]
