"""What each agent says: a pure function of the conversation."""

import json
from collections.abc import Callable
from dataclasses import dataclass

from .calls import Call, as_chosen, broken_calls, data_calls, filing_call
from .conversation import AgentName, Conversation
from .misbehaviour import Misbehaviour
from .report import found_savings, report_text
from .savings import Saving, total_of
from .wire import ChatRequest


@dataclass(frozen=True)
class Reply:
    """Either a text or tool calls; ``long`` texts are streamed one token a chunk."""

    text: str = ""
    calls: tuple[Call, ...] = ()
    long: bool = False


def reply_to(request: ChatRequest, talk: Conversation, fault: Misbehaviour | None) -> Reply:
    """The scripted answer to ``request``; of the faults only "bad tool" changes what is said."""
    reply = _SCRIPTS[talk.agent](talk) if talk.agent else Reply(report_text(talk), long=talk.wants_detail)
    calls = as_chosen(reply.calls, request, talk)
    if fault == "bad tool":
        calls = broken_calls(calls, talk)
    return Reply(calls=calls) if calls else reply


def _triage(talk: Conversation) -> Reply:
    if talk.is_about_costs:
        return Reply("This is a cost_optimization question: it needs the person's costs and utilization.")
    return Reply("This is a general question: it can be answered without looking at any data.")


def _data(talk: Conversation) -> Reply:
    if calls := data_calls(talk):
        return Reply(calls=calls)
    return Reply(_summary(talk) if talk.results else "No data is needed for this question.")


def _summary(talk: Conversation) -> str:
    """What came of each tool, in the words that ``findings`` understands too."""
    sentences = []
    for tool in dict.fromkeys(result.tool for result in talk.results):
        result = talk.result_of(tool)
        if failure := talk.findings.failures.get(tool):
            sentences.append(f"The tool {tool} failed: {failure.reason or 'it gave no reason'}.")
        elif result and isinstance(result.value, list):
            sentences.append(f"{tool} returned {len(result.value)} rows.")
        else:
            sentences.append(f"{tool} answered.")
    return "\n".join(sentences)


def _optimization(talk: Conversation) -> Reply:
    savings = found_savings(talk.findings)
    best = savings[0] if savings else None
    if calls := filing_call(talk, best):
        return Reply(calls=calls)
    filed = talk.findings.filed
    result = talk.result_of("file_saving")
    if result and result.error is None:
        filed = filed or best
    return Reply(_savings_json(savings, filed, talk))


def _savings_json(savings: tuple[Saving, ...] | None, filed: Saving | None, talk: Conversation) -> str:
    failures = talk.findings.failures.values()
    answer = {
        "savings": [_row(saving) for saving in savings or ()] if savings is not None else None,
        "total_monthly_saving": str(total_of(savings)) if savings is not None else None,
        "currency": "USD",
        "filed": _row(filed) if filed else None,
        "failed": [{"tool": failure.tool, "reason": failure.reason} for failure in failures],
    }
    return json.dumps(answer)


def _row(saving: Saving) -> dict[str, str]:
    return {"service": saving.service, "monthly_saving": str(saving.amount)}


def _report(talk: Conversation) -> Reply:
    return Reply(report_text(talk), long=talk.wants_detail)


_SCRIPTS: dict[AgentName, Callable[[Conversation], Reply]] = {
    "triage": _triage,
    "data": _data,
    "optimization": _optimization,
    "report": _report,
}
