"""Promises about what an answer is worth: it is there, it is about this user's data, and its amounts are true."""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from typing import Any

from gp_lib.checks.claims import claims_by_story
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import doubt_field, is_odd
from gp_lib.checks.stories import Story, stories
from gp_lib.checks.tables import UNREADABLE, table
from gp_lib.contract.platform import Claims
from gp_lib.dialects.blocks import words_in
from gp_lib.history import Event, History, Operation, Reading

NOT_READ = "no answer, or no independent reading to hold it against"
BILLS = "bills"
SAVINGS = "savings"


@promise("every run ends with an answer that is not empty")
def answer_is_not_empty(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """The root agent completes with a ``result`` that shows a person something.

    Empty content blocks, invisible characters and Markdown that renders to nothing are not an answer.
    """
    finding = Finding("no run was announced to anybody")
    for story in stories(history, actors):
        finding.seen += 1
        if story.unended:
            finding.doubt(f"{story.name} could not be watched to its end", story.told[-1][0])
        elif story.terminal is None:
            finding.break_(f"{story.name} never answers", story.told[-1][0])
        elif not story.answer:
            _judge_empty(finding, story, *story.terminal)
    return finding


def _judge_empty(finding: Finding, story: Story, index: int, last: Event) -> None:
    """An object that is not understood may hold an answer; a number, a boolean and empty content do not."""
    if is_odd(last, "result") and words_in(last.payload["result"]):
        doubt_field(finding, last, "result", index)
    else:
        finding.break_(f"{story.name} ends with {last.type} and no answer", index)


@promise("every recommendation names a service of this user's data")
def recommendations_name_own_services(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Whatever the answer recommends is a service that an independent query finds there."""
    finding = Finding(NOT_READ)
    own = _last_readings(history, history.tools.costs)
    for story, index, claims, user_id in _claims(finding, history, actors):
        if user_id not in own:
            continue
        services = {str(row["service"]) for row in own[user_id]}
        for service, _ in claims.amounts:
            finding.seen += 1
            if service not in services:
                finding.break_(f"{story.name} recommends {service!r}, which {story.receiver} does not have", index)
    return finding


@promise("the amounts of an answer and its total equal an independent SQL query")
def amounts_equal_sql(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """Each recommended amount is the one that SQL computes from the cold tier, and the total is the sum of SQL's.

    A service of the user's that SQL finds no saving on must not be recommended; one that the user does not have is
    the matter of ``recommendations_name_own_services``.
    """
    finding = Finding(NOT_READ)
    savings, own = _last_readings(history, SAVINGS), _last_readings(history, history.tools.costs)
    for story, index, claims, user_id in _claims(finding, history, actors):
        if user_id not in savings:
            continue
        try:
            true = table(savings[user_id], "monthly_saving")
        except UNREADABLE:
            finding.doubt(f"{story.name}: the store gave no table of one finite amount a service", index)
            continue
        known = {str(row["service"]) for row in own[user_id]} if user_id in own else None
        for service, amount in claims.amounts:
            finding.seen += 1
            if service in true and amount != true[service]:
                finding.break_(f"{story.name}: {amount} on {service}, but SQL says {true[service]}", index)
            elif service not in true and (known is None or service in known):
                finding.break_(f"{story.name}: {amount} on {service}, but SQL finds no saving there", index)
        _judge_total(finding, story, sum(true.values(), Decimal(0)), totals=claims.totals, index=index)
    return finding


def _judge_total(finding: Finding, story: Story, true: Decimal, *, totals: Sequence[Decimal], index: int) -> None:
    finding.seen += 1
    if not totals:
        finding.break_(f"{story.name} names no total", index)
    for total in totals:
        if total != true:
            finding.break_(f"{story.name}: a total of {total}, but SQL says {true}", index)


@promise("what only the tools' data says reaches the answer")
def planted_data_reaches_the_answer(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """A service that was billed under a name which nobody can guess stands in every later answer to its owner.

    It proves that the answer was made from what the tools read now. A name that stood in the question proves nothing.
    """
    finding = Finding("nothing was planted in the data of anybody who got an answer")
    planted = [(i, o) for i, o in history.indexed(Operation) if o.action == BILLS and o.outcome == "ok"]
    for story, index, answer, user_id in _answers(history, actors):
        for where, bill in planted:
            if bill.detail["user_id"] != user_id or story.asked is None or bill.ended_s > story.asked[1].started_s:
                continue
            finding.seen += 1
            service = str(bill.detail["service"])
            if service in str(story.asked[1].detail.get("content")):
                finding.doubt(f"{story.name}: {service} stood in the question already", story.asked[0], where)
            elif re.search(rf"(?<!\w){re.escape(service)}(?!\w)", answer) is None:
                finding.break_(f"{story.name} says nothing of {service}, which is in the data", where, index)
    return finding


def _answers(history: History, actors: Collection[str] | None) -> Iterator[tuple[Story, int, str, str]]:
    """Every answer that is not empty, with its index and whose it is; an empty one is another promise's matter."""
    for story in stories(history, actors):
        if story.terminal is not None and (answer := story.answer):
            yield story, story.terminal[0], answer, story.terminal[1].user_id or ""


def _claims(
    finding: Finding, history: History, actors: Collection[str] | None
) -> Iterator[tuple[Story, int, Claims, str]]:
    """As ``_answers``, with what each claims; one whose claims were not read leaves ``finding`` in doubt."""
    read = claims_by_story(history)
    for story, index, _, user_id in _answers(history, actors):
        claims = read.get(story.key, "none were recorded")
        if isinstance(claims, Claims):
            yield story, index, claims, user_id
        else:
            finding.doubt(f"{story.name}: what its answer claims could not be read: {claims}", index)


def _last_readings(history: History, question: str) -> dict[str, Any]:
    """The last answer to a question, by subject."""
    return {r.subject: r.answer for _, r in history.indexed(Reading) if r.question == question}
