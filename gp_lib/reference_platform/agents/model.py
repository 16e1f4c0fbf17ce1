"""The thin layer between the agents and a model: the only module that knows pydantic-ai and the OpenAI protocol."""

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from dataclasses import dataclass

from openai import APIError, APIStatusError, AsyncOpenAI, Timeout
from pydantic_ai import Agent, Tool
from pydantic_ai import RunContext as ModelRun
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from pydantic_ai.usage import UsageLimits

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import ModelSilent, PlatformError
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.tools.calls import ToolCall
from gp_lib.reference_platform.tools.dispatcher import ToolDispatcher

from .roles import INSTRUCTIONS, Role

log = logging.getLogger("platform.model")

CONNECT_S = 2.0
PROBE_S = 1.0
MOST_REQUESTS = 6
# What is left of the deadline when a silence is noticed is enough to store and deliver the fallback in time.
MARGIN = 0.9


@dataclass(frozen=True)
class Work:
    """What a model's tool call needs to know: for which run, for which agent, and who runs tools."""

    context: RunContext
    role: Role
    dispatcher: ToolDispatcher


class ModelPort:
    """Asks the model in one of its roles. Nothing of a conversation stays here between two questions."""

    def __init__(self, settings: Settings, dispatcher: ToolDispatcher) -> None:
        self._settings = settings
        self._dispatcher = dispatcher
        self._agents: dict[Role, Agent[Work, str]] = {}
        self._client: AsyncOpenAI | None = None

    def silence_s(self) -> float | None:
        """How many seconds of silence mean that no answer will come; ``None`` would wait for ever."""
        return MARGIN * self._settings.model_deadline_s

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Hold the HTTP connections to the model."""
        async with AsyncOpenAI(
            base_url=self._settings.model_url,
            api_key=self._settings.model_key,
            timeout=Timeout(self.silence_s(), connect=CONNECT_S),
            # A retry in the client would use up the deadline in secret.
            max_retries=0,
        ) as client:
            model = OpenAIChatModel(self._settings.model_name, provider=OpenAIProvider(openai_client=client))
            self._agents = {role: _agent(model, role) for role in Role}
            self._client = client
            yield

    async def probe(self) -> None:
        """Ask the model's server for a sign of life.

        Raises:
            ModelSilent: there is none.
        """
        assert self._client is not None, "the model is not opened"
        try:
            await self._client.models.list(timeout=PROBE_S)
        except APIStatusError as answer:
            if answer.status_code >= 500:
                raise ModelSilent("the language model") from answer
        except APIError as error:
            raise ModelSilent("the language model") from error

    async def ask(self, role: Role, prompt: str, context: RunContext) -> str:
        """The model's whole answer, after it has called the tools that it wanted.

        Raises:
            ModelSilent: it did not answer in time, broke off or refused.
        """
        work = Work(context, role, self._dispatcher)
        with _translated(role):
            answer = await self._agents[role].run(
                prompt, deps=work, usage_limits=UsageLimits(request_limit=MOST_REQUESTS)
            )
        return answer.output

    async def stream(self, role: Role, prompt: str, context: RunContext) -> AsyncGenerator[str, None]:
        """The model's answer, piece by piece as it comes.

        Raises:
            ModelSilent: it did not answer in time, broke off or refused; pieces before that were yielded.
        """
        work = Work(context, role, self._dispatcher)
        with _translated(role):
            async with (
                self._agents[role].run_stream(prompt, deps=work) as answer,
                aclosing(_paced(answer.stream_text(delta=True, debounce_by=None), self.silence_s())) as pieces,
            ):
                async for piece in pieces:
                    yield piece


async def _paced(pieces: AsyncIterator[str], silence_s: float | None) -> AsyncGenerator[str, None]:
    """``pieces``, unless one takes longer than ``silence_s``; the time that the receiver takes does not count."""
    while True:
        try:
            async with asyncio.timeout(silence_s):
                piece = await anext(pieces)
        except StopAsyncIteration:
            return
        yield piece


@contextmanager
def _translated(role: Role) -> Iterator[None]:
    """Whatever the model or its client raises means the same to a run: from this agent comes no answer."""
    try:
        yield
    except PlatformError:
        raise
    except Exception as error:
        log.warning("no answer from the model for the %s agent: %s", role, type(error).__name__)
        raise ModelSilent("a full answer by the language model, which did not respond") from error


def _agent(model: OpenAIChatModel, role: Role) -> Agent[Work, str]:
    return Agent(
        model,
        deps_type=Work,
        name=role.value,
        system_prompt=INSTRUCTIONS[role],
        tools=[Tool(function) for function in TOOLS.get(role, ())],
        retries=1,
    )


async def cost_by_service(run: ModelRun[Work], days: int) -> str:
    """What each of the person's services cost in the last days, in USD, the dearest first.

    Args:
        run: the run that asks.
        days: length of the window in days.
    """
    return await _dispatched(run, "cost_by_service", {"days": days})


async def utilization_by_service(run: ModelRun[Work], days: int) -> str:
    """How much of each of the person's services was used in the last days, on average, in percent.

    Args:
        run: the run that asks.
        days: length of the window in days.
    """
    return await _dispatched(run, "utilization_by_service", {"days": days})


async def invoice_lookup(run: ModelRun[Work], invoice_id: str) -> str:
    """One of the person's invoices.

    Args:
        run: the run that asks.
        invoice_id: such as INV-1001.
    """
    return await _dispatched(run, "invoice_lookup", {"invoice_id": invoice_id})


async def file_saving(run: ModelRun[Work], service: str, monthly_saving: str | float) -> str:
    """File a saving, so that it will be carried out.

    Args:
        run: the run that asks.
        service: the service to cut down.
        monthly_saving: USD a month.
    """
    return await _dispatched(run, "file_saving", {"service": service, "monthly_saving": str(monthly_saving)})


TOOLS = {
    Role.DATA: (cost_by_service, utilization_by_service, invoice_lookup),
    Role.OPTIMIZATION: (file_saving,),
}


async def _dispatched(run: ModelRun[Work], tool_name: str, parameters: dict[str, str | int]) -> str:
    work = run.deps
    # A model may use a call id again for another agent; within a run each call needs one of its own.
    call_id = work.context.unique_call_id(run.tool_call_id)
    call = ToolCall(call_id, tool_name, work.role.value, parameters)
    return await work.dispatcher.dispatch(work.context, call)
