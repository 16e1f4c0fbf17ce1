"""How a scenario gives orders to the process that holds proxies and services: JSON lines over loopback TCP.

A request is ``{"id", "token", "op", "args"}``, its answer ``{"id", "result"}`` or ``{"id", "error"}`` with a
sentence. Answers come in the order in which the work gets done.
"""

import asyncio
import hmac
import inspect
import itertools
import json
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from types import TracebackType
from typing import Any

from gp_lib.clock import patience
from gp_lib.errors import ConnectionLost, NotReady, SettingsError, WorkbenchError
from gp_lib.faults.proxy import LOOPBACK, Proxy
from gp_lib.faults.rule_form import rule_from_json

Handler = Callable[..., Awaitable[Any]]
LINE_BYTES = 1 << 20
REQUEST_S = 10.0
_log = logging.getLogger(__name__)
_at_end: ContextVar[list[Callable[[], object]]] = ContextVar("at_end")


@dataclass(frozen=True)
class _Request:
    """A request as far as it could be read without trusting whoever sent it."""

    id: int | str
    token: bytes = field(repr=False)
    op: str
    arguments: dict[str, Any]


def _request(line: bytes) -> _Request | None:
    """The request in ``line``; ``None`` when there is none, whatever the line holds instead."""
    try:
        match json.loads(line):
            case {"id": int() | str() as number, "token": str() as token, "op": str() as op, **rest}:
                arguments = rest.get("args") or {}
            case _:
                return None
    except (ValueError, RecursionError):
        return None
    if isinstance(number, bool) or not isinstance(arguments, dict):
        return None
    return _Request(number, token.encode("utf-8", "surrogatepass"), op, arguments)


def at_session_end(finish: Callable[[], object]) -> None:
    """Have ``finish`` called when the control connection ends that gave the order which is carried out now."""
    _at_end.get([]).append(finish)


def fault_handlers(proxies: Mapping[str, Proxy]) -> Mapping[str, Handler]:
    """The ``faults.*`` and ``wires.*`` operations on these proxies, for :class:`ControlServer`.

    A rule and a listener live no longer than the control connection that made them: a killed notebook leaves no fault
    behind.
    """

    def find(proxy: str) -> Proxy:
        if proxy not in proxies:
            raise SettingsError("proxy", f"{proxy!r} is none of {', '.join(proxies)}")
        return proxies[proxy]

    async def impose(*, proxy: str, rule: Mapping[str, Any]) -> dict[str, Any]:
        found = find(proxy)
        rule_id = found.impose(rule_from_json(rule))
        at_session_end(lambda: found.heal(rule_id))
        return {"id": rule_id}

    async def heal(*, proxy: str, id: str) -> dict[str, Any]:
        return asdict(find(proxy).heal(id))

    async def heal_all() -> dict[str, Any]:
        return {
            name: {rule_id: asdict(touched) for rule_id, touched in proxy.heal_all().items()}
            for name, proxy in proxies.items()
        }

    async def touched(*, proxy: str, id: str) -> dict[str, Any]:
        return asdict(find(proxy).touched(id))

    async def listen(*, proxy: str, matching: str = "") -> dict[str, Any]:
        found = find(proxy)
        listener_id = found.listen(matching)
        at_session_end(lambda: found.unlisten(listener_id))
        return {"id": listener_id}

    async def heard(*, proxy: str, id: str) -> dict[str, Any]:
        return await find(proxy).heard(id)

    return {
        "wires.listen": listen,
        "wires.heard": heard,
        "faults.impose": impose,
        "faults.heal": heal,
        "faults.heal_all": heal_all,
        "faults.touched": touched,
    }


