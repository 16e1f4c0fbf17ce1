"""No HTTP server of ours waits for half a request head without end; a whole one has all the time it needs."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

import pytest
import uvicorn
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

import gp_lib
from gp_lib.clock import wait_until
from gp_lib.reference_platform.http_head import PatientH11 as OfThePlatform
from gp_lib.services.clickhouse_server.http_head import PatientH11 as OfTheFace

HEAD_S = 1.0
WHOLE = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\nhi"


async def slow_answer(scope: object, receive: object, send: object) -> None:
    await asyncio.sleep(3 * HEAD_S)
    body = await Request(scope, receive).body()  # type: ignore[arg-type]
    response: Response = PlainTextResponse(body)
    await response(scope, receive, send)  # type: ignore[arg-type]


@pytest.fixture(params=[OfThePlatform, OfTheFace])
async def port(request: pytest.FixtureRequest) -> AsyncIterator[int]:
    hasty = type("Hasty", (request.param,), {"head_s": HEAD_S})
    config = uvicorn.Config(slow_answer, port=0, http=hasty, lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    server.capture_signals = suppress  # type: ignore[method-assign,assignment]
    serving = asyncio.create_task(server.serve())
    assert await wait_until(lambda: asyncio.sleep(0, server.started), deadline_s=60)
    yield server.servers[0].sockets[0].getsockname()[1]
    server.should_exit = True
    await serving


async def answered(port: int, *pieces: bytes) -> bytes:
    """All that comes back until the server hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in pieces:
        writer.write(piece)
        await asyncio.sleep(0.05)
    came = await asyncio.wait_for(reader.read(), 60)
    writer.close()
    return came


@pytest.mark.parametrize("half", [b"P", b"POST / HTTP/1.1\r\n", b"POST / HTTP/1.1\r\nHost: x\r\nX-Long: ", WHOLE[:-6]])
async def test_half_a_head_is_answered_with_408_and_hung_up_on(port: int, half: bytes) -> None:
    assert (await answered(port, half)).startswith(b"HTTP/1.1 408 ")


async def test_who_says_nothing_is_hung_up_on(port: int) -> None:
    assert await answered(port) == b""


async def test_half_a_second_head_is_hung_up_on_too(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(WHOLE)
    assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"hi"), 60)
    writer.write(b"GET /")
    assert b" 408 " in await asyncio.wait_for(reader.read(), 60)
    writer.close()


async def test_a_whole_request_in_pieces_has_all_the_time_it_needs(port: int) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for piece in (WHOLE[:10], WHOLE[10:-1]):
        writer.write(piece)
        await asyncio.sleep(0.05)
    await asyncio.sleep(2 * HEAD_S)  # the body may come slowly
    writer.write(WHOLE[-1:])
    assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"hi"), 60)
    await asyncio.sleep(2 * HEAD_S)  # and between two requests there may be time
    writer.write(WHOLE)
    assert b"200 OK" in await asyncio.wait_for(reader.readuntil(b"hi"), 60)
    writer.close()


def test_every_server_of_ours_is_one_of_these() -> None:
    sources = {file: file.read_text() for file in Path(gp_lib.__file__).parent.rglob("*.py")}
    servers = {str(file): text for file, text in sources.items() if "uvicorn.Config(" in text}
    assert len(servers) == 3
    assert [name for name, text in servers.items() if not re.search(r"http=PatientH11", text)] == []
