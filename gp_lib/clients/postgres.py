"""The PostgreSQL client: a few connections that read, as the auditor or as the platform's own role."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg

from gp_lib.clients.postgres_address import FAILED, not_ready, parts_of
from gp_lib.clock import patience


class Postgres:
    """Asks questions in SQL; any number at the same time."""

    def __init__(self, pool: "asyncpg.Pool[asyncpg.Record]") -> None:
        self._pool = pool

    async def rows(self, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        """Every row of the answer. ``asyncpg.PostgresError`` passes through: it is what the server said."""
        return [dict(row) for row in await self._pool.fetch(sql, *arguments)]

    async def fingerprint(self) -> dict[str, str]:
        """Who answers: version, start time and system identifier, from the server itself."""
        (row,) = await self.rows(
            "select split_part(version(), ' on ', 1) as version, pg_postmaster_start_time()::text as started_at,"
            " (select system_identifier::text from pg_control_system()) as identity"
        )
        return row


@asynccontextmanager
async def open_postgres(url: str, *, connections: int = 4, timeout_s: float = 10.0) -> AsyncIterator[Postgres]:
    """Up to ``connections`` connections to ``url``; ``timeout_s`` (scaled) bounds connecting and each statement.

    Raises:
        SettingsError: ``url`` is malformed.
        NotReady: the server cannot be reached or refuses the user.
    """
    parts, bound_s = parts_of(url), patience(timeout_s)
    try:
        pool = await asyncpg.create_pool(
            **parts, min_size=1, max_size=connections, timeout=bound_s, command_timeout=bound_s
        )
    except FAILED as error:
        raise not_ready(error) from error
    try:
        yield Postgres(pool)
    finally:
        await pool.close()
