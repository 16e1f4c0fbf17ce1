import json
from typing import Any

from openai import AsyncOpenAI
from openai.types.chat import ChatCompletionMessageFunctionToolCall, ChatCompletionMessageParam

from .talks import (
    COST_TOOL,
    COSTS,
    DATA,
    FILE_TOOL,
    FOUND,
    INVOICE_TOOL,
    SAVINGS,
    TOTAL,
    USAGE,
    USAGE_TOOL,
    answered,
    asked,
    tool,
)

QUESTION = "Where can I find savings?"
DATA_TOOLS = [COST_TOOL, USAGE_TOOL, INVOICE_TOOL]


async def text_of(client: AsyncOpenAI, messages: list[ChatCompletionMessageParam], **more: Any) -> str:
    answer = await client.chat.completions.create(model="scripted-1", messages=messages, **more)
    assert not answer.choices[0].message.tool_calls
    return answer.choices[0].message.content or ""


async def calls_of(client: AsyncOpenAI, messages: list[ChatCompletionMessageParam], **more: Any) -> dict[str, Any]:
    answer = await client.chat.completions.create(model="scripted-1", messages=messages, **more)
    calls = answer.choices[0].message.tool_calls or []
    assert answer.choices[0].finish_reason == ("tool_calls" if calls else "stop")
    assert len({call.id for call in calls}) == len(calls)
    functions = [call.function for call in calls if isinstance(call, ChatCompletionMessageFunctionToolCall)]
    return {function.name: json.loads(function.arguments) for function in functions}


async def test_triage_names_cost_optimization(client: AsyncOpenAI) -> None:
    said = await text_of(client, asked("triage", QUESTION))
    assert "cost_optimization" in said
    assert "general" not in said


async def test_triage_names_everything_else_general(client: AsyncOpenAI) -> None:
    said = await text_of(client, asked("TRIAGE", "Who are you?"))
    assert "general" in said
    assert "cost_optimization" not in said


async def test_the_data_agent_calls_both_tools_in_one_message(client: AsyncOpenAI) -> None:
    called = await calls_of(client, asked("data", QUESTION), tools=DATA_TOOLS)
    assert called == {"cost_by_service": {"days": 30}, "utilization_by_service": {"days": 30}}


async def test_a_named_invoice_is_looked_up_in_the_same_message(client: AsyncOpenAI) -> None:
    called = await calls_of(client, asked("data", f"{QUESTION} And invoice INV-9917?"), tools=DATA_TOOLS)
    assert list(called) == ["cost_by_service", "utilization_by_service", "invoice_lookup"]
    assert called["invoice_lookup"] == {"invoice_id": "INV-9917"}


async def test_only_offered_tools_are_called(client: AsyncOpenAI) -> None:
    question = f"{QUESTION} And invoice INV-9917? Use slow_report too."
    assert list(await calls_of(client, asked("data", question), tools=[COST_TOOL])) == ["cost_by_service"]


async def test_a_tool_that_the_question_spells_out_is_called_with_what_it_requires(
    client: AsyncOpenAI,
) -> None:
    extra = tool("slow_report", topic="string", pages="integer")
    question = "Please run slow_report on canary-7f."
    called = await calls_of(client, asked("data", question), tools=[*DATA_TOOLS, extra])
    assert called == {"slow_report": {"topic": "canary-7f", "pages": 1}}


async def test_streamed_calls_carry_index_id_name_and_whole_arguments(client: AsyncOpenAI) -> None:
    stream = await client.chat.completions.create(
        model="scripted-1", messages=asked("data", QUESTION), tools=DATA_TOOLS, stream=True
    )
    arguments: dict[int, str] = {}
    names: dict[int, str | None] = {}
    async for chunk in stream:
        for part in chunk.choices[0].delta.tool_calls or []:
            assert part.function
            if part.id:
                names[part.index] = part.function.name
            arguments[part.index] = arguments.get(part.index, "") + (part.function.arguments or "")
    assert names == {0: "cost_by_service", 1: "utilization_by_service"}
    assert [json.loads(text) for text in arguments.values()] == [{"days": 30}, {"days": 30}]


async def test_without_parallel_calls_the_tools_are_called_one_after_the_other(client: AsyncOpenAI) -> None:
    talk = asked("data", QUESTION)
    first = await calls_of(client, talk, tools=DATA_TOOLS, parallel_tool_calls=False)
    talk += answered(("cost_by_service", COSTS))
    second = await calls_of(client, talk, tools=DATA_TOOLS, parallel_tool_calls=False)
    assert (list(first), list(second)) == (["cost_by_service"], ["utilization_by_service"])


async def test_tool_choice_none_calls_nothing(client: AsyncOpenAI) -> None:
    assert await calls_of(client, asked("data", QUESTION), tools=DATA_TOOLS, tool_choice="none") == {}


async def test_tool_choice_required_calls_something(client: AsyncOpenAI) -> None:
    called = await calls_of(client, asked("data", "hello"), tools=DATA_TOOLS, tool_choice="required")
    assert called == {"cost_by_service": {"days": 30}}


