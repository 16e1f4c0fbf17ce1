"""COMMIT rules against a real PostgreSQL server."""

import asyncio
import time

import asyncpg
import pytest

from gp_lib.clock import wait_until
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rules import CutAtCommit, StallCommit

LOST = (ConnectionError, asyncpg.PostgresConnectionError, asyncpg.InterfaceError)


async def count(database: asyncpg.Connection) -> int:
    return int(await database.fetchval("SELECT count(*) FROM notes"))


async def note(client: asyncpg.Connection, text: str = "hello") -> None:
    """One transaction as asyncpg does them: BEGIN and COMMIT simple, the rest prepared."""
    async with client.transaction():
        await client.execute("INSERT INTO notes VALUES ($1)", text)


async def has_struck(proxy: Proxy, rule: str) -> None:
    async def struck() -> bool:
        return bool(proxy.touched(rule).struck_s)

    assert await wait_until(struck, deadline_s=10), "the rule never struck"


async def test_a_stalled_answer_is_visible_to_others_while_the_client_waits(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy
) -> None:
    rule = postgres_proxy.impose(StallCommit(side="answer", hold_s=None, matching="into NOTES"))
    writing = asyncio.create_task(note(client))
    await has_struck(postgres_proxy, rule)
    assert await count(database) == 1
    assert not (await asyncio.wait([writing], timeout=0.1))[0]
    touched = postgres_proxy.heal(rule)
    await writing
    assert (touched.connections, touched.matches) == (1, 1)
    assert touched.bytes > 0


async def test_a_stalled_request_is_not_visible_until_it_is_healed(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy
) -> None:
    rule = postgres_proxy.impose(StallCommit(side="request", hold_s=None))
    writing = asyncio.create_task(note(client))
    await has_struck(postgres_proxy, rule)
    await asyncio.sleep(0.1)
    assert await count(database) == 0
    assert not writing.done()
    postgres_proxy.heal(rule)
    await writing
    assert await count(database) == 1


@pytest.mark.parametrize("side", ["request", "answer"])
async def test_a_stall_ends_by_itself_after_its_time(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy, side: str
) -> None:
    postgres_proxy.impose(StallCommit(side=side, hold_s=0.3))  # type: ignore[arg-type]
    began = time.monotonic()
    await note(client)
    assert 0.3 <= time.monotonic() - began < 5
    began = time.monotonic()
    await note(client)  # times=1: the second one is free
    assert time.monotonic() - began < 0.3
    assert await count(database) == 2


@pytest.mark.parametrize(("side", "rows"), [("request", 0), ("answer", 1)])
async def test_a_client_that_is_hung_up_on_cannot_know_what_comes_true_later(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy, side: str, rows: int
) -> None:
    rule = postgres_proxy.impose(StallCommit(side=side, hold_s=None, hang_up=True))  # type: ignore[arg-type]
    with pytest.raises(LOST):
        await note(client)
    assert await count(database) == rows
    assert len(postgres_proxy.heal(rule).struck_s) == 1
    await sessions_gone(database)
    assert await count(database) == 1


async def test_a_cut_request_leaves_no_row(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy
) -> None:
    rule = postgres_proxy.impose(CutAtCommit(side="request"))
    with pytest.raises(LOST):
        await note(client)
    assert len(postgres_proxy.heal(rule).struck_s) == 1
    await sessions_gone(database)
    assert await count(database) == 0


async def test_a_cut_answer_leaves_the_row_and_an_error(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy
) -> None:
    rule = postgres_proxy.impose(CutAtCommit(side="answer", matching="notes"))
    with pytest.raises(LOST):
        await note(client)
    assert len(postgres_proxy.heal(rule).struck_s) == 1
    assert await count(database) == 1


async def sessions_gone(database: asyncpg.Connection) -> None:
    """Wait until the server has noticed that every other session is dead."""

    async def gone() -> bool:
        query = "SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend'"
        return bool(await database.fetchval(query) == 1)

    assert await wait_until(gone, deadline_s=10)


