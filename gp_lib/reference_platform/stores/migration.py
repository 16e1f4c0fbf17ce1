"""Brings the warm tier's schema up to date, once for all gateways that start at the same time."""

import asyncio
import hashlib
from pathlib import Path

import asyncpg

from gp_lib.reference_platform.config import Settings

SCHEMA = Path(__file__).with_name("schema.sql")
# Any number will do as long as nobody else uses it: "gpmigr" in hex digits.
LOCK = 0x67706D696772
PATIENCE_S = 20.0


async def migrate(settings: Settings) -> None:
    """Create what is missing, as the owner, under an advisory lock.

    A schema that is already in place is left alone: its DDL would lock tables under gateways that are at work.

    Raises:
        OSError, TimeoutError, asyncpg.PostgresError: the database did not let us within 20 seconds.
    """
    connection = await _connected(settings.migration_url)
    try:
        async with connection.transaction():
            await connection.execute("select pg_advisory_xact_lock($1)", LOCK)
            schema = await _schema_for(connection, settings)
            if not await _in_place(connection, schema):
                await connection.execute(schema)
                await connection.execute(f"comment on schema platform is '{_mark(schema)}'")
    finally:
        await connection.close(timeout=2)


def _mark(schema: str) -> str:
    return f"golden-path schema {hashlib.sha256(schema.encode()).hexdigest()}"


async def _in_place(connection: asyncpg.Connection, schema: str) -> bool:
    found = await connection.fetchval("select obj_description(to_regnamespace('platform'), 'pg_namespace')")
    return bool(found == _mark(schema))


async def _schema_for(connection: asyncpg.Connection, settings: Settings) -> str:
    names = await connection.fetchrow(
        "select quote_ident($1) as app, quote_ident($2) as auditor", settings.app_role, settings.auditor_role
    )
    assert names is not None
    return SCHEMA.read_text().replace("{app}", names["app"]).replace("{auditor}", names["auditor"])


async def _connected(url: str) -> asyncpg.Connection:
    """A connection, even if the database still starts up or shuts down."""
    loop = asyncio.get_running_loop()
    give_up_at = loop.time() + PATIENCE_S
    while True:
        try:
            return await asyncpg.connect(url, timeout=5)
        except (OSError, TimeoutError, asyncpg.CannotConnectNowError, asyncpg.PostgresConnectionError):
            if loop.time() > give_up_at:
                raise
            await asyncio.sleep(0.2)
