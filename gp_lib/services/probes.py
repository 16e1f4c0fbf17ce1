"""The smallest real exchange in a protocol that says whether a server answers; nothing is imported for it."""

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from gp_lib.services.ports import HOST

ANSWER_WITHIN_S = 2.0


@asynccontextmanager
async def _connection(port: int) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    async with asyncio.timeout(ANSWER_WITHIN_S):
        reader, writer = await asyncio.open_connection(HOST, port)
        try:
            yield reader, writer
        finally:
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()


async def http(port: int, path: str, *, body: bytes | None = None, basic_auth: str = "") -> tuple[int, str]:
    """GET ``path``, or POST ``body`` to it: the status and what came; ``basic_auth`` is ``user:password``.

    Raises:
        OSError: nobody answers, or not within two seconds (TimeoutError), or not in HTTP.
    """
    head = [f"{'GET' if body is None else 'POST'} {path} HTTP/1.0", f"Host: {HOST}:{port}", "Connection: close"]
    if basic_auth:
        head.append(f"Authorization: Basic {base64.b64encode(basic_auth.encode()).decode()}")
    if body is not None:
        head.append(f"Content-Length: {len(body)}")
    async with _connection(port) as (reader, writer):
        writer.write("\r\n".join([*head, "", ""]).encode() + (body or b""))
        answer, _, came = (await reader.read()).partition(b"\r\n\r\n")
    match answer.split(maxsplit=2):
        case [_, status, *_] if status.isdigit():
            return int(status), came.decode(errors="replace")
    raise ConnectionError(f"no HTTP answer on port {port}")


async def redis_info(port: int, password: str) -> dict[str, str]:
    """Authenticate and read ``INFO server``; empty when the server is still loading or refuses.

    Raises:
        OSError: nobody answers, or not within two seconds (TimeoutError).
    """
    async with _connection(port) as (reader, writer):
        writer.write(f"AUTH {password}\r\nINFO server\r\nINFO persistence\r\nQUIT\r\n".encode())
        answer = (await reader.read()).decode(errors="replace")
    return dict(line.split(":", 1) for line in answer.splitlines() if ":" in line)
