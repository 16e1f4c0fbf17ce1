"""Conversations for the tests: the four agents' system messages, tools, and the data they work on."""

import json
from typing import Any

from openai.types.chat import ChatCompletionFunctionToolParam, ChatCompletionMessageParam

COSTS = [
    {"service": "warehouse", "cost": "1000.00", "currency": "USD"},
    {"service": "search", "cost": "123.45", "currency": "USD"},
    {"service": "queue", "cost": "0.05", "currency": "USD"},
]
USAGE = [
    {"service": "queue", "usage_pct": 10.0},
    {"service": "search", "usage_pct": 7.5},
    {"service": "warehouse", "usage_pct": 20.0},
]
# By hand: 123.45 * 0.925 = 114.19125 -> 114.19; 0.05 * 0.9 = 0.045 -> 0.05 (half up); 20 % is not below 20 %.
SAVINGS = [
    {"service": "search", "monthly_saving": "114.19"},
    {"service": "queue", "monthly_saving": "0.05"},
]
TOTAL = "114.24"


def asked(agent: str | None, question: str) -> list[ChatCompletionMessageParam]:
    system: list[ChatCompletionMessageParam] = []
    if agent:
        system = [{"role": "system", "content": f"You are the {agent} agent. Do your part."}]
    return [*system, {"role": "user", "content": question}]


def answered(*results: tuple[str, Any]) -> list[ChatCompletionMessageParam]:
    """One assistant message that calls all tools in parallel, and their results."""
    calls: ChatCompletionMessageParam = {
        "role": "assistant",
        "tool_calls": [
            {"id": f"c{index}", "type": "function", "function": {"name": tool, "arguments": "{}"}}
            for index, (tool, _) in enumerate(results)
        ],
    }
    answers: list[ChatCompletionMessageParam] = [
        {"role": "tool", "tool_call_id": f"c{index}", "content": json.dumps(result)}
        for index, (_, result) in enumerate(results)
    ]
    return [calls, *answers]


def tool(name: str, **parameters: str) -> ChatCompletionFunctionToolParam:
    """A tool whose parameters are all required; the values are JSON schema types."""
    properties = {parameter: {"type": kind} for parameter, kind in parameters.items()}
    schema: dict[str, object] = {"type": "object", "properties": properties, "required": list(parameters)}
    return {"type": "function", "function": {"name": name, "parameters": schema}}


COST_TOOL = tool("cost_by_service", days="integer")
USAGE_TOOL = tool("utilization_by_service", days="integer")
INVOICE_TOOL = tool("invoice_lookup", invoice_id="string")
FILE_TOOL = tool("file_saving", service="string", monthly_saving="string")
FOUND: dict[str, Any] = {"cost_by_service": COSTS, "utilization_by_service": USAGE}
DATA = f"Data so far: {json.dumps(FOUND)}"
