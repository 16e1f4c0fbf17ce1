"""The warm tier: a pool of connections, and transactions that belong to one user each."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias, TypeVar

import asyncpg
from asyncpg.pool import PoolConnectionProxy

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import OutcomeUnknown, StoreLost

T = TypeVar("T")
Connection: TypeAlias = "PoolConnectionProxy[asyncpg.Record]"
RawConnection: TypeAlias = "asyncpg.Connection[asyncpg.Record]"
Work: TypeAlias = Callable[[Connection], Awaitable[T]]

GONE = (
    OSError,
    TimeoutError,
    asyncpg.PostgresConnectionError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    asyncpg.AdminShutdownError,
    asyncpg.CrashShutdownError,
    asyncpg.CannotConnectNowError,
    asyncpg.IdleInTransactionSessionTimeoutError,
)
"""The connection, or the server behind it, is no more."""

TRY_AGAIN = (
    asyncpg.DeadlockDetectedError,
    asyncpg.SerializationError,
    asyncpg.LockNotAvailableError,
    asyncpg.QueryCanceledError,
    asyncpg.TooManyConnectionsError,
)
"""The server refused the step as a whole and rolled it back; the same step may work in a moment."""

SESSION_SETTINGS = {
    "application_name": "golden-path-platform",
    # A connection that was lost half-way must not keep its locks until TCP notices.
    "idle_in_transaction_session_timeout": "5000",
    "lock_timeout": "3000",
}
ACQUIRE_S = 5.0
CONNECT_S = 3.0


class Database:
    """The pool. Without ``opened`` it has no connection; ``settings.pool_size`` is never exceeded."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._pool: asyncpg.Pool[asyncpg.Record] | None = None

    @asynccontextmanager
    async def opened(self) -> AsyncIterator[None]:
        """Hold the pool open. The first connection is made at first use, so a lost database is no obstacle."""
        self._pool = await self._new_pool()
        try:
            yield
        finally:
            pool, self._pool = self._pool, None
            with suppress(*GONE):
                await asyncio.wait_for(pool.close(), timeout=1.0)

    async def _new_pool(self) -> "asyncpg.Pool[asyncpg.Record]":
        return await asyncpg.create_pool(
            self._settings.database_url,
            min_size=0,
            max_size=self._settings.pool_size,
            max_inactive_connection_lifetime=60.0,
            command_timeout=self._settings.statement_deadline_s,
            timeout=CONNECT_S,
            server_settings={**SESSION_SETTINGS, "statement_timeout": self._statement_timeout_ms},
            reset=self.clean_up,
        )

    @property
    def _statement_timeout_ms(self) -> str:
        # A little later than the client's own limit, so that the client decides and the server cleans up.
        return str(round(self._settings.statement_deadline_s * 1000) + 500)

    @property
    def size(self) -> int:
        """Open connections."""
        return self._pool.get_size() if self._pool else 0

    @property
    def in_use(self) -> int:
        """Connections that somebody works with now."""
        return self.size - self._pool.get_idle_size() if self._pool else 0

    async def acquire(self) -> Connection:
        """Borrow a connection; give it back with ``release``.

        Raises:
            StoreLost: none could be had in time.
        """
        assert self._pool is not None, "the database is not opened"
        try:
            return await self._pool.acquire(timeout=ACQUIRE_S)
        except (*GONE, *TRY_AGAIN) as error:
            raise StoreLost(f"no database connection: {type(error).__name__}") from error

    async def release(self, connection: Connection) -> None:
        """Give back what ``acquire`` lent; a broken connection is closed instead of kept."""
        assert self._pool is not None, "the database is not opened"
        with suppress(*GONE):
            await self._pool.release(connection, timeout=2.0)

    async def clean_up(self, connection: RawConnection) -> None:
        """Make a returned connection fit for the next user: nothing is left to do.

        The pool has rolled back whatever was open, and the user's id is local to its transaction. The usual
        ``RESET ALL`` would cost a round trip for each transaction and change nothing.
        """

    def opening(self, user_id: str) -> str:
        """What begins a transaction that, and after which nothing, acts as ``user_id`` for the row-level security.

        One round trip instead of two. The id travels in hex digits, so there is nothing in it to quote.
        """
        value = f"convert_from(decode('{user_id.encode().hex()}', 'hex'), 'UTF8')"
        return f"BEGIN; select set_config('platform.user_id', {value}, true)"

    @asynccontextmanager
    async def borrowed(self) -> AsyncIterator[Connection]:
        """A connection for system work: it sees no user's rows except through the narrow functions."""
        connection = await self.acquire()
        try:
            yield connection
        except (*GONE, *TRY_AGAIN) as error:
            raise StoreLost(f"the database connection broke: {type(error).__name__}") from error
        finally:
            await self.release(connection)

    async def transact(self, user_id: str, work: Work[T]) -> T:
        """Run ``work`` in one transaction as ``user_id`` and commit it.

        Raises:
            StoreLost: nothing of it happened; it may be repeated.
            OutcomeUnknown: the connection broke during COMMIT; look before repeating.
        """
        async with self.borrowed() as connection:
            try:
                await connection.execute(self.opening(user_id))
                value = await work(connection)
            except BaseException:
                await self.roll_back(connection)
                raise
            await self.commit(connection)
            return value

    async def commit(self, connection: Connection) -> None:
        """COMMIT, and tell "it was refused" from "nobody knows"."""
        try:
            answer = await connection.execute("COMMIT")
        except GONE as error:
            raise OutcomeUnknown(f"COMMIT was not answered: {type(error).__name__}") from error
        if answer != "COMMIT":
            # PostgreSQL answers ROLLBACK, without an error, to the COMMIT of a transaction in which something failed.
            raise StoreLost("the transaction was rolled back instead of committed")

    async def roll_back(self, connection: Connection) -> None:
        """ROLLBACK; on a broken connection the server does it by itself."""
        with suppress(*GONE):
            await connection.execute("ROLLBACK")

    async def repeatable(self, user_id: str, work: Work[T]) -> T:
        """Like ``transact``, for work that may be repeated even if it happened: doubt counts as loss.

        Raises:
            StoreLost: it may or may not have happened.
        """
        try:
            return await self.transact(user_id, work)
        except OutcomeUnknown as error:
            raise StoreLost(str(error)) from error

    async def read(self, user_id: str, query: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows of ``query`` that ``user_id`` may see, in a transaction of its own.

        Raises:
            StoreLost: the database could not be asked.
        """

        async def rows(connection: Connection) -> list[asyncpg.Record]:
            return await connection.fetch(query, *arguments)

        return await self.repeatable(user_id, rows)

    async def call(self, function: str, *arguments: Any) -> list[asyncpg.Record]:
        """Rows that the narrow system function ``platform.<function>`` returns.

        Raises:
            StoreLost: the database could not be asked.
        """
        marks = ", ".join(f"${position}" for position in range(1, len(arguments) + 1))
        async with self.borrowed() as connection:
            return await connection.fetch(f"select * from platform.{function}({marks})", *arguments)

    async def probe(self) -> None:
        """Ask for a sign of life.

        Raises:
            StoreLost: there is none.
        """
        async with self.borrowed() as connection:
            await connection.execute("select 1")