@pytest.mark.parametrize("side", ["request", "answer"])
async def test_a_text_that_no_statement_contains_touches_nothing(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy, side: str
) -> None:
    stall = postgres_proxy.impose(StallCommit(side=side, hold_s=60, matching="insert into other"))  # type: ignore[arg-type]
    cut = postgres_proxy.impose(CutAtCommit(side=side, matching="insert into other"))  # type: ignore[arg-type]
    await asyncio.wait_for(note(client), 20)
    assert await count(database) == 1
    for rule in (stall, cut):
        touched = postgres_proxy.heal(rule)
        assert (touched.connections, touched.bytes, touched.matches, touched.struck_s) == (0, 0, 0, [])


async def test_only_the_transaction_that_ran_the_statement_matches(
    client: asyncpg.Connection, postgres_proxy: Proxy
) -> None:
    await note(client)  # prepares the statement; its text is not sent again
    rule = postgres_proxy.impose(StallCommit(side="answer", hold_s=0.05, matching="insert", times=None))
    async with client.transaction():
        await client.fetchval("SELECT count(*) FROM notes")
    assert postgres_proxy.touched(rule).matches == 0
    await note(client)
    await note(client)
    assert postgres_proxy.touched(rule).matches == 2


async def test_skip_lets_the_first_matches_through(client: asyncpg.Connection, postgres_proxy: Proxy) -> None:
    rule = postgres_proxy.impose(CutAtCommit(side="answer", skip=2))
    await note(client)
    await note(client)
    with pytest.raises(LOST):
        await note(client)
    assert postgres_proxy.touched(rule).matches == 3


@pytest.mark.parametrize("commit", ["commit", "COMMIT WORK", "/* all well */ End;", "select 1; CoMmIt ;"])
async def test_commit_is_recognised_in_every_spelling(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy, commit: str
) -> None:
    postgres_proxy.impose(CutAtCommit(side="answer", matching="notes"))
    await client.execute("BEGIN; INSERT INTO notes VALUES ('commit;')")
    with pytest.raises(LOST):
        await client.execute(commit)
    assert await count(database) == 1


async def test_commit_by_extended_query_is_recognised(
    client: asyncpg.Connection, database: asyncpg.Connection, postgres_proxy: Proxy
) -> None:
    await client.execute("BEGIN")
    await client.execute("INSERT INTO notes VALUES ($1)", "x")
    commit = await client.prepare("COMMIT")
    postgres_proxy.impose(CutAtCommit(side="request", matching="notes"))
    with pytest.raises(LOST):
        await commit.fetch()
    await sessions_gone(database)
    assert await count(database) == 0


@pytest.mark.parametrize("statement", ["INSERT INTO notes VALUES ('COMMIT; END')", "SELECT $x$;COMMIT;$x$"])
async def test_commit_inside_a_string_is_not_a_commit(
    client: asyncpg.Connection, postgres_proxy: Proxy, statement: str
) -> None:
    rule = postgres_proxy.impose(CutAtCommit(side="request"))
    await client.execute(statement)
    assert postgres_proxy.heal(rule).matches == 0


async def test_a_commit_that_the_server_turns_into_a_rollback_is_not_struck(
    client: asyncpg.Connection, postgres_proxy: Proxy
) -> None:
    rule = postgres_proxy.impose(CutAtCommit(side="answer"))
    await client.execute("BEGIN")
    with pytest.raises(asyncpg.UndefinedTableError):
        await client.execute("SELECT * FROM nowhere")
    assert await client.execute("COMMIT") == "ROLLBACK"
    assert postgres_proxy.heal(rule).struck_s == []


async def test_only_the_chosen_connection_is_struck(client: asyncpg.Connection, postgres_proxy: Proxy) -> None:
    host, port = postgres_proxy.address
    rule = postgres_proxy.impose(CutAtCommit(side="answer", nth=1, times=None))
    second = await asyncpg.connect(host=host, port=port, user="postgres", database="postgres")
    await note(client)
    with pytest.raises(LOST):
        await note(second)
    second.terminate()
    assert postgres_proxy.touched(rule).connections == 1


async def test_large_statements_and_results_pass_unchanged(client: asyncpg.Connection) -> None:
    text = "x" * 3_000_000
    async with client.transaction():
        assert await client.fetchval("SELECT $1::text", text) == text
        rows = await client.fetch("SELECT n, repeat('y', 50) FROM generate_series(1, 20000) n")
    assert [row["n"] for row in rows] == list(range(1, 20_001))
