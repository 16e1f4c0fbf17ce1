"""Promises about rows: the database itself keeps users apart, and gives back what was stored as it was sent."""

from collections.abc import Iterator
from itertools import pairwise
from typing import Any

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import rows_in, run_of
from gp_lib.dialects import fields
from gp_lib.history import Event, History, Operation, Reading

VISIBLE = "visible_rows"
NOBODY = ""
NOT_LOOKED = "nobody looked as the platform's own role"


@promise("a user's session sees no row of anybody else, in any table")
def foreign_rows_are_invisible(history: History) -> Finding:
    """Asked without any condition, in the platform's own role: only row-level security can hide a row.

    A table in which a user sees no row of their own proves nothing about that user.
    """
    finding = Finding(NOT_LOOKED)
    looks = [(index, look) for index, look in _looks(history) if look.subject != NOBODY]
    for index, look in looks:
        for table, rows in look.answer.items():
            finding.seen += 1
            owners = {row["owner"]: row["rows"] for row in rows}
            if look.subject not in owners:
                finding.doubt(f"{look.subject} has no row in {table}, so nothing was hidden from others", index)
            for owner, count in owners.items():
                if owner != look.subject:
                    finding.break_(f"{look.subject} sees {count} rows of {owner} in {table}", index)
    if len({look.subject for _, look in looks}) == 1:
        finding.doubt("only one user looked: there was nobody to be kept apart from")
    return finding


@promise("a session that names no user sees nothing, in any table")
def nothing_is_visible_without_a_user(history: History) -> Finding:
    """The same question without a user; tables in which nobody has a row prove nothing."""
    finding = Finding(NOT_LOOKED)
    filled = {table for _, look in _looks(history) if look.subject for table, rows in look.answer.items() if rows}
    for index, look in _looks(history):
        for table, rows in look.answer.items() if look.subject == NOBODY else ():
            finding.seen += 1
            count = sum(row["rows"] for row in rows)
            if count:
                finding.break_(f"{count} rows of {len(rows)} users are visible in {table}", index)
            elif table not in filled:
                finding.doubt(f"nobody has a row in {table}", index)
    return finding


@promise("on one shared connection nobody is shown what belongs to whoever came before")
def no_user_is_carried_over(history: History) -> Finding:
    """Each list of threads holds exactly the threads in which its reader had asked before.

    It can only tell when users took turns.
    """
    finding = Finding("nobody read a list of threads")
    lists = [(index, o) for index, o in _reads(history, "/threads") if "body" in o.detail]
    for index, operation in lists:
        finding.seen += 1
        listed = rows_in(operation, "threads")
        if listed is None:
            finding.doubt(f"{operation.actor} was answered {fields.shown(operation.detail['body'])}", index)
            continue
        shown = {fields.identity(thread.get("thread_id")) for thread in listed}
        own = _threads(history, operation.actor, operation.started_s)
        if foreign := shown - own:
            finding.break_(f"{operation.actor} was shown {len(foreign)} threads that are not theirs", index)
        elif own - shown:
            finding.break_(f"{operation.actor} was not shown {len(own - shown)} of their threads", index)
    for index, operation in _reads(history, "/threads"):
        if "body" not in operation.detail:
            finding.doubt(f"{operation.actor} could not read: {operation.detail.get('why', 'no reason')}", index)
    actors = [operation.actor for _, operation in lists]
    if actors and sum(one != next_ for one, next_ in pairwise(actors)) < 2:
        finding.doubt("users did not take turns")
    return finding


@promise("what is counted for a user is their own rows, and all of them")
def aggregates_count_own_rows(history: History) -> Finding:
    """Every answer of ``/usage`` equals the administrator's count of that user's rows.

    Where all users have the same counts, somebody else's would not be noticed.
    """
    finding = Finding("nobody asked for their usage, or nobody counted rows")
    counted = {r.subject: (i, r.answer[0]) for i, r in history.indexed(Reading) if r.question == "row_counts"}
    for index, operation in _reads(history, "/usage"):
        body = operation.detail.get("body", {})
        body = body if isinstance(body, dict) else {}
        subject = _user_id(history, operation.actor)
        if subject not in counted:
            continue
        finding.seen += 1
        where, rows = counted[subject]
        if not body:
            finding.doubt(f"{operation.actor} could not read: {operation.detail.get('why', 'no reason')}", index)
        for table in contract.USAGE_COUNTS if body else ():
            if body.get(table) != rows[table]:
                finding.break_(f"{operation.actor} has {rows[table]} {table}, told are {body.get(table)}", where, index)
    if finding.seen and len({str(rows) for _, rows in counted.values()}) < 2:
        finding.doubt("all users have the same counts")
    return finding


@promise("what was sent is stored and returned to the character")
def texts_survive(history: History) -> Finding:
    """Every message that was taken in is, in the store and in its thread's history, exactly what was sent.

    Only messages of those users are judged about whom the store was asked.
    """
    finding = Finding("no message was taken in")
    asked_about = {reading.subject for _, reading in history.indexed(Reading) if reading.question == "unit_messages"}
    stored = _stored_texts(history)
    returned = _returned_texts(history)
    for index, sent in history.indexed(Operation):
        if sent.action not in ("asks", "submits") or run_of(sent) is None:
            continue
        if _user_id(history, sent.actor) not in asked_about:
            continue
        finding.seen += 1
        message_id, content = sent.detail["message_id"], sent.detail["content"]
        for place, texts in (("is stored", stored), ("is returned", returned)):
            if message_id not in texts:
                finding.doubt(f"a message of {sent.actor} was not looked for where it {place}", index)
            elif texts[message_id][1] != content:
                finding.break_(
                    f"{content[:40]!r} {place} as {texts[message_id][1][:40]!r}", index, texts[message_id][0]
                )
    return finding


Texts = dict[str, tuple[int, str]]


def _stored_texts(history: History) -> Texts:
    return {
        row["message_id"]: (index, row["content"])
        for index, reading in history.indexed(Reading)
        if reading.question == "unit_messages"
        for row in reading.answer
        if row["role"] == "user"
    }


def _returned_texts(history: History) -> Texts:
    return {
        message_id: (index, str(message.get("content")))
        for index, operation in history.indexed(Operation)
        if operation.action == "reads" and str(operation.detail["path"]).endswith("/messages")
        for message in rows_in(operation, "messages") or ()
        if message.get("role") == "user" and (message_id := fields.identity(message.get("message_id")))
    }


def _looks(history: History) -> Iterator[tuple[int, Reading]]:
    return ((index, reading) for index, reading in history.indexed(Reading) if reading.question == VISIBLE)


def _reads(history: History, path: str) -> Iterator[tuple[int, Operation]]:
    return (
        (index, operation)
        for index, operation in history.indexed(Operation)
        if operation.action == "reads" and operation.detail["path"] == path
    )


def _threads(history: History, actor: str, before_s: float) -> set[Any]:
    """The threads in which ``actor`` had asked, by what they were told of their runs until then."""
    return {
        event.thread_id
        for _, event in history.indexed(Event)
        if event.actor == actor and event.thread_id is not None and event.received_s <= before_s
    }


def _user_id(history: History, actor: str) -> str | None:
    return next((e.user_id for _, e in history.indexed(Event) if e.actor == actor and e.user_id is not None), None)
