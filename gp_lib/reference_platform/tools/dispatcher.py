"""Runs tool calls and tells the user about each: that it began, and how it ended."""

import asyncio
import dataclasses
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import Fenced, OutcomeUnknown, StoreLost, ToolFailed
from gp_lib.reference_platform.protocol import encode
from gp_lib.reference_platform.runs.context import RunContext

from .calls import Tool, ToolCall

log = logging.getLogger("platform.tools")

UNREACHABLE = "the data that this needs cannot be reached at the moment"
TOO_SLOW = "this took too long"
BROKEN = "this did not work because of an error on our side"
FIRST_PAUSE_S = 0.05


class ToolDispatcher:
    """Every call tells ``tool_executing`` once, then ``tool_completed`` once, whatever the tool does."""

    def __init__(self, settings: Settings, tools: Iterable[Tool]) -> None:
        self._deadline_s = settings.tool_deadline_s
        self._tools: Mapping[str, Tool] = {tool.name: tool for tool in tools}

    async def dispatch(self, context: RunContext, call: ToolCall) -> str:
        """Run ``call`` and return, as JSON, what the model should know of it: the result, or why there is none."""
        await context.tell(
            protocol.TOOL_EXECUTING,
            call.agent_name,
            {"call_id": call.call_id, "tool_name": call.tool_name, "parameters": dict(call.parameters)},
        )
        began_s = time.monotonic()
        try:
            result = await self.attempt(context, call)
        except ToolFailed as failure:
            await self.tell_failure(context, call, reason=str(failure), began_s=began_s)
            return encode({"error": str(failure), "tool_name": call.tool_name})
        await self.tell_success(context, call, result=result, began_s=began_s)
        return encode(result)

    async def attempt(self, context: RunContext, call: ToolCall) -> Any:
        """The tool's result, within the tool deadline.

        Raises:
            ToolFailed: there is none; the sentence is fit for the user.
        """
        try:
            async with asyncio.timeout(self._deadline_s):
                return await self.repeat(context, call)
        except (ToolFailed, Fenced):
            raise
        except TimeoutError as error:
            raise ToolFailed(TOO_SLOW) from error
        except (StoreLost, OutcomeUnknown) as error:
            raise ToolFailed(UNREACHABLE) from error
        except Exception as error:
            log.exception("tool %s failed", call.tool_name)
            raise ToolFailed(BROKEN) from error

    async def repeat(self, context: RunContext, call: ToolCall) -> Any:
        """Run the tool, again with the same call id while a store's connection breaks under it."""
        tool = self._tools[call.tool_name]
        give_up_s = time.monotonic() + tool.retry_s
        pause_s = FIRST_PAUSE_S
        while True:
            try:
                return await tool.run(context, call)
            except (StoreLost, OutcomeUnknown) as error:
                if time.monotonic() + pause_s > give_up_s:
                    raise
                log.warning("tool %s is tried again: %s", call.tool_name, error)
            await asyncio.sleep(pause_s)
            pause_s *= 2
            call = dataclasses.replace(call, attempt=call.attempt + 1)

    async def tell_success(self, context: RunContext, call: ToolCall, *, result: Any, began_s: float) -> None:
        """Tell ``tool_completed`` with its result."""
        context.findings.results[call.tool_name] = result
        await self._tell_completed(context, call, {"status": "ok", "result": result}, began_s=began_s)

    async def tell_failure(self, context: RunContext, call: ToolCall, *, reason: str, began_s: float) -> None:
        """Tell ``tool_completed`` with its error, and remember what will be missing from the answer."""
        context.findings.failed[call.tool_name] = reason
        await self._tell_completed(context, call, {"status": "error", "error": reason}, began_s=began_s)

    async def _tell_completed(
        self, context: RunContext, call: ToolCall, outcome: Mapping[str, Any], *, began_s: float
    ) -> None:
        payload = {
            "call_id": call.call_id,
            "tool_name": call.tool_name,
            "execution_time_ms": round((time.monotonic() - began_s) * 1000, 3),
            **outcome,
        }
        await context.tell(protocol.TOOL_COMPLETED, call.agent_name, payload)
