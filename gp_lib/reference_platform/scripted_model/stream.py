"""How an answer goes over the wire: in time, cut short, or not at all."""

import asyncio
from collections.abc import AsyncIterator, Sequence

from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

_MOST_AT_ONCE = 16
_LONGEST_SLEEP_S = 0.25
STREAM_HEADERS = {"cache-control": "no-cache", "x-accel-buffering": "no"}


async def paced(events: Sequence[bytes], *, delay_ms: float, stopping: asyncio.Event) -> AsyncIterator[bytes]:
    """``events`` with a pause of ``delay_ms`` milliseconds before each.

    Each event has a point in time at which it is due, so late wake-ups do not add up. What is overdue leaves in one
    write (at most 16 events), so that a loaded process catches up instead of falling behind. Once ``stopping`` is
    set the rest leaves without pauses.
    """
    now_s = asyncio.get_running_loop().time
    begun_s, sent = now_s(), 0
    while sent < len(events):
        due_s = begun_s + (sent + 1) * delay_ms / 1000
        # Waiting for the event itself would cost a task for each token; it is looked at four times a second.
        while (wait_s := due_s - now_s()) > 0 and not stopping.is_set():  # noqa: ASYNC110
            await asyncio.sleep(min(wait_s, _LONGEST_SLEEP_S))
        count = _due_count(now_s() - begun_s, delay_ms, stopping=stopping.is_set())
        batch = events[sent : max(sent + 1, min(count, sent + _MOST_AT_ONCE))]
        yield b"".join(batch)
        sent += len(batch)
        await asyncio.sleep(0)


def _due_count(elapsed_s: float, delay_ms: float, *, stopping: bool) -> int:
    """How many events are due ``elapsed_s`` seconds after the first pause began."""
    endless = 1 << 31
    return endless if stopping or delay_ms == 0 else int(elapsed_s * 1000 / delay_ms)


class CutStream(StreamingResponse):
    """A response whose connection breaks after its last chunk, without the end that HTTP asks for."""

    async def stream_response(self, send: Send) -> None:
        """Send everything except the end; the server closes the connection when this returns."""
        start = {"type": "http.response.start", "status": self.status_code, "headers": self.raw_headers}
        await send(start)
        async for chunk in self.body_iterator:
            body = chunk.encode() if isinstance(chunk, str) else chunk
            await send({"type": "http.response.body", "body": body, "more_body": True})


class Silence(Response):
    """No answer at all, until the client hangs up or the process stops."""

    def __init__(self, stopping: asyncio.Event) -> None:
        super().__init__(status_code=503)
        self._stopping = stopping

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Wait; only a client that is still there when the process stops gets an empty 503."""
        gone = asyncio.create_task(_hung_up(receive))
        stop = asyncio.create_task(self._stopping.wait())
        try:
            await asyncio.wait({gone, stop}, return_when=asyncio.FIRST_COMPLETED)
            if not gone.done():
                await super().__call__(scope, receive, send)
        finally:
            gone.cancel()
            stop.cancel()


async def _hung_up(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
