"""Each client says what went wrong, in the workbench's own words."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager, suppress

import jwt
import pytest
from websockets.asyncio.server import ServerConnection, serve

from gp_lib.clients.clickhouse import open_clickhouse
from gp_lib.clients.postgres import open_postgres
from gp_lib.clients.session import open_session
from gp_lib.clients.tokens import sign
from gp_lib.clients.valkey import open_valkey
from gp_lib.clients.websocket import WebSocket, open_websocket
from gp_lib.errors import ConnectionLost, NotReady, UnexpectedReply, WorkbenchError
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


ODD_PASSWORDS = [
    "a/S3cret",
    "a?S3cret",
    "a#S3cret",
    "a[S3cret",
    "a]S3cret",
    "a@S3cret",
    "a:S3cret",
    "a%S3cret",
    "a!$&;S3cret",
]
STORES: dict[str, Callable[[str], AbstractAsyncContextManager[object]]] = {
    "postgresql://app:{}@127.0.0.1:9/chat": open_postgres,
    "postgresql://app:{}@127.0.0.1:9/other": open_session,
    "redis://app:{}@127.0.0.1:9/0": open_valkey,
    "http://app:{}@127.0.0.1:9/": open_clickhouse,
}


@pytest.mark.parametrize("url", STORES)
@pytest.mark.parametrize("password", ODD_PASSWORDS)
async def test_an_odd_password_ends_in_an_error_of_ours_that_tells_no_part_of_it(url: str, password: str) -> None:
    with pytest.raises(WorkbenchError) as refused:
        async with STORES[url](url.format(password)):
            pass
    assert "S3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "url",
    [
        "postgresql://h:9/x?sslmode=nonsense",
        "postgresql://h:9/x?port=y",
        "redis://h:9/first",
        "redis://h:9/0?socket_timeout=soon",
        "http://h:9/?verify=maybe&compress=nothing",
    ],
)
async def test_an_option_that_makes_no_sense_is_an_error_of_ours(url: str) -> None:
    opener: Callable[[str], AbstractAsyncContextManager[object]]
    opener = (
        open_postgres if url.startswith("postgres") else open_valkey if url.startswith("redis") else open_clickhouse
    )
    with pytest.raises(WorkbenchError):
        async with opener(url):
            pass


@pytest.mark.parametrize(
    "url",
    [
        *(
            "",
            "ws://",
            "http://127.0.0.1:9/ws",
            "ws://no such host/",
            "ws://127.0.0.1:99999/ws",
            "ws://127.0.0.1:9/ws#part",
        ),
        *(
            "ws://me:a[S3cret@127.0.0.1:9/ws",
            "ws://me:a/S3cret@127.0.0.1:9/ws",
            "ws://.example/ws",
            f"ws://{'a' * 70}.example/",
        ),
    ],
)
@pytest.mark.parametrize("receive_buffer_bytes", [None, 4096])
async def test_an_odd_websocket_url_is_an_error_of_ours(url: str, receive_buffer_bytes: int | None) -> None:
    with pytest.raises(WorkbenchError) as refused:
        await open_websocket(url, name="ana/1", receive_buffer_bytes=receive_buffer_bytes)
    assert "S3cret" not in str(refused.value)


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi",
        b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:9/ws\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:9/login\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: ws://[\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nLocation: ws://127.0.0.1:99999/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        b"HTTP/1.1 99999 Odd\r\n\r\n",
        b"HTTP/1.1 200 \xff\r\n\r\n",
        b"SSH-2.0-OpenSSH\r\n",
        b"\x00" * 100,
        b"A" * 100_000,
        b"",
    ],
)
@pytest.mark.parametrize("receive_buffer_bytes", [None, 4096])
async def test_an_odd_handshake_is_an_error_of_ours_and_leaves_nothing_open(
    answer: bytes, receive_buffer_bytes: int | None
) -> None:
    closed = asyncio.Event()

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        if not answer:
            writer.close()
        with suppress(ConnectionError):
            await reader.read()  # until the client hangs up
        closed.set()
        writer.close()

    async with await asyncio.start_server(handle, "127.0.0.1", 0) as server:
        url = f"ws://127.0.0.1:{server.sockets[0].getsockname()[1]}/ws"
        with pytest.raises(WorkbenchError):
            await open_websocket(url, name="ana/1", token="t", receive_buffer_bytes=receive_buffer_bytes)
        await asyncio.wait_for(closed.wait(), 30)
