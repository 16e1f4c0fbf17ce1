"""Reads a conversation: which agent is asked, what the person wants, what the tools have said so far."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from .findings import Findings, error_of
from .json_in_text import Embedded, embedded_json
from .wire import ChatRequest, Function, Message

AgentName: TypeAlias = Literal["triage", "data", "optimization", "report"]
_AGENT = re.compile(r"\s*you are the (triage|data|optimization|report) agent", re.IGNORECASE)
_AGENTS: dict[str, AgentName] = {
    "triage": "triage",
    "data": "data",
    "optimization": "optimization",
    "report": "report",
}
_INVOICE = re.compile(r"\bINV-\d+\b", re.IGNORECASE)
_ECHO = re.compile(r"(?<!\w)(?:ref:[\w-]+|canary[\w-]+|gpc_[\w-]+)")
_FILE_IT = re.compile(r"\bfile (?:the )?best saving|\bfile it\b", re.IGNORECASE)
_SOUNDS_FAILED = re.compile(
    r"\b(?:error|failed|exception|not found|does not exist|timed out|unavailable|fix the errors)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class ToolResult:
    """What a tool answered in this turn; ``error`` is ``None`` when it did its job."""

    tool: str
    value: Any
    error: str | None


@dataclass(frozen=True)
class Conversation:
    """What the script needs to know of a request."""

    agent: AgentName | None
    question: str
    offered: tuple[Function, ...]
    results: tuple[ToolResult, ...]
    findings: Findings

    @property
    def is_about_costs(self) -> bool:
        """Whether the question is about costs or savings."""
        return any(word in self.question.lower() for word in ("cost", "saving"))

    @property
    def wants_filing(self) -> bool:
        """Whether the question asks to file the best saving."""
        return bool(_FILE_IT.search(self.question))

    @property
    def wants_detail(self) -> bool:
        """Whether the question asks for a long answer."""
        return "in detail" in self.question.lower()

    @property
    def invoice(self) -> str | None:
        """The first invoice that the question names, or ``None``."""
        match = _INVOICE.search(self.question)
        return match.group().upper() if match else None

    @property
    def echoes(self) -> tuple[str, ...]:
        """The tokens of the question that the answer has to repeat, each once, in order."""
        return tuple(dict.fromkeys(echo_tokens(self.question)))

    def result_of(self, tool: str) -> ToolResult | None:
        """The last result of ``tool`` in this turn, or ``None``."""
        return next((result for result in reversed(self.results) if result.tool == tool), None)


def echo_tokens(text: str) -> list[str]:
    """All tokens like ``ref:…``, ``canary…`` and ``gpc_…`` in ``text``."""
    return _ECHO.findall(text)


def read_conversation(request: ChatRequest) -> Conversation:
    """What ``request`` asks for."""
    start = _last_question(request.messages)
    results = _results(request.messages[start:])
    offered = () if request.tool_choice == "none" else tuple(tool.function for tool in request.tools)
    return Conversation(
        agent=_agent(request.messages),
        question=_question(request.messages[start]),
        offered=offered,
        results=results,
        findings=_findings(request.messages, start, results),
    )


def _agent(messages: Sequence[Message]) -> AgentName | None:
    for message in messages:
        if message.role in ("system", "developer") and (match := _AGENT.match(message.text)):
            return _AGENTS[match.group(1).lower()]
    return None


def _last_question(messages: Sequence[Message]) -> int:
    """Where this turn begins: the last message of the user, or the first message when there is none."""
    asked = (index for index in range(len(messages) - 1, -1, -1) if messages[index].role == "user")
    return next(asked, 0)


def _question(message: Message) -> str:
    """The person's words: the message without the data that the platform wrote into it."""
    if message.role != "user":
        return ""
    text, words, position = message.text, [], 0
    for found in embedded_json(text):
        if _is_data(found):
            words.append(text[position : found.start])
            words.append(_asked_inside(found.value))
            position = found.end
    return "".join([*words, text[position:]]).strip()


def _asked_inside(value: Any) -> str:
    question = value.get("question") if isinstance(value, dict) else None
    return question if isinstance(question, str) else ""


def _is_data(found: Embedded) -> bool:
    findings = Findings()
    findings.read_value(_without_question(found.value))
    return not findings.empty or bool(_asked_inside(found.value))


def _results(turn: Sequence[Message]) -> tuple[ToolResult, ...]:
    tools = {call.id: call.function.name for message in turn for call in message.tool_calls or ()}
    answers = [message for message in turn if message.role == "tool"]
    return tuple(_result(tools.get(message.tool_call_id or "", ""), message.text) for message in answers)


def _result(tool: str, text: str) -> ToolResult:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    if isinstance(value, str):
        return ToolResult(tool, value, value if _SOUNDS_FAILED.search(value) else None)
    return ToolResult(tool, value, error_of(value))


def _findings(messages: Sequence[Message], start: int, results: Sequence[ToolResult]) -> Findings:
    """What this turn says; costs and utilization of an earlier turn only where this one says nothing of them."""
    found = _read(messages[start:], results)
    earlier = _read(messages[:start], ())
    if found.costs is None and "cost_by_service" not in found.failures:
        found.costs = earlier.costs
    if found.usage is None and "utilization_by_service" not in found.failures:
        found.usage = earlier.usage
    return found


def _read(messages: Sequence[Message], results: Sequence[ToolResult]) -> Findings:
    findings = Findings()
    for message in messages:
        # The system's words describe formats and failures; they are never news about them.
        if message.role in ("user", "assistant", "tool"):
            _read_message(findings, message)
    for result in results:
        _read_result(findings, result)
    return findings


def _read_message(findings: Findings, message: Message) -> None:
    position = 0
    for found in embedded_json(message.text):
        findings.read_text(message.text[position : found.start])
        findings.read_value(_without_question(found.value))
        position = found.end
    findings.read_text(message.text[position:])


def _without_question(value: Any) -> Any:
    """``value`` without the person's words: a question that looks like data is still a question."""
    if not _asked_inside(value):
        return value
    return {key: item for key, item in value.items() if key != "question"}


def _read_result(findings: Findings, result: ToolResult) -> None:
    if result.error is not None:
        findings.read_failure(result.tool, result.error)
        return
    # A retry that worked makes good for the attempt that failed.
    findings.failures.pop(result.tool, None)
    if result.tool == "file_saving":
        findings.read_value({"tool_name": "file_saving", "result": result.value})
    elif result.value == []:
        findings.read_value({result.tool: []})
