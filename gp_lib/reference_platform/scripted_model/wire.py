"""What a client may send to ``/v1/chat/completions``. Fields that the script has no use for are let through."""

import hashlib
import json
from collections.abc import Sequence
from typing import Any, Literal

from pydantic import BaseModel, Field, ValidationError

from .problems import ApiProblem


class ContentPart(BaseModel):
    """One part of a message's content; only parts with ``text`` are read."""

    type: str
    text: str = ""


class CalledFunction(BaseModel):
    """The name and the JSON-encoded arguments of a call."""

    name: str
    arguments: str = "{}"


class ToolCall(BaseModel):
    """A call that the assistant made earlier in the conversation."""

    id: str
    type: Literal["function"] = "function"
    function: CalledFunction


class Message(BaseModel):
    """One message of the conversation."""

    role: Literal["system", "developer", "user", "assistant", "tool"]
    content: str | list[ContentPart] | None = None
    tool_calls: list[ToolCall] | None = None
    tool_call_id: str | None = None

    @property
    def text(self) -> str:
        """The content as one text; empty when there is none."""
        if isinstance(self.content, list):
            return "\n".join(part.text for part in self.content)
        return self.content or ""


class Function(BaseModel):
    """A function that the model may call; ``parameters`` is a JSON schema."""

    name: str = Field(min_length=1)
    description: str | None = None
    parameters: dict[str, Any] = Field(default_factory=dict)


class Tool(BaseModel):
    """An offered tool."""

    type: Literal["function"]
    function: Function


class NamedFunction(BaseModel):
    """The name inside a ``tool_choice`` that forces one tool."""

    name: str


class NamedTool(BaseModel):
    """A ``tool_choice`` that forces one tool."""

    type: Literal["function"]
    function: NamedFunction


class StreamOptions(BaseModel):
    """``include_usage`` asks for one last chunk with the token counts."""

    include_usage: bool = False


class ChatRequest(BaseModel):
    """The whole request. ``max_completion_tokens`` of ``None`` means no limit."""

    model: str
    messages: list[Message] = Field(min_length=1)
    tools: list[Tool] = Field(default_factory=list)
    tool_choice: Literal["none", "auto", "required"] | NamedTool | None = None
    parallel_tool_calls: bool | None = None
    stream: bool | None = None
    stream_options: StreamOptions | None = None
    max_completion_tokens: int | None = Field(default=None, ge=1)
    max_tokens: int | None = Field(default=None, ge=1)
    n: Literal[1] | None = None

    @property
    def token_limit(self) -> int | None:
        """How many tokens the answer may have; ``None`` is no limit."""
        return self.max_completion_tokens or self.max_tokens

    def fingerprint(self) -> str:
        """A hash of everything that shapes the answer; equal requests have equal fingerprints."""
        shaping = self.model_dump(exclude={"stream", "stream_options"})
        return hashlib.sha256(json.dumps(shaping, sort_keys=True).encode()).hexdigest()


def parse_request(body: bytes) -> ChatRequest:
    """The request in ``body``.

    Raises:
        ApiProblem: it is not JSON, a field makes no sense, or tool calls and results do not belong together.
    """
    try:
        request = ChatRequest.model_validate(json.loads(body))
    except ValidationError as error:
        raise _invalid(error) from None
    except (ValueError, RecursionError):
        raise ApiProblem(400, "We could not parse the JSON body of your request.") from None
    _refuse_unpaired(request.messages)
    _refuse_unoffered(request)
    return request


def _invalid(error: ValidationError) -> ApiProblem:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    # The first step of the path names the field; what follows may be pydantic's names for the arms of a union.
    param = str(first["loc"][0]) if first["loc"] else None
    return ApiProblem(400, f"Invalid value for '{param or 'body'}': {first['msg']}.", param=param)


def _refuse_unpaired(messages: Sequence[Message]) -> None:
    """Every call needs its result before the talk goes on, and every result its call: the API insists."""
    open_calls: set[str] = set()
    for index, message in enumerate(messages):
        if message.role == "tool":
            if message.tool_call_id not in open_calls:
                problem = "messages with role 'tool' must be a response to a preceding message with 'tool_calls'"
                raise ApiProblem(400, f"Invalid parameter: {problem}.", param=f"messages.[{index}].role")
            open_calls.remove(message.tool_call_id)
            continue
        _refuse_open(open_calls)
        open_calls = {call.id for call in message.tool_calls or ()}
    _refuse_open(open_calls)


def _refuse_open(calls: set[str]) -> None:
    if calls:
        problem = "must be followed by tool messages responding to each 'tool_call_id'"
        missing = ", ".join(sorted(calls))
        message = f"An assistant message with 'tool_calls' {problem}. Without response: {missing}."
        raise ApiProblem(400, message, param="messages")


def _refuse_unoffered(request: ChatRequest) -> None:
    offered = {tool.function.name for tool in request.tools}
    choice = request.tool_choice
    if isinstance(choice, NamedTool) and choice.function.name not in offered:
        raise ApiProblem(400, f"Tool choice '{choice.function.name}' is not offered.", param="tool_choice")
    if choice == "required" and not offered:
        raise ApiProblem(400, "'tool_choice' is only allowed when 'tools' are specified.", param="tool_choice")