class ControlServer:
    """Answers on a free loopback port; ``handlers`` by operation are called with the arguments as keywords.

    What a handler raises is answered as an error and ends nothing. ``token`` must come with each request; a client that
    has not shown it yet must end a request ``request_s`` (scaled) seconds after it has begun it, and nothing that it
    sends ends in an exception.
    """

    def __init__(self, handlers: Mapping[str, Handler], token: str, *, request_s: float = REQUEST_S) -> None:
        self._request_s = request_s
        self._handlers = handlers
        self._token = token
        self._server: asyncio.Server | None = None
        self._sessions: set[asyncio.Task[None]] = set()

    @property
    def address(self) -> tuple[str, int]:
        """Host and port, after :meth:`start`.

        Raises:
            NotReady: the server is not started.
        """
        if self._server is None or not self._server.sockets:
            raise NotReady("control server", "it is not started", todo="call start() first")
        host, port = self._server.sockets[0].getsockname()[:2]
        return host, port

    async def start(self, port: int = 0) -> None:
        """Listen; ``port`` 0 takes a free one."""
        self._server = await asyncio.start_server(self._serve, LOOPBACK, port, limit=LINE_BYTES)

    async def close(self) -> None:
        """Stop listening and end the sessions, with what they are doing."""
        if self._server is not None:
            self._server.close()
        sessions = list(self._sessions)
        for session in sessions:
            session.cancel()
        await asyncio.gather(*sessions, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        session = asyncio.current_task()
        assert session is not None
        self._sessions.add(session)
        at_end: list[Callable[[], object]] = []
        _at_end.set(at_end)
        try:
            await self._read(reader, writer)
        except asyncio.CancelledError:
            return  # only close() cancels; the streams machinery would report it as an error
        finally:
            for finish in reversed(at_end):
                finish()
            self._sessions.discard(session)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _read(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        known = False  # whether this client has shown the token
        async with asyncio.TaskGroup() as answers:
            with suppress(OSError, ValueError):  # gone, too slow to say who it is (TimeoutError), or too long a line
                while line := await self._line(reader, known=known):
                    request = _request(line)
                    refusal = self._refusal(request)
                    known = known or refusal is None
                    answers.create_task(self._reply(request, refusal, writer))

    async def _line(self, reader: asyncio.StreamReader, *, known: bool) -> bytes:
        """The next line; from its first byte on, a stranger has only so long: who only listens costs nothing."""
        first = await reader.read(1)
        async with asyncio.timeout(None if known else patience(self._request_s)):
            return first if first in (b"", b"\n") else first + await reader.readline()

    def _refusal(self, request: _Request | None) -> dict[str, Any] | None:
        """What to say to whoever may not ask; ``None`` to whoever may."""
        if request is None:
            return {"id": None, "error": "a request is one JSON object a line with id, token, op and args"}
        if not hmac.compare_digest(request.token, self._token.encode()):
            return {"id": request.id, "error": "the control token is wrong: is this stack.json of the running stack?"}
        return None

    async def _reply(
        self, request: _Request | None, refusal: dict[str, Any] | None, writer: asyncio.StreamWriter
    ) -> None:
        answer = await self._answer(request) if request and refusal is None else refusal
        with suppress(OSError):
            writer.write(json.dumps(answer).encode() + b"\n")
            await writer.drain()

    async def _answer(self, request: _Request) -> dict[str, Any]:
        try:
            return {"id": request.id, "result": await self._call(request.op, request.arguments)}
        except WorkbenchError as error:
            return {"id": request.id, "error": str(error)}
        except Exception as error:  # noqa: BLE001  a handler's bug must not end the supervisor
            _log.error("control operation %s broke", request.op, exc_info=error)
            return {"id": request.id, "error": f"{request.op} broke inside: {type(error).__name__}: {error}"}

    async def _call(self, op: str, arguments: dict[str, Any]) -> Any:
        handler = self._handlers.get(op)
        if handler is None:
            raise SettingsError("op", f"{op!r} is none of {', '.join(sorted(self._handlers))}")
        try:
            inspect.signature(handler).bind(**arguments)
        except TypeError as error:
            raise SettingsError(op, str(error)) from None
        return await handler(**arguments)


class Control:
    """The client; ``answer_s`` (scaled) seconds are waited for each answer.

    ``async with Control(host, port, token) as control: await control.call("process.status")``
    """

    def __init__(self, host: str, port: int, token: str, *, answer_s: float = 120.0) -> None:
        self._where = (host, port)
        self._token = token
        self._answer_s = answer_s
        self._numbers = itertools.count(1)
        self._waiting: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._writer: asyncio.StreamWriter | None = None
        self._listening: asyncio.Task[None] | None = None
        self._lost = "it is not open"

    async def __aenter__(self) -> "Control":
        try:
            reader, self._writer = await asyncio.open_connection(*self._where, limit=LINE_BYTES)
        except OSError as error:
            todo = "start the stack with: gpath up"
            raise NotReady("the stack's control server", f"connect {self._where}: {error}", todo=todo) from error
        self._listening = asyncio.create_task(self._listen(reader))
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)
        if self._writer is not None:
            self._writer.close()
            with suppress(OSError):
                await self._writer.wait_closed()

    async def call(self, op: str, **arguments: Any) -> Any:
        """Carry out one operation and return its result.

        Raises:
            ConnectionLost: the server is gone.
            NotReady: no answer came in time.
            WorkbenchError: the server refused, with its sentence.
        """
        if self._writer is None or self._listening is None or self._listening.done():
            raise self._connection_lost()
        number = next(self._numbers)
        answer = self._waiting[number] = asyncio.get_running_loop().create_future()
        request = {"id": number, "token": self._token, "op": op, "args": arguments}
        try:
            self._writer.write(json.dumps(request).encode() + b"\n")
            async with asyncio.timeout(patience(self._answer_s)):
                reply = await answer
        except TimeoutError:
            raise NotReady(op, f"no answer in {patience(self._answer_s):g} s", todo="see: gpath status") from None
        finally:
            del self._waiting[number]
        if "error" in reply:
            raise WorkbenchError(str(reply["error"]))
        return reply["result"]

    async def _listen(self, reader: asyncio.StreamReader) -> None:
        self._lost = "the server closed it"
        try:
            while line := await reader.readline():
                reply = json.loads(line)
                waiting = self._waiting.get(reply["id"])
                if waiting is not None and not waiting.done():
                    waiting.set_result(reply)
        except (OSError, ValueError) as error:
            self._lost = str(error)
        finally:
            for waiting in self._waiting.values():
                if not waiting.done():
                    waiting.set_exception(self._connection_lost())

    def _connection_lost(self) -> ConnectionLost:
        return ConnectionLost("the stack's control connection", code=None, reason=self._lost, silent_s=None)
