"""Makes few large deltas out of many small pieces."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator


async def gathered(pieces: AsyncIterator[str], pause_s: float, *, most: int | None = None) -> AsyncGenerator[str, None]:
    """All of ``pieces`` in order, joined so that at least ``pause_s`` lies between two deltas.

    A delta has at most ``most`` pieces (``None``: as many as have come).

    Pieces are read while the receiver is busy with the delta before, so a busy platform makes larger deltas and not
    a longer queue. An exception of ``pieces`` passes through once everything before it was yielded.
    """
    loop = asyncio.get_running_loop()
    waiting: list[str] = []
    arrived = asyncio.Event()

    async def read() -> None:
        try:
            async for piece in pieces:
                waiting.append(piece)
                arrived.set()
        finally:
            arrived.set()

    reading = asyncio.create_task(read())
    try:
        while waiting or not reading.done():
            await arrived.wait()
            arrived.clear()
            if waiting:
                delta, told_s = "".join(waiting[:most]), loop.time()
                del waiting[:most]
                yield delta
                # The last piece needs no pause after it.
                await asyncio.wait([reading], timeout=max(0.0, told_s + pause_s - loop.time()))
            if waiting or reading.done():
                arrived.set()
        reading.result()
    finally:
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
