"""An act can be stopped at any moment: what was not seen by then is held against nobody."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gp_lib import contract, evidence
from gp_lib.checks.conduct import ACT
from gp_lib.history import Event, Fault, History, Operation, Reading, Record
from gp_lib.runner.earlier_histories import load_history
from gp_lib.runner.rejudge import judge
from gp_lib.verdict import Ruling
from tests.histories import with_claims
from tests.projects import ROOT

RAN = sorted(path.parent for path in (ROOT / "runs" / "example").glob("*/executed.ipynb"))
KNOWN_BEFORE = {
    "asks": {"content", "message_id"},
    "connects": {"connection", "user_id", "by"},
    "resumes": {"run_id", "last_seq"},
}
"""What an operation says of itself before it is over; the rest of these is learnt on the way."""
MOMENTS = 6


def stopped(history: History, at_s: float) -> History:
    """What would have been recorded, had the act been stopped at ``at_s``."""
    records = [cut for record in history if (cut := _until(record, history, at_s))]
    records.sort(key=lambda record: _over_s(record) == at_s)  # what was under way is recorded when it is stopped
    why = {"why": "stopped"}
    act = Operation(actor="scenario", action=ACT, outcome="unknown", started_s=0.0, ended_s=at_s, detail=why)
    return with_claims(History([*records, act], began=history.began))


def _over_s(record: Record) -> float:
    """When a record was complete."""
    match record:
        case Event():
            return record.received_s
        case Reading():
            return record.answered_s
        case Operation():
            return record.ended_s
        case Fault():
            return record.healed_s


def _until(record: Record, history: History, at_s: float) -> Record | None:
    """A record as it is at ``at_s``: ``None`` when it is still to come."""
    under_way = record.at_s < at_s < _over_s(record)
    match record:
        case Operation(action=action) if action == ACT:
            return None
        case Operation() if under_way:
            return replace(record, outcome="unknown", ended_s=at_s, detail=_known(record, history, at_s))
        case Fault() if under_way:
            return replace(record, healed_s=at_s, struck_s=tuple(s for s in record.struck_s if s <= at_s))
    return record if _over_s(record) <= at_s else None


def _known(operation: Operation, history: History, at_s: float) -> dict[str, Any]:
    known = KNOWN_BEFORE.get(operation.action, set(operation.detail))
    detail = {name: value for name, value in operation.detail.items() if name in known}
    for start in _starts(operation, history) if operation.action == "asks" else ():
        if start.received_s <= at_s:
            detail |= {"run_id": start.run_id, "thread_id": start.thread_id, "root": start.agent_name}
    return {**detail, "why": "stopped"}


def _starts(question: Operation, history: History) -> Iterator[Event]:
    """The announcement of the run that answers a question."""
    for _, event in history.indexed(Event):
        mine = event.actor == question.actor and event.type == contract.AGENT_STARTED
        if mine and event.payload.get("message_id") == question.detail["message_id"]:
            yield event


@pytest.mark.parametrize("folder", RAN, ids=lambda folder: folder.name)
def test_an_act_that_is_stopped_at_any_moment_neither_passes_nor_fails(folder: Path) -> None:
    history = load_history(folder / evidence.HISTORY)
    ended_s = next(op.ended_s for _, op in history.indexed(Operation) if op.action == ACT)
    assert judge(folder, history).ruling is Ruling.PASS
    for number in range(1, MOMENTS + 1):
        at_s = ended_s * (number - 0.5) / MOMENTS
        verdict = judge(folder, stopped(history, at_s))
        worst = [f"{check.name}: {check.message}" for check in verdict.broken()]
        assert verdict.ruling is Ruling.UNKNOWN, (at_s, worst)
