"""The text in content blocks, as the usual formats of models and agents write them.

Sources: OpenAI (chat: ``content``, ``refusal``; Responses: ``output_text``), Anthropic (``text``, ``thinking``,
``text_delta``), Gemini (``parts``, ``thought``), MCP and A2A (``content``, ``parts``), LangChain (``content``).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from gp_lib.dialects.visible import is_visible

TEXT_KEYS = (
    "text",
    "output_text",
    "content",
    "parts",
    "output",
    "answer",
    "message",
    "response",
    "result",
    "value",
    "delta",
    "textDelta",
    "markdown",
    "summary",
    "reply",
    "final_answer",
    "completion",
    "generated_text",
    "choices",
    "candidates",
)
"""Under which keys an object carries what it says, the most telling first."""

NOT_SAID = (
    "thinking",
    "reasoning",
    "refusal",
    "image",
    "audio",
    "video",
    "file",
    "document",
    "tool",
    "function",
    "citation",
    "input_json",
    "redacted",
    "search",
)
"""Kinds of block, or a part of their name, that say nothing to the person: they are no part of an answer."""

DEEPEST = 16
"""How many levels of blocks are looked into; nobody's format has more than six."""


def text_in(value: object, *, depth: int = 0) -> str | None:
    """What ``value`` says; empty when it is a known form of saying nothing, ``None`` when it is not understood."""
    if isinstance(value, str):
        return value
    if depth > DEEPEST:
        return None
    if isinstance(value, list):
        said = [text for one in value if (text := text_in(one, depth=depth + 1)) is not None]
        return "".join(said) if said or all(one is None for one in value) else None
    return _of_object(value, depth) if isinstance(value, dict) else None


def _of_object(block: Mapping[str, Any], depth: int) -> str | None:
    if _is_not_said(block) or not any(_leaves(block)):
        return ""
    there = [block[key] for key in TEXT_KEYS if block.get(key) is not None]
    if not there:
        return "" if any(key in block for key in TEXT_KEYS) or _is_text(block) else None
    read = [text for value in there if (text := text_in(value, depth=depth + 1)) is not None]
    return next(filter(is_visible, read), read[0] if read else None)


def _is_not_said(block: Mapping[str, Any]) -> bool:
    return block.get("thought") is True or any(name in _kind(block) for name in NOT_SAID)


def _is_text(block: Mapping[str, Any]) -> bool:
    return any(name in _kind(block) for name in ("text", "message"))


def _kind(block: Mapping[str, Any]) -> str:
    return " ".join(kind.lower() for key in ("type", "kind") if isinstance(kind := block.get(key), str))


def words_in(value: object) -> str:
    """Every string in ``value``, also of what is not understood: what a search has to look through."""
    return "\n".join(leaf for leaf in _leaves(value) if isinstance(leaf, str))


def _leaves(value: object) -> Iterator[object]:
    """Everything in lists and objects that is neither empty nor ``null``."""
    todo = [value]
    while todo:
        one = todo.pop()
        if isinstance(one, dict):
            todo += reversed(list(one.values()))
        elif isinstance(one, list):
            todo += reversed(one)
        elif one is not None and one != "":
            yield one
