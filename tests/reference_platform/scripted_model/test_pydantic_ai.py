"""The framework that the platform builds on gets along with the model."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic_ai import Agent
from pydantic_ai.exceptions import ModelAPIError, ModelHTTPError, ModelRetry
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider

from .conftest import ModelProcess
from .talks import COSTS, DATA, SAVINGS, TOTAL, USAGE


@pytest.fixture
async def chat_model(model: ModelProcess) -> AsyncIterator[OpenAIChatModel]:
    async with model.client() as client:
        yield OpenAIChatModel("scripted-1", provider=OpenAIProvider(openai_client=client))


def data_agent(chat_model: OpenAIChatModel, calls: list[str]) -> Agent[None, str]:
    agent = Agent(chat_model, instructions="You are the data agent. Use the tools.")

    @agent.tool_plain
    async def cost_by_service(days: int) -> list[dict[str, str]]:
        calls.append(f"cost {days}")
        return COSTS

    @agent.tool_plain
    async def utilization_by_service(days: int) -> list[dict[str, Any]]:
        calls.append(f"usage {days}")
        return list(USAGE)

    @agent.tool_plain
    async def invoice_lookup(invoice_id: str) -> dict[str, str]:
        calls.append(invoice_id)
        raise ModelRetry(f"there is no invoice {invoice_id}")

    return agent


async def test_the_data_agent_runs_its_tools_and_sums_up(chat_model: OpenAIChatModel) -> None:
    calls: list[str] = []
    result = await data_agent(chat_model, calls).run("Find savings, and invoice INV-1.")
    assert sorted(calls) == ["INV-1", "cost 30", "usage 30"]
    assert "The tool invoice_lookup failed: there is no invoice INV-1." in result.output.splitlines()


async def test_tool_calls_work_in_a_stream_too(chat_model: OpenAIChatModel) -> None:
    calls: list[str] = []
    async with data_agent(chat_model, calls).run_stream("Find savings.") as stream:
        said = "".join([piece async for piece in stream.stream_text(delta=True)])
    assert sorted(calls) == ["cost 30", "usage 30"]
    assert "cost_by_service returned 3 rows." in said


async def test_arguments_that_are_no_json_end_in_an_honest_summary(chat_model: OpenAIChatModel) -> None:
    calls: list[str] = []
    result = await data_agent(chat_model, calls).run("Find savings (model: bad tool).")
    assert calls == ["usage 30"]
    assert "The tool cost_by_service failed" in result.output


async def test_the_optimization_agent_files_with_a_tool(chat_model: OpenAIChatModel) -> None:
    filed: list[dict[str, str]] = []
    agent = Agent(chat_model, system_prompt="You are the optimization agent.")

    @agent.tool_plain
    async def file_saving(service: str, monthly_saving: str) -> dict[str, str]:
        filed.append({"service": service, "monthly_saving": monthly_saving})
        return {"status": "filed"}

    result = await agent.run(f"Find savings and file it.\n{DATA}")
    assert filed == [SAVINGS[0]]
    assert f'"total_monthly_saving": "{TOTAL}"' in result.output


async def test_the_report_streams_in_deltas(chat_model: OpenAIChatModel) -> None:
    agent = Agent(chat_model, instructions="You are the report agent.")
    async with agent.run_stream(f"Find savings in detail.\n{DATA}") as stream:
        pieces = [piece async for piece in stream.stream_text(delta=True, debounce_by=None)]
        usage = stream.usage
    assert len(pieces) >= 400
    assert f"Total: {TOTAL} USD a month" in "".join(pieces)
    assert usage.output_tokens >= 400


async def test_a_server_error_is_the_framework_s_http_error(chat_model: OpenAIChatModel) -> None:
    with pytest.raises(ModelHTTPError) as error:
        await Agent(chat_model).run("(model: error 500)")
    assert error.value.status_code == 500


async def test_a_cut_answer_is_the_framework_s_error(chat_model: OpenAIChatModel) -> None:
    with pytest.raises(ModelAPIError):
        await Agent(chat_model).run("(model: cut)")
