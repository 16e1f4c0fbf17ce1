import httpx
import pytest
from openai import (
    APIStatusError,
    AsyncOpenAI,
    AuthenticationError,
    BadRequestError,
    NotFoundError,
)

from .conftest import KEY, ModelProcess
from .talks import COST_TOOL, USAGE_TOOL, asked

MODEL = "scripted-1"
LONG = "How do I save costs? Tell me in detail."


async def test_the_model_list_names_the_one_model(client: AsyncOpenAI) -> None:
    assert [card.id async for card in client.models.list()] == [MODEL]


async def test_one_model_can_be_looked_up(client: AsyncOpenAI) -> None:
    assert (await client.models.retrieve(MODEL)).id == MODEL


async def test_a_whole_answer_has_text_reason_and_counts(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model=MODEL, messages=asked(None, "hello"))
    assert answer.choices[0].message.content
    assert answer.choices[0].finish_reason == "stop"
    assert answer.usage
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens > 0


async def test_streamed_chunks_add_up_to_the_whole_answer(client: AsyncOpenAI) -> None:
    messages = asked("report", LONG)
    whole = await client.chat.completions.create(model=MODEL, messages=messages)
    stream = await client.chat.completions.create(model=MODEL, messages=messages, stream=True)
    chunks = [chunk async for chunk in stream]
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks)
    assert text == whole.choices[0].message.content
    assert {chunk.id for chunk in chunks} == {whole.id}
    assert [chunk.choices[0].finish_reason for chunk in chunks[-2:]] == [None, "stop"]


async def test_usage_comes_as_the_last_chunk_only_when_asked_for(client: AsyncOpenAI) -> None:
    messages = asked(None, "hello")
    plain = await client.chat.completions.create(model=MODEL, messages=messages, stream=True)
    assert all([chunk.usage is None and chunk.choices async for chunk in plain])
    counted = await client.chat.completions.create(
        model=MODEL, messages=messages, stream=True, stream_options={"include_usage": True}
    )
    chunks = [chunk async for chunk in counted]
    assert chunks[-1].choices == []
    assert chunks[-1].usage
    assert all(chunk.usage is None for chunk in chunks[:-1])


async def test_a_stream_ends_with_done(model: ModelProcess) -> None:
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}) as http:
        body = {"model": MODEL, "stream": True, "messages": [{"role": "user", "content": "hello"}]}
        answer = await http.post(f"{model.base_url}/chat/completions", json=body)
    assert answer.headers["content-type"].startswith("text/event-stream")
    assert answer.text.endswith("data: [DONE]\n\n")


async def test_the_same_request_gets_the_same_answer_and_ids(client: AsyncOpenAI) -> None:
    tools = [COST_TOOL, USAGE_TOOL]
    first, second = [
        await client.chat.completions.create(model=MODEL, messages=asked("data", "costs?"), tools=tools)
        for _ in range(2)
    ]
    assert first == second


async def test_another_question_gets_other_ids(client: AsyncOpenAI) -> None:
    answers = [
        await client.chat.completions.create(model=MODEL, messages=asked("data", question), tools=[COST_TOOL])
        for question in ("costs?", "my costs?")
    ]
    calls = [(answer.choices[0].message.tool_calls or [])[0].id for answer in answers]
    assert calls[0] != calls[1]
    assert answers[0].id != answers[1].id


async def test_a_token_limit_cuts_the_answer_and_says_so(client: AsyncOpenAI) -> None:
    answer = await client.chat.completions.create(model=MODEL, messages=asked(None, "hello"), max_completion_tokens=3)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage
    assert answer.usage.completion_tokens == 3


async def test_a_wrong_key_is_refused_without_repeating_it(model: ModelProcess) -> None:
    async with model.client(key="not-the-key") as stranger:
        with pytest.raises(AuthenticationError) as refused:
            await stranger.models.list()
    assert refused.value.code == "invalid_api_key"
    assert "not-the-key" not in refused.value.message


async def test_no_key_is_refused_on_every_endpoint_of_the_api(model: ModelProcess) -> None:
    async with httpx.AsyncClient() as http:
        answers = [
            await http.get(f"{model.base_url}/models"),
            await http.get(f"{model.base_url}/models/{MODEL}"),
            await http.post(f"{model.base_url}/chat/completions", json={}),
        ]
    assert [answer.status_code for answer in answers] == [401, 401, 401]


async def test_an_unknown_model_is_not_found(client: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.chat.completions.create(model="gpt-0", messages=asked(None, "hello"))
    assert (refused.value.code, refused.value.param) == ("model_not_found", "model")


async def test_an_unknown_path_answers_in_the_api_s_shape(client: AsyncOpenAI) -> None:
    with pytest.raises(NotFoundError) as refused:
        await client.embeddings.create(model=MODEL, input="hello")
    assert refused.value.type == "invalid_request_error"


async def test_no_messages_are_a_bad_request_that_names_the_field(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError) as refused:
        await client.chat.completions.create(model=MODEL, messages=[])
    assert refused.value.param == "messages"


async def test_a_body_that_is_no_json_is_a_bad_request(model: ModelProcess) -> None:
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}) as http:
        answer = await http.post(f"{model.base_url}/chat/completions", content=b"{")
    assert answer.status_code == 400
    assert answer.json()["error"]["type"] == "invalid_request_error"


async def test_a_body_beyond_all_reason_is_refused(model: ModelProcess) -> None:
    async with httpx.AsyncClient(headers={"authorization": f"Bearer {KEY}"}) as http:
        answer = await http.post(f"{model.base_url}/chat/completions", content=b" " * (8 * 1024 * 1024 + 1))
    assert answer.status_code == 413


async def test_a_tool_result_without_its_call_is_a_bad_request(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="must be a response to a preceding message"):
        await client.chat.completions.create(
            model=MODEL,
            messages=[*asked("data", "costs?"), {"role": "tool", "tool_call_id": "x", "content": "[]"}],
        )


async def test_a_call_without_its_result_is_a_bad_request(client: AsyncOpenAI) -> None:
    with pytest.raises(BadRequestError, match="Without response: c0"):
        await client.chat.completions.create(
            model=MODEL,
            messages=[
                *asked("data", "costs?"),
                {
                    "role": "assistant",
                    "tool_calls": [{"id": "c0", "type": "function", "function": {"name": "f", "arguments": "{}"}}],
                },
            ],
        )


async def test_a_pause_that_is_no_number_is_a_bad_request(client: AsyncOpenAI) -> None:
    with pytest.raises(APIStatusError, match="X-Scripted-Token-Delay-Ms"):
        await client.chat.completions.create(
            model=MODEL,
            messages=asked(None, "hello"),
            extra_headers={"X-Scripted-Token-Delay-Ms": "soon"},
        )
