"""What a tool is, and what a call of it carries."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from gp_lib.reference_platform.runs.context import RunContext


@dataclass(frozen=True)
class ToolCall:
    """One call as the model made it. ``call_id`` is the same for every attempt: it makes an effect idempotent."""

    call_id: str
    tool_name: str
    agent_name: str
    parameters: Mapping[str, Any]
    attempt: int = 1


class Tool(Protocol):
    """Something an agent can call."""

    name: str
    retry_s: float
    """For how many seconds a call is repeated when a store's connection breaks."""

    async def run(self, context: RunContext, call: ToolCall) -> Any:
        """Do it, and return what can be written as JSON.

        Raises:
            ToolFailed: it cannot be done; the sentence is fit for the user.
            StoreLost, OutcomeUnknown: a connection broke; the call may be repeated.
        """
