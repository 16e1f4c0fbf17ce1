import time

import pytest
from openai import (
    APIConnectionError,
    APITimeoutError,
    AsyncOpenAI,
    AsyncStream,
    InternalServerError,
    RateLimitError,
)
from openai.types.chat import ChatCompletionChunk, ChatCompletionMessageFunctionToolCall

from gp_lib.reference_platform.scripted_model.misbehaviour import asked_misbehaviour

from .talks import COST_TOOL, COSTS, USAGE_TOOL, answered, asked

MODEL = "scripted-1"


async def test_a_silent_model_never_answers(client: AsyncOpenAI) -> None:
    begun_s = time.monotonic()
    with pytest.raises(APITimeoutError):
        await client.chat.completions.create(
            model=MODEL, messages=asked("report", "(model: silent)"), stream=True, timeout=0.5
        )
    assert time.monotonic() - begun_s >= 0.5


async def test_error_500_is_a_server_error(client: AsyncOpenAI) -> None:
    with pytest.raises(InternalServerError) as error:
        await client.chat.completions.create(model=MODEL, messages=asked(None, "(model: error 500)"))
    assert error.value.type == "server_error"


async def test_rate_limited_says_when_to_come_back(client: AsyncOpenAI) -> None:
    with pytest.raises(RateLimitError) as error:
        await client.chat.completions.create(model=MODEL, messages=asked(None, "(model: rate limited)"))
    assert error.value.response.headers["retry-after"] == "1"
    assert error.value.code == "rate_limit_exceeded"


async def test_a_cut_stream_breaks_after_half_of_the_answer(client: AsyncOpenAI) -> None:
    messages = asked("report", "In detail, please (model: cut)")
    stream = await client.chat.completions.create(model=MODEL, messages=messages, stream=True)
    came: list[ChatCompletionChunk] = []
    with pytest.raises(Exception, match=r"incomplete chunked read|Connection error"):
        await _collect(stream, came)
    assert 200 <= len(came) < 400


async def _collect(stream: AsyncStream[ChatCompletionChunk], came: list[ChatCompletionChunk]) -> None:
    async for chunk in stream:
        came.append(chunk)  # noqa: PERF401 (a list built first would be lost with the error)


async def test_a_cut_answer_breaks_without_streaming_too(client: AsyncOpenAI) -> None:
    with pytest.raises(APIConnectionError):
        await client.chat.completions.create(model=MODEL, messages=asked(None, "(model: cut)"))


async def test_a_bad_tool_call_has_arguments_that_are_no_json(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(
        model=MODEL,
        messages=asked("data", "costs (model: bad tool)"),
        tools=[COST_TOOL, USAGE_TOOL],
    )
    calls = answer.choices[0].message.tool_calls or []
    arguments = [call.function.arguments for call in calls if isinstance(call, ChatCompletionMessageFunctionToolCall)]
    assert arguments == ['{"days": 30, "', '{"days": 30}']


async def test_after_a_bad_tool_call_the_model_goes_on_as_usual(client: AsyncOpenAI) -> None:
    talk = asked("data", "costs (model: bad tool)") + answered(
        ("cost_by_service", {"error": "arguments are no JSON"}), ("utilization_by_service", COSTS)
    )
    answer = await client.chat.completions.create(model=MODEL, messages=talk, tools=[COST_TOOL, USAGE_TOOL])
    assert "The tool cost_by_service failed" in (answer.choices[0].message.content or "")


async def test_the_next_clean_question_is_answered(client: AsyncOpenAI) -> None:
    with pytest.raises(InternalServerError):
        await client.chat.completions.create(model=MODEL, messages=asked(None, "(model: error 500)"))
    answer = await client.chat.completions.create(model=MODEL, messages=asked(None, "hello"))
    assert answer.choices[0].message.content


def test_a_fault_for_one_agent_leaves_the_others_alone() -> None:
    question = "costs (model: cut at report)"
    assert asked_misbehaviour(question, "report") == "cut"
    assert asked_misbehaviour(question, "triage") is None
    assert asked_misbehaviour(question, None) is None


def test_unknown_magic_is_no_fault() -> None:
    assert asked_misbehaviour("(model: asleep)", "report") is None