async def test_a_named_tool_choice_calls_that_tool(client: AsyncOpenAI) -> None:
    choice = {"type": "function", "function": {"name": "utilization_by_service"}}
    called = await calls_of(client, asked("data", QUESTION), tools=DATA_TOOLS, tool_choice=choice)
    assert list(called) == ["utilization_by_service"]


async def test_the_data_agent_says_which_tool_failed(client: AsyncOpenAI) -> None:
    failed = {"status": "error", "error": "there is no invoice INV-9917"}
    results = answered(("cost_by_service", COSTS), ("utilization_by_service", USAGE), ("invoice_lookup", failed))
    said = await text_of(client, asked("data", f"{QUESTION} Invoice INV-9917") + results, tools=DATA_TOOLS)
    assert "The tool invoice_lookup failed: there is no invoice INV-9917." in said
    assert "cost_by_service returned 3 rows." in said


async def test_a_tool_that_answers_with_words_of_failure_has_failed(client: AsyncOpenAI) -> None:
    results = answered(("cost_by_service", COSTS), ("utilization_by_service", "Error: it timed out"))
    said = await text_of(client, asked("data", QUESTION) + results, tools=DATA_TOOLS)
    assert "The tool utilization_by_service failed: Error: it timed out." in said


async def test_the_framework_s_advice_is_not_part_of_the_reason(client: AsyncOpenAI) -> None:
    advice = "there is no invoice INV-1\n\nFix the errors and try again."
    said = await text_of(client, asked("data", "INV-1") + answered(("invoice_lookup", advice)))
    assert said == "The tool invoice_lookup failed: there is no invoice INV-1."


async def test_refused_arguments_are_told_in_words(client: AsyncOpenAI) -> None:
    refused = {"error": [{"type": "int", "loc": ["days"], "msg": "no number"}, {"msg": "too much"}]}
    said = await text_of(client, asked("data", "hello") + answered(("cost_by_service", refused)))
    assert said == "The tool cost_by_service failed: no number; too much."


async def test_an_invoice_is_looked_up_for_its_own_sake_too(client: AsyncOpenAI) -> None:
    called = await calls_of(client, asked("data", "Show me invoice inv-7."), tools=DATA_TOOLS)
    assert called == {"invoice_lookup": {"invoice_id": "INV-7"}}


async def test_a_question_inside_the_platform_s_json_is_the_question(client: AsyncOpenAI) -> None:
    prompt = json.dumps({"question": "Where are savings? File it.", **FOUND})
    called = await calls_of(client, asked("optimization", prompt), tools=[FILE_TOOL])
    assert called == {"file_saving": SAVINGS[0]}


async def test_optimization_computes_the_savings_from_data_in_the_text(client: AsyncOpenAI) -> None:
    said = json.loads(await text_of(client, asked("optimization", f"{QUESTION}\n{DATA}")))
    assert said["savings"] == SAVINGS
    assert said["total_monthly_saving"] == TOTAL
    assert said["filed"] is None


async def test_optimization_computes_the_savings_from_tool_results(client: AsyncOpenAI) -> None:
    results = answered(("cost_by_service", COSTS), ("utilization_by_service", USAGE))
    said = json.loads(await text_of(client, asked("optimization", QUESTION) + results))
    assert said["savings"] == SAVINGS


async def test_optimization_files_the_best_saving_when_asked_to(client: AsyncOpenAI) -> None:
    question = f"{QUESTION} Then file the best saving.\n{DATA}"
    called = await calls_of(client, asked("optimization", question), tools=[FILE_TOOL])
    assert called == {"file_saving": SAVINGS[0]}


async def test_optimization_files_nothing_when_nobody_asked(client: AsyncOpenAI) -> None:
    assert await calls_of(client, asked("optimization", f"{QUESTION}\n{DATA}"), tools=[FILE_TOOL]) == {}


async def test_optimization_files_once(client: AsyncOpenAI) -> None:
    talk = asked("optimization", f"{QUESTION} Please file it.\n{DATA}")
    talk += answered(("file_saving", {"status": "filed"}))
    said = json.loads(await text_of(client, talk, tools=[FILE_TOOL]))
    assert said["filed"] == SAVINGS[0]


async def test_optimization_says_when_filing_failed(client: AsyncOpenAI) -> None:
    talk = asked("optimization", f"{QUESTION} Please file it.\n{DATA}")
    talk += answered(("file_saving", {"error": "the store is closed"}))
    said = json.loads(await text_of(client, talk, tools=[FILE_TOOL]))
    assert said["filed"] is None
    assert said["failed"] == [{"tool": "file_saving", "reason": "the store is closed"}]


async def test_a_conversation_without_an_agent_gets_a_short_answer_without_tools(client: AsyncOpenAI) -> None:
    assert 0 < len(await text_of(client, asked(None, "Who are you?"), tools=DATA_TOOLS)) < 500
