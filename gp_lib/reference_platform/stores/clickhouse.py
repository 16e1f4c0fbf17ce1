"""The cold tier: cost data and facts. Its client is synchronous, so it works in a few threads of its own."""

import asyncio
import functools
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, TypeVar

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError
from clickhouse_connect.driver.httputil import get_pool_manager

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import StoreLost

T = TypeVar("T")

DATABASE = "golden_path"
THREADS = 6
CONNECT_S = 1
PROBE_S = 2.0

TABLES = (
    f"create database if not exists {DATABASE}",
    f"create table if not exists {DATABASE}.cost_facts (user_id String, day Date, service LowCardinality(String),"
    " cost Decimal(18, 2), usage_pct Float64)"
    " engine = ReplacingMergeTree order by (user_id, day, service)",
    f"create table if not exists {DATABASE}.run_facts (run_id String, user_id String, thread_id String,"
    " status LowCardinality(String), event_count UInt32, result_hash String, duration_ms UInt64,"
    " created_at DateTime64(6, 'UTC'), finished_at DateTime64(6, 'UTC'))"
    " engine = ReplacingMergeTree order by run_id",
    f"create table if not exists {DATABASE}.event_facts (event_id String, run_id String, user_id String,"
    " thread_id String, seq UInt32, type LowCardinality(String), agent_name LowCardinality(String),"
    " content_hash String, created_at DateTime64(6, 'UTC'))"
    " engine = ReplacingMergeTree order by event_id",
)


class ColdTier:
    """Asks ClickHouse, with a deadline on every question. Connects at first use, and again after a failure."""

    def __init__(self, settings: Settings) -> None:
        self._url = settings.clickhouse_url
        self._answer_s = settings.tool_deadline_s
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="clickhouse")
        self._client: Client | None = None
        self._pool = get_pool_manager()
        self._connecting = asyncio.Lock()

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Own the threads; at the end nobody waits for one that hangs in a dead connection."""
        try:
            yield
        finally:
            self._threads.shutdown(wait=False, cancel_futures=True)
            if self._client is not None:
                with suppress(ClickHouseError, OSError):
                    self._client.close()
            self._pool.clear()

    async def query(self, sql: str, parameters: Mapping[str, Any], deadline_s: float) -> list[tuple[Any, ...]]:
        """All rows of ``sql``.

        Raises:
            StoreLost: no answer within ``deadline_s`` seconds, or an exception of the server.
        """
        answer = await self._ask(lambda client: client.query(sql, parameters=dict(parameters)), deadline_s)
        return [tuple(row) for row in answer.result_rows]

    async def insert(self, table: str, rows: Iterable[Mapping[str, Any]], deadline_s: float) -> None:
        """Insert ``rows``, whose keys are column names, as one block: all of them or none.

        Rows travel as JSON: the client's own format would load numpy and pandas for it, a second at first use.

        Raises:
            StoreLost: not acknowledged within ``deadline_s`` seconds; it may have happened.
        """
        block = "\n".join(json.dumps(row, default=_as_text) for row in rows).encode()
        await self._ask(
            lambda client: client.raw_insert(f"{DATABASE}.{table}", insert_block=block, fmt="JSONEachRow"), deadline_s
        )

    async def command(self, sql: str, parameters: Mapping[str, Any], deadline_s: float) -> None:
        """Run a statement that returns nothing.

        Raises:
            StoreLost: not acknowledged within ``deadline_s`` seconds.
        """
        await self._ask(lambda client: client.command(sql, parameters=dict(parameters)), deadline_s)

    async def probe(self) -> None:
        """Ask for a sign of life; at first use this also creates the tables.

        Raises:
            StoreLost: there is none.
        """
        await self.query("select 1", {}, PROBE_S)

    async def _ask(self, question: Callable[[Client], T], deadline_s: float) -> T:
        try:
            async with asyncio.timeout(deadline_s):
                client = await self._connected()
                return await self._in_thread(functools.partial(question, client))
        except (ClickHouseError, OSError, TimeoutError) as error:
            raise StoreLost(f"the cold tier did not answer: {type(error).__name__}") from error

    async def _connected(self) -> Client:
        async with self._connecting:
            if self._client is None:
                self._client = await self._in_thread(self._connect)
            return self._client

    async def _in_thread(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, work)

    def _connect(self) -> Client:
        client = clickhouse_connect.get_client(
            dsn=self._url,
            pool_mgr=self._pool,  # given none, the driver asks the environment for a proxy
            connect_timeout=CONNECT_S,
            send_receive_timeout=max(1, round(self._answer_s)),
            query_retries=0,
            # Sessions forbid two questions at once; every question here stands alone.
            autogenerate_session_id=False,
        )
        for statement in TABLES:
            client.command(statement)
        return client


def _as_text(value: Decimal | date) -> str:
    """How ClickHouse reads a value for which JSON has no type."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return str(value)
