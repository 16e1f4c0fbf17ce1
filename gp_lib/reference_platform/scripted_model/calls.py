"""Which tools the script calls, and with which arguments."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .conversation import Conversation
from .savings import Saving
from .wire import ChatRequest, Function, NamedTool

WINDOW_DAYS = 30


@dataclass(frozen=True)
class Call:
    """A call of ``tool``; ``arguments`` is JSON text (or, when the model misbehaves, is not)."""

    tool: str
    arguments: str


def data_calls(talk: Conversation) -> tuple[Call, ...]:
    """The data agent's calls that are wanted, offered, and not answered yet in this turn."""
    wanted = {**_invoice(talk), **_spelled_out(talk)}
    if talk.is_about_costs:
        window = {"days": WINDOW_DAYS}
        wanted = {"cost_by_service": window, "utilization_by_service": window, **wanted}
    offered = {function.name for function in talk.offered}
    return tuple(
        Call(tool, json.dumps(arguments))
        for tool, arguments in wanted.items()
        if tool in offered and talk.result_of(tool) is None
    )


def filing_call(talk: Conversation, best: Saving | None) -> tuple[Call, ...]:
    """The call that files ``best``: none when nobody asked for it, or when it was answered already."""
    offered = any(function.name == "file_saving" for function in talk.offered)
    if best is None or not (talk.wants_filing and offered) or talk.result_of("file_saving"):
        return ()
    arguments = {"service": best.service, "monthly_saving": str(best.amount)}
    return (Call("file_saving", json.dumps(arguments)),)


def as_chosen(calls: tuple[Call, ...], request: ChatRequest, talk: Conversation) -> tuple[Call, ...]:
    """``calls`` as the request's ``tool_choice`` and ``parallel_tool_calls`` allow and demand."""
    choice = request.tool_choice
    if isinstance(choice, NamedTool):
        named = choice.function.name
        calls = tuple(call for call in calls if call.tool == named) or _example(talk, named)
    elif choice == "required" and not calls:
        calls = _example(talk, talk.offered[0].name)
    return calls[:1] if request.parallel_tool_calls is False else calls


def broken_calls(calls: tuple[Call, ...], talk: Conversation) -> tuple[Call, ...]:
    """``calls``, or one of the first offered tool, with the first one's arguments cut off in the middle."""
    if talk.results or not talk.offered:
        return calls
    first, *others = calls or _example(talk, talk.offered[0].name)
    return (Call(first.tool, first.arguments[:-1] + ', "'), *others)


def _invoice(talk: Conversation) -> dict[str, dict[str, Any]]:
    return {"invoice_lookup": {"invoice_id": talk.invoice}} if talk.invoice else {}


def _spelled_out(talk: Conversation) -> dict[str, dict[str, Any]]:
    words = set(re.findall(r"[\w-]+", talk.question))
    return {function.name: _arguments(function, talk) for function in talk.offered if function.name in words}


def _example(talk: Conversation, tool: str) -> tuple[Call, ...]:
    named = (function for function in talk.offered if function.name == tool)
    return tuple(Call(tool, json.dumps(_arguments(function, talk))) for function in named)


def _arguments(function: Function, talk: Conversation) -> dict[str, Any]:
    """A value for each required parameter of a tool that the script knows nothing about."""
    properties = function.parameters.get("properties", {})
    required = function.parameters.get("required", [])
    return {name: _value(name, properties.get(name, {}), talk) for name in required}


def _value(name: str, schema: Mapping[str, Any], talk: Conversation) -> Any:
    if name == "days":
        return WINDOW_DAYS
    if name == "invoice_id" and talk.invoice:
        return talk.invoice
    if choices := schema.get("enum"):
        return choices[0]
    if "default" in schema:
        return schema["default"]
    text = talk.echoes[0] if talk.echoes else "overview"
    by_type = {"integer": 1, "number": 1.0, "boolean": False, "array": [], "object": {}, "null": None}
    return by_type.get(str(schema.get("type")), text)
