"""Each client says what went wrong, in the workbench's own words."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import jwt
import pytest
from websockets.asyncio.server import ServerConnection, serve

from gp_lib.clients.clickhouse import open_clickhouse
from gp_lib.clients.postgres import open_postgres
from gp_lib.clients.tokens import sign
from gp_lib.clients.valkey import open_valkey
from gp_lib.clients.websocket import WebSocket, open_websocket
from gp_lib.errors import ConnectionLost, NotReady, UnexpectedReply
from gp_lib.settings import StackDescription, TokenIssuer

NOBODY = "127.0.0.1:9"  # the discard port: nothing listens there


@asynccontextmanager
async def a_server_that(does: str) -> AsyncIterator[str]:
    async def handle(connection: ServerConnection) -> None:
        if does == "closes":
            await connection.send("hello")
            await connection.close(1012, "restart")
        elif does == "vanishes":
            connection.transport.abort()
        else:
            await connection.send(b"\xff\xfe")
            await connection.wait_closed()

    async with serve(handle, "127.0.0.1", 0) as server:
        yield f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_a_close_is_a_lost_connection_with_its_code_and_the_silence_before_it() -> None:
    async with a_server_that("closes") as url:
        socket = await open_websocket(url, name="ana/1")
        assert await socket.receive() == "hello"
        with pytest.raises(ConnectionLost) as lost:
            await socket.receive()
    assert (lost.value.code, lost.value.reason) == (1012, "restart")
    assert lost.value.silent_s is not None
    assert "ana/1 was lost (close code 1012, restart" in str(lost.value)


async def test_a_connection_that_vanishes_is_lost_without_a_code() -> None:
    async with a_server_that("vanishes") as url:
        socket = await open_websocket(url, name="ana/1")
        with pytest.raises(ConnectionLost) as lost:
            await socket.receive()
    assert lost.value.code is None


async def test_bytes_that_are_no_text_are_marked_and_not_dropped() -> None:
    async with a_server_that("babbles") as url:
        socket = await open_websocket(url, name="ana/1")
        assert await socket.receive() == "\\xff\\xfe"
        await socket.close()


async def test_nobody_there_is_a_lost_connection() -> None:
    with pytest.raises(ConnectionLost, match="no connection"):
        await open_websocket(f"ws://{NOBODY}/", name="ana/1")


async def test_a_refused_handshake_says_with_which_status(stack: StackDescription) -> None:
    with pytest.raises(UnexpectedReply, match="HTTP 401"):
        await open_websocket(stack.urls.platform_ws, name="ana/1", token="forged")


async def test_a_signed_token_is_let_in(stack: StackDescription) -> None:
    socket: WebSocket = await open_websocket(stack.urls.platform_ws, name="ana/1", token=sign(stack.jwt, "ana"))
    assert "connection_established" in await asyncio.wait_for(socket.receive(), 10)
    await socket.close()


def test_a_token_carries_the_claims_of_the_contract() -> None:
    issuer = TokenIssuer(secret="s" * 32, issuer="golden-path", audience="golden-path-platform")
    token = sign(issuer, "ana")
    claims = jwt.decode(token, issuer.secret, algorithms=["HS256"], audience=issuer.audience, issuer=issuer.issuer)
    assert claims.keys() == {"sub", "email", "permissions", "iat", "exp", "iss", "aud", "jti"}


def test_a_lifetime_below_zero_gives_an_expired_token() -> None:
    issuer = TokenIssuer(secret="s" * 32, issuer="golden-path", audience="golden-path-platform")
    token = sign(issuer, "ana", lifetime_s=-5)
    with pytest.raises(jwt.ExpiredSignatureError):
        jwt.decode(token, issuer.secret, algorithms=["HS256"], audience=issuer.audience)


async def test_a_database_that_nobody_answers_at_is_not_ready() -> None:
    with pytest.raises(NotReady, match="PostgreSQL is not ready"):
        async with open_postgres(f"postgresql://someone@{NOBODY}/nothing"):
            pass


async def test_a_valkey_that_nobody_answers_at_is_not_ready() -> None:
    with pytest.raises(NotReady, match="Valkey is not ready"):
        async with open_valkey(f"redis://{NOBODY}/0"):
            pass


async def test_a_clickhouse_that_nobody_answers_at_is_not_ready() -> None:
    with pytest.raises(NotReady, match="ClickHouse is not ready"):
        async with open_clickhouse(f"http://{NOBODY}/"):
            pass


async def test_a_wrong_password_is_not_told_back(stack: StackDescription) -> None:
    door = stack.urls.postgres_auditor.split("@")[1]
    with pytest.raises(NotReady) as refused:
        async with open_postgres(f"postgresql://gp_auditor:hunter2secret@{door}"):
            pass
    assert "hunter2secret" not in str(refused.value)


async def test_every_store_answers_a_question(stack: StackDescription) -> None:
    async with open_postgres(stack.urls.postgres_auditor) as postgres:
        assert await postgres.rows("select $1::int as one", 1) == [{"one": 1}]
    async with open_clickhouse(stack.urls.clickhouse) as clickhouse:
        assert await clickhouse.rows("select {n:UInt8} as n", n=7) == [{"n": 7}]
    async with open_valkey(stack.urls.valkey) as valkey:
        assert (await valkey.fingerprint()).keys() == {"version", "identity", "uptime_s"}
