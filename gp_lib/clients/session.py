"""One PostgreSQL session of the workbench's own, which may hold a transaction open or get in somebody's way."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, TypeAlias

import asyncpg
from asyncpg.transaction import Transaction

from gp_lib.clients.postgres_address import FAILED, not_ready, parts_of
from gp_lib.clock import patience

APPLICATION = "golden-path-workbench"
"""How the workbench's own sessions are told from the platform's, also where both have the same role."""

Session: TypeAlias = "asyncpg.Connection[asyncpg.Record]"

__all__ = [
    "APPLICATION",
    "SET_USER",
    "DeadlockVictim",
    "Session",
    "Transaction",
    "acting_as",
    "open_session",
    "rows",
]

DeadlockVictim = asyncpg.DeadlockDetectedError

SET_USER = "select set_config($1, $2, true)"
"""Sets a setting until the end of the transaction."""


@asynccontextmanager
async def open_session(url: str, *, timeout_s: float = 10.0) -> AsyncIterator[Session]:
    """A session of its own; ``timeout_s`` (scaled) bounds connecting and each statement.

    Raises:
        SettingsError: ``url`` is malformed.
        NotReady: the server cannot be reached or refuses the user.
    """
    parts, bound_s = parts_of(url), patience(timeout_s)
    settings = {"application_name": APPLICATION}
    try:
        session = await asyncpg.connect(**parts, timeout=bound_s, command_timeout=bound_s, server_settings=settings)
    except FAILED as error:
        raise not_ready(error) from error
    try:
        yield session
    finally:
        await session.close(timeout=2)


@asynccontextmanager
async def acting_as(session: Session, setting: str, user_id: str | None) -> AsyncIterator[None]:
    """A transaction in which ``setting`` names ``user_id`` (``None``: nobody), rolled back at its end."""
    transaction = session.transaction()
    await transaction.start()
    try:
        if user_id is not None:
            await session.execute(SET_USER, setting, user_id)
        yield
    finally:
        await transaction.rollback()


async def rows(session: Session, sql: str, *arguments: Any) -> list[dict[str, Any]]:
    """Every row of the answer."""
    return [dict(row) for row in await session.fetch(sql, *arguments)]
