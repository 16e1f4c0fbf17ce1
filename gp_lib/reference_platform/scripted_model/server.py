"""The HTTP face: routes, the key, and errors in the API's shape."""

import asyncio
import functools
import hmac
import logging
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from .completion import CREATED, MODEL, Completion
from .conversation import Conversation, read_conversation
from .misbehaviour import Misbehaviour, asked_misbehaviour
from .problems import ApiProblem, rate_limited, server_error, unknown_model, wrong_key
from .script import reply_to
from .settings import Settings, parse_delay_ms
from .stream import STREAM_HEADERS, CutStream, Silence, paced
from .wire import ChatRequest, parse_request

LARGEST_BODY_BYTES = 8 * 1024 * 1024
_log = logging.getLogger("scripted_model")
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class ModelServer:
    """The endpoints over one ``Settings``; set ``stopping`` to let what is in flight end quickly."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.stopping = asyncio.Event()
        self.app = Starlette(
            routes=[
                Route("/healthz", _healthz),
                Route("/v1/models", self._guarded(_models)),
                Route("/v1/models/{name:path}", self._guarded(_model)),
                Route("/v1/chat/completions", self._guarded(self._chat), methods=["POST"]),
            ],
            exception_handlers={
                ApiProblem: _problem,
                HTTPException: _http_problem,
                Exception: _crash,
            },
        )

    def _guarded(self, endpoint: Endpoint) -> Endpoint:
        wanted = f"Bearer {self._settings.key}".encode()

        @functools.wraps(endpoint)
        async def guarded(request: Request) -> Response:
            sent = request.headers.get("authorization", "").encode("latin-1")
            if not hmac.compare_digest(sent, wanted):
                raise wrong_key()
            return await endpoint(request)

        return guarded

    async def _chat(self, request: Request) -> Response:
        delay_ms = self._delay_ms(request)
        chat = parse_request(await _body(request))
        if chat.model != MODEL:
            raise unknown_model(chat.model)
        talk = read_conversation(chat)
        fault = asked_misbehaviour(talk.question, talk.agent)
        completion = Completion(chat, reply_to(chat, talk, fault))
        _log_answer(completion, chat, talk, fault=fault)
        return self._fault(fault) or self._answer(completion, chat, delay_ms, cut=fault == "cut")

    def _fault(self, fault: Misbehaviour | None) -> Response | None:
        """What is sent instead of an answer, if anything."""
        if fault == "error 500":
            raise server_error()
        if fault == "rate limited":
            raise rate_limited()
        return Silence(self.stopping) if fault == "silent" else None

    def _answer(self, completion: Completion, chat: ChatRequest, delay_ms: float, *, cut: bool) -> Response:
        headers = {"x-request-id": completion.id.replace("chatcmpl-", "req_")}
        if chat.stream:
            kind, parts = "text/event-stream", list(completion.events())
        else:
            whole = JSONResponse(completion.whole(), headers=headers)
            if not cut:
                return whole
            # Two halves, so that the half that is cut off below leaves a broken body and not a broken character.
            body = bytes(whole.body)
            kind, parts = "application/json", [body[: len(body) // 2], body[len(body) // 2 :]]
        return self._stream(parts, headers, kind=kind, delay_ms=delay_ms, cut=cut)

    def _stream(
        self, parts: Sequence[bytes], headers: dict[str, str], *, kind: str, delay_ms: float, cut: bool
    ) -> Response:
        shape = CutStream if cut else StreamingResponse
        content = paced(parts[: len(parts) // 2] if cut else parts, delay_ms=delay_ms, stopping=self.stopping)
        return shape(content, headers=headers | STREAM_HEADERS, media_type=kind)

    def _delay_ms(self, request: Request) -> float:
        text = request.headers.get("x-scripted-token-delay-ms")
        if text is None:
            return self._settings.token_delay_ms
        delay_ms = parse_delay_ms(text)
        if delay_ms is None:
            raise ApiProblem(400, "X-Scripted-Token-Delay-Ms is no number from 0 to 60000.")
        return delay_ms


async def _healthz(request: Request) -> Response:
    return JSONResponse({"status": "ok", "model": MODEL})


async def _models(request: Request) -> Response:
    return JSONResponse({"object": "list", "data": [_card()]})


async def _model(request: Request) -> Response:
    if (name := request.path_params["name"]) != MODEL:
        raise unknown_model(name)
    return JSONResponse(_card())


def _card() -> dict[str, str | int]:
    return {"id": MODEL, "object": "model", "created": CREATED, "owned_by": "golden-path"}


async def _body(request: Request) -> bytes:
    """The body, refused as soon as it is too large to be a conversation."""
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_BODY_BYTES:
            raise ApiProblem(413, f"The body is larger than {LARGEST_BODY_BYTES} bytes.")
    return bytes(body)


def _log_answer(completion: Completion, chat: ChatRequest, talk: Conversation, *, fault: Misbehaviour | None) -> None:
    """One line about an answer, without a word of what was said."""
    way = "stream" if chat.stream else "whole"
    _log.info("%s %s %s %s %s", completion.id, talk.agent or "-", way, completion.finish_reason, fault or "-")


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiProblem)
    return JSONResponse(error.body(), error.status, error.headers)


async def _http_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    message = f"Unknown request URL: {request.method} {request.url.path}."
    if error.status_code != 404:
        message = f"{error.detail} ({request.method} {request.url.path})."
    problem = ApiProblem(error.status_code, message, code="unknown_url", headers=error.headers)
    return await _problem(request, problem)


async def _crash(request: Request, error: Exception) -> Response:
    # Starlette raises the error again after this answer, and so the log has it.
    return await _problem(request, server_error())
