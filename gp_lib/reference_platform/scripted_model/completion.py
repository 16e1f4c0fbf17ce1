"""A reply as OpenAI's objects: one completion, or the chunks of a stream.

``created`` is a constant and ids are hashes of the request: the same request gets the same bytes.
"""

import json
from collections.abc import Iterator
from typing import Any

from .script import Reply
from .tokens import chunks_of, tokens_of
from .wire import ChatRequest

MODEL = "scripted-1"
CREATED = 1_767_225_600  # 2026-01-01T00:00:00Z, the same for every answer
_CHARACTERS_PER_TOKEN = 4  # what OpenAI's documentation gives as the rule of thumb for English


class Completion:
    """The answer to one request in both forms."""

    def __init__(self, request: ChatRequest, reply: Reply) -> None:
        self._request = request
        self._reply = reply
        self._hash = request.fingerprint()
        tokens = tokens_of(reply.text)
        limit = request.token_limit
        self._tokens = tokens if limit is None else tokens[:limit]
        self._cut_off = len(self._tokens) < len(tokens)
        self.id = f"chatcmpl-{self._hash[:29]}"

    @property
    def finish_reason(self) -> str:
        """Why the answer ends: it called tools, reached the token limit, or is complete."""
        if self._reply.calls:
            return "tool_calls"
        return "length" if self._cut_off else "stop"

    def usage(self) -> dict[str, int]:
        """Token counts of request and answer."""
        asked = [message.model_dump(exclude_none=True) for message in self._request.messages]
        offered = [tool.model_dump(exclude_none=True) for tool in self._request.tools]
        prompt = -(-len(json.dumps([asked, offered])) // _CHARACTERS_PER_TOKEN)
        called = sum(len(tokens_of(call.tool + call.arguments)) for call in self._reply.calls)
        answer = called if self._reply.calls else len(self._tokens)
        return {"prompt_tokens": prompt, "completion_tokens": answer, "total_tokens": prompt + answer}

    def whole(self) -> dict[str, Any]:
        """The answer as one ``chat.completion``."""
        message: dict[str, Any] = {"role": "assistant", "content": "".join(self._tokens), "refusal": None}
        if self._reply.calls:
            message |= {"content": None, "tool_calls": [self._call(i) for i in range(len(self._reply.calls))]}
        choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": self.finish_reason}
        return self._object("chat.completion") | {"choices": [choice], "usage": self.usage()}

    def events(self) -> Iterator[bytes]:
        """The answer as server-sent events, one ``chat.completion.chunk`` each, and ``[DONE]``."""
        with_usage = bool(self._request.stream_options and self._request.stream_options.include_usage)
        extra: dict[str, Any] = {"usage": None} if with_usage else {}
        head = self._object("chat.completion.chunk")
        for delta, finish in self._deltas():
            choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish}
            yield _event(head | {"choices": [choice]} | extra)
        if with_usage:
            yield _event(head | {"choices": [], "usage": self.usage()})
        yield b"data: [DONE]\n\n"

    def _deltas(self) -> Iterator[tuple[dict[str, Any], str | None]]:
        if self._reply.calls:
            yield {"role": "assistant", "content": None, "refusal": None}, None
            for index in range(len(self._reply.calls)):
                yield from (({"tool_calls": [part]}, None) for part in self._call_parts(index))
        else:
            yield {"role": "assistant", "content": "", "refusal": None}, None
            pieces = chunks_of(self._tokens, long=self._reply.long)
            yield from (({"content": piece}, None) for piece in pieces)
        yield {}, self.finish_reason

    def _call(self, index: int) -> dict[str, Any]:
        call = self._reply.calls[index]
        function = {"name": call.tool, "arguments": call.arguments}
        return {"id": f"call_{index}{self._hash[:23]}", "type": "function", "function": function}

    def _call_parts(self, index: int) -> Iterator[dict[str, Any]]:
        whole = self._call(index)
        arguments = whole["function"]["arguments"]
        yield {"index": index} | whole | {"function": whole["function"] | {"arguments": ""}}
        for piece in tokens_of(arguments):
            yield {"index": index, "function": {"arguments": piece}}

    def _object(self, kind: str) -> dict[str, Any]:
        head = {"id": self.id, "object": kind, "created": CREATED, "model": self._request.model}
        return head | {"service_tier": "default", "system_fingerprint": "fp_scripted_1"}


def _event(chunk: dict[str, Any]) -> bytes:
    return b"data: " + json.dumps(chunk, separators=(",", ":")).encode() + b"\n\n"
