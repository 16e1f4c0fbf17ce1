"""The HTTP face: takes requests, has them answered in threads, and knows how many are under way."""

import asyncio
import logging
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from starlette.applications import Starlette
from starlette.requests import ClientDisconnect
from starlette.requests import Request as HttpRequest
from starlette.responses import Response
from starlette.routing import Route

from gp_lib.services.clickhouse_server import credentials
from gp_lib.services.clickhouse_server.compression import too_large
from gp_lib.services.clickhouse_server.configuration import Configuration
from gp_lib.services.clickhouse_server.engine import Engine
from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code
from gp_lib.services.clickhouse_server.query import Answer, Query
from gp_lib.services.clickhouse_server.reply import Replies
from gp_lib.services.clickhouse_server.request import BODY_LIMIT_BYTES, Request
from gp_lib.services.clickhouse_server.running import Running
from gp_lib.services.clickhouse_server.sessions import Sessions

_log = logging.getLogger(__name__)

_THREADS = 100  # queries that run at the same time; further ones wait their turn
_ORDER_THREADS = 4  # for what ends queries: it must not wait for them
_KILL_EVERY_S = 0.2
_ALIVE = ("/ping", "/replicas_status")
_QUERIES = ("/", "/query")
_METHODS = ["GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"]


@dataclass
class Pending:
    """A query on its way: whether it ends with its client is known once its statement has been read.

    What only reads does, unless the client forbids it (``may_end``); a change that was begun is carried out, as a
    ClickHouse server does.
    """

    query_id: str
    may_end: bool
    only_reads: bool = False
    left: bool = False

    @property
    def ends_with_client(self) -> bool:
        """Whether nobody misses it when its client is gone."""
        return self.may_end and self.only_reads


class Face:
    """Answers HTTP requests with what the engine says."""

    def __init__(self, engine: Engine, configuration: Configuration) -> None:
        self._engine = engine
        self._configuration = configuration
        self._replies = Replies(engine.display_name, engine.version, engine.timezone)
        self._sessions = Sessions()
        self._futures: set[Future[Response]] = set()
        self._running = Running(engine)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="query")
        self._orders = ThreadPoolExecutor(_ORDER_THREADS, thread_name_prefix="order")

    def app(self) -> Starlette:
        """The ASGI application."""
        return Starlette(routes=[Route("/{path:path}", self._serve, methods=_METHODS)])

    @property
    def running(self) -> int:
        """How many queries are under way."""
        return len(self._futures)

    def close(self) -> None:
        """Take no more queries and forget the sessions. Only once none is running."""
        self._pool.shutdown()
        self._orders.shutdown()
        self._sessions.close()

    async def _serve(self, http: HttpRequest) -> Response:
        path, method = http.scope["path"], http.method
        reads = method in ("GET", "HEAD")
        if reads and (path in _ALIVE or (path in _QUERIES and not http.scope["query_string"])):
            return self._replies.alive()
        if path not in _QUERIES or not (reads or method in ("POST", "OPTIONS")):
            return self._replies.nothing_here()
        if method == "OPTIONS":
            return self._replies.no_content()
        return await self._query(http)

    async def _query(self, http: HttpRequest) -> Response:
        request, body = None, None
        try:
            request = Request.of(http.method, dict(http.headers), http.scope["query_string"])
            credentials.check(request.headers, request.parameters, self._configuration)
            request.refuse_unsupported()
            body = await _read_body(http)
            return await self._in_thread(http, request, body)
        except ClickHouseError as error:
            # the rest of an unread body would be taken for the next request
            return self._replies.refusal(error, request, keep_alive=body is not None)
        except ClientDisconnect:
            return self._replies.no_content()  # to nobody

    async def _in_thread(self, http: HttpRequest, request: Request, body: bytes) -> Response:
        query = Pending(request.query_id, may_end=request.ends_with_its_client)
        pool = self._orders if request.kills(body) else self._pool
        future = pool.submit(self._answer, request, body, query)
        # kept until the thread is done, even if nobody waits for it any more
        self._futures.add(future)
        future.add_done_callback(self._futures.discard)
        leaving = asyncio.create_task(self._end_with_client(http, future, query))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if future.cancelled():  # it waited for its turn when its client left
                raise ClientDisconnect from None
            raise
        finally:
            leaving.cancel()

    async def _end_with_client(self, http: HttpRequest, future: Future[Response], query: Pending) -> None:
        """Wait until the client hangs up, then end its query: again and again, for it may be about to begin."""
        while (await http.receive())["type"] != "http.disconnect":
            pass
        query.left = True
        while not future.cancel() and not future.done():
            if query.ends_with_client:
                await asyncio.get_running_loop().run_in_executor(self._orders, self._engine.kill, query.query_id)
            await asyncio.sleep(_KILL_EVERY_S)

    def _answer(self, request: Request, body: bytes, pending: Pending) -> Response:
        try:
            query = request.query(body)
            pending.only_reads = query.statement.only_reads
            if pending.left and pending.ends_with_client:
                raise ClickHouseError(Code.QUERY_WAS_CANCELLED, "Query was cancelled: its client has hung up")
            with self._running.named(request.query_id, replaces=request.is_on("replace_running_query")):
                return self._replies.answer(request, self._run(request, query))
        except (MemoryError, OSError) as error:
            _log.error("A query failed for want of memory, files or disk: %s", error)
            raise ClickHouseError(Code.NOT_ENOUGH_SPACE, f"No memory, files or disk left: {error}") from None

    def _run(self, request: Request, query: Query) -> Answer:
        if request.session_id is None:
            return self._engine.run(query)
        with self._sessions.hold(
            request.session_id,
            timeout_s=request.session_timeout_s,
            must_exist=request.is_on("session_check"),
            close=request.is_on("close_session"),
        ) as session:
            return session.run(self._engine, query)


async def _read_body(http: HttpRequest) -> bytes:
    """The body as it came, at most ``BODY_LIMIT_BYTES`` of it.

    Raises:
        ClickHouseError: it is longer.
        ClientDisconnect: it ended before its end.
    """
    announced = http.headers.get("content-length", "0")
    if announced.isdigit() and int(announced) > BODY_LIMIT_BYTES:
        raise too_large(BODY_LIMIT_BYTES)
    body = bytearray()
    async for piece in http.stream():
        body += piece
        if len(body) > BODY_LIMIT_BYTES:
            raise too_large(BODY_LIMIT_BYTES)
    return bytes(body)
