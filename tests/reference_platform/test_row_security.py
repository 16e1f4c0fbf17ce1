"""The database itself keeps users apart, whatever the platform asks it."""

import uuid
from collections.abc import AsyncIterator

import asyncpg
import pytest

from .gateways import Gateway, Home, StartGateway
from .people import at, token_for

TABLES = ("users", "threads", "messages", "runs", "events", "saving_actions", "invoices")


@pytest.fixture
async def app(home: Home, gateway: Gateway) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    """A connection in the platform's own role."""
    connection = await asyncpg.connect(home.app_url)
    yield connection
    await connection.close()


async def _as_user(app: "asyncpg.Connection[asyncpg.Record]", user_id: str, query: str, *arguments: object) -> object:
    async with app.transaction():
        await app.execute("select set_config('platform.user_id', $1, true)", user_id)
        return await app.fetchval(query, *arguments)


@pytest.mark.parametrize("table", TABLES)
async def test_a_user_sees_their_own_rows_and_nobody_elses(
    gateway: Gateway, app: "asyncpg.Connection[asyncpg.Record]", table: str
) -> None:
    async with at(gateway) as one, at(gateway) as other:
        await one.ask("Find savings and file the best saving.")
        own = await _as_user(app, one.user_id, f"select count(*) from platform.{table}")
        foreign = await _as_user(
            app, other.user_id, f"select count(*) from platform.{table} where user_id = $1", one.user_id
        )
    assert own
    assert foreign == 0


@pytest.mark.parametrize("table", TABLES)
async def test_without_a_user_nothing_is_visible(
    gateway: Gateway, app: "asyncpg.Connection[asyncpg.Record]", table: str
) -> None:
    async with at(gateway) as person:
        await _as_user(app, person.user_id, "select 1")
    assert await app.fetchval(f"select count(*) from platform.{table}") == 0


async def test_nobody_can_write_in_somebody_elses_name(
    gateway: Gateway, app: "asyncpg.Connection[asyncpg.Record]"
) -> None:
    async with at(gateway) as one, at(gateway) as other:
        statement = "insert into platform.threads (thread_id, user_id, title) values ($1, $2, 'x')"
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await _as_user(app, one.user_id, statement, uuid.uuid4(), other.user_id)


async def test_the_role_owns_nothing_and_cannot_bypass(app: "asyncpg.Connection[asyncpg.Record]") -> None:
    owned = await app.fetchval("select count(*) from pg_tables where schemaname='platform' and tableowner=current_user")
    assert owned == 0
    flags = "select rolbypassrls or rolsuper or rolcreaterole from pg_roles where rolname = current_user"
    assert await app.fetchval(flags) is False
    forced = "select bool_and(relrowsecurity and relforcerowsecurity) from pg_class where relname = any($1)"
    assert await app.fetchval(forced + " and relnamespace = 'platform'::regnamespace", list(TABLES)) is True


async def test_a_pool_of_one_connection_carries_nothing_over(start: StartGateway) -> None:
    gateway = await start(pool_size="1")
    async with at(gateway) as one, at(gateway) as other:
        await one.ask()
        for _ in range(5):
            mine = (await gateway.get("/usage", token_for(one.user_id, gateway.home.secret))).json()
            theirs = (await gateway.get("/usage", token_for(other.user_id, gateway.home.secret))).json()
            assert (mine["threads"], theirs["threads"]) == (1, 0)
