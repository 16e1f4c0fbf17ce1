"""Promises about what tools bring: it is true, it reaches the answer, and an effect is there exactly once."""

import re
from collections import Counter
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import doubt_field, id_of, is_odd
from gp_lib.checks.stories import Story, calls, stories, unanswered
from gp_lib.checks.tables import UNREADABLE, table
from gp_lib.history import Event, Fault, History, Reading

CENT = Decimal("0.01")


@promise("the results of {tool} equal an independent query", about="{tool}")
def tool_results_equal_sql(
    history: History, *, tool: str, column: str, tolerance: float = 0.0, actors: Collection[str] | None = None
) -> Finding:
    """Every row of a tool's result has the value of ``column`` that the store gives for the same service.

    The readings are those with the tool's name as their question, about the user the run belongs to; numbers may
    differ by ``tolerance``.
    """
    finding = Finding(f"no result of {tool}, or no independent reading of it")
    truth = _readings(history, tool)
    for story in stories(history, actors):
        for index, done in story.of_type(contract.TOOL_COMPLETED):
            user_id = done.user_id or ""
            if id_of(done, "tool_name") != tool or id_of(done, "status") != "ok" or user_id not in truth:
                continue
            finding.seen += 1
            try:
                true = table(truth[user_id], column)
            except UNREADABLE:
                finding.doubt(f"{story.name}: the store gave no table of one finite number a service", index)
                continue
            if why := _differs(done.payload.get("result"), true, column=column, tolerance=tolerance):
                finding.break_(f"{story.name}: {why}", index)
    return finding


def _readings(history: History, question: str) -> dict[str, Any]:
    """The last answer to a question, by subject."""
    return {r.subject: r.answer for _, r in history.indexed(Reading) if r.question == question}


def _differs(result: Any, true: Mapping[str, Decimal], *, column: str, tolerance: float) -> str | None:
    if not true:
        return "the store has no row to compare with"
    try:
        told = table(result, column)
    except UNREADABLE:
        return "the result is no table with one number a service"
    if told.keys() != true.keys():
        return f"services differ: {sorted(told.keys() ^ true.keys())}"
    off = [service for service in true if abs(told[service] - true[service]) > Decimal(str(tolerance))]
    return f"{off[0]}: the tool says {told[off[0]]}, the store {true[off[0]]}" if off else None


@promise("every saving that the data holds stands in the answer")
def results_reach_the_answer(
    history: History, *, idle_below_pct: float, actors: Collection[str] | None = None
) -> Finding:
    """Savings are computed here from the store's readings and searched in the text: service and amount.

    A service used less than ``idle_below_pct`` percent on average could save the unused share of its cost.
    """
    finding = Finding("no answer, or no independent reading to hold it against")
    cost, used = _readings(history, history.tools.costs), _readings(history, history.tools.utilization)
    for story in stories(history, actors):
        if story.terminal is None or story.terminal[1].type != contract.AGENT_COMPLETED:
            continue
        index, completed = story.terminal
        user_id = completed.user_id or ""
        if user_id not in cost or user_id not in used:
            continue
        try:
            expected = _savings(table(cost[user_id], "cost"), table(used[user_id], "usage_pct"), idle_below_pct)
        except UNREADABLE:
            finding.doubt(f"{story.name}: the store gave no tables of one finite number a service", index)
            continue
        if is_odd(completed, "result"):
            doubt_field(finding, completed, "result", index)
            continue
        finding.seen += len(expected)
        answer = story.answer
        for service, amount in expected.items():
            if not re.search(rf"(?<!\w){re.escape(service)}(?!\w)", answer) or not _stands(amount, answer):
                finding.break_(f"{story.name}: a saving of {amount} on {service} is not in the answer", index)
    return finding


def _savings(cost: dict[str, Decimal], used: dict[str, Decimal], idle_below_pct: float) -> dict[str, Decimal]:
    return {
        service: (cost[service] * (1 - usage / 100)).quantize(CENT, rounding="ROUND_HALF_UP")
        for service, usage in used.items()
        if usage < Decimal(str(idle_below_pct)) and service in cost
    }


def _stands(amount: Decimal, text: str) -> bool:
    """Whether ``amount`` stands in ``text`` as a number of its own: 8.10 does not in 18.10 nor in 8.105."""
    spelt = f"{re.escape(f'{amount}')}|{re.escape(f'{amount:,}')}"
    return re.search(rf"(?<!\d)(?<!\d[.,])({spelt})(?!\d|\.\d)", text) is not None


@promise("a tool with an effect has it exactly once, although {fault} struck")
def effect_happened_once(history: History, *, tool: str, fault: str, actors: Collection[str] | None = None) -> Finding:
    """For each successful call of ``tool`` there is one row in the store, for a run without one there is none.

    It can only tell when ``fault`` struck: an effect that nothing disturbed is not repeated anyway.
    """
    finding = Finding(f"{tool} was never called")
    if not any(f.touched for _, f in history.indexed(Fault) if f.name == fault):
        finding.doubt(f"{fault} touched nothing, so that nothing had to be retried")
    rows = {r.subject: (index, r.answer) for index, r in history.indexed(Reading) if r.question == tool}
    told = stories(history, actors)
    for story in told:
        _judge_effects(finding, story, tool, rows)
    for user_id in {event.user_id for story in told for _, event in story.told} & rows.keys():
        _judge_unseen(finding, history, *rows[user_id or ""])
    return finding


def _judge_effects(finding: Finding, story: Story, tool: str, rows: Mapping[str, tuple[int, Any]]) -> None:
    """A success must have its effect; a call that was not seen to complete may have one."""
    called = [(call, done) for call, done in calls(story) if id_of(call[1], "tool_name") == tool]
    finding.seen += len(called)
    user_id = story.told[0][1].user_id or ""
    if user_id not in rows:
        if called:
            finding.doubt(f"{story.name}: nobody read what {tool} did", called[0][0][0])
        return
    index, stored = rows[user_id]
    count = Counter(row["run_id"] for row in stored)[story.run_id]
    succeeded = sum(any(id_of(event, "status") == "ok" for _, event in done) for _, done in called)
    unseen = [call for call, done in called if not any(_is_clear(event) for _, event in done)]
    if not succeeded <= count <= succeeded + len(unseen):
        why = f"{story.name}: {succeeded} successful calls of {tool}, {count} effects"
        (finding.doubt if story.unended and count <= succeeded + 1 else finding.break_)(why, index)
    elif unseen:
        finding.doubt(f"{story.name}: {tool} was not seen to complete", unseen[0][0])


def _is_clear(done: Event) -> bool:
    """Whether a completion says if it worked."""
    return id_of(done, "status") in ("ok", "error")


def _judge_unseen(finding: Finding, history: History, index: int, stored: Any) -> None:
    """Every effect belongs to a run that somebody watched, unless a question was lost."""
    seen = {story.run_id for story in stories(history)}
    lost = any(operation.outcome == "unknown" for _, operation in unanswered(history))
    for row in stored:
        if row["run_id"] not in seen:
            why = f"an effect in a run that nobody saw ({str(row['run_id'])[:8]})"
            (finding.doubt if lost else finding.break_)(why, index)
