"""One socket's outgoing side: a bounded queue that one writer empties, so that a slow reader only hurts itself."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime

from gp_lib.reference_platform.protocol import Event

log = logging.getLogger("platform.outlet")

MOST_BYTES = 4 * 2**20
MOST_RUNS = 2_000


class Outlet:
    """Frames for one socket. ``opened_at`` is the database's time when the socket was opened.

    ``overflowed`` is set when the reader is so slow that its frames do not fit any more; it has to resume later.
    """

    def __init__(self, send: Callable[[str], Awaitable[None]], *, opened_at: datetime, most_frames: int) -> None:
        self.opened_at = opened_at
        self.overflowed = asyncio.Event()
        self.followed: dict[str, int] = {}
        self.ignored: set[str] = set()
        self._send = send
        self._most_frames = most_frames
        self._frames: deque[str] = deque()
        self._bytes = 0
        self._arrived = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()

    @property
    def backlog(self) -> int:
        """Frames that the socket has not taken yet."""
        return len(self._frames)

    def offer(self, event: Event) -> None:
        """Queue ``event`` and note how far this socket has come in its run."""
        self.followed[event.run_id] = event.seq
        if len(self.followed) > MOST_RUNS:
            del self.followed[next(iter(self.followed))]
        self.put(event.frame)

    def put(self, frame: str) -> None:
        """Queue a frame. Never waits: a queue that is full ends the socket instead."""
        if self.overflowed.is_set():
            return
        if len(self._frames) >= self._most_frames or self._bytes + len(frame) > MOST_BYTES:
            self.overflowed.set()
            return
        self._frames.append(frame)
        self._bytes += len(frame)
        self._arrived.set()
        self._emptied.clear()

    async def write_forever(self) -> None:
        """Send what is queued, in order, until cancelled or the socket fails."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._frames:
                frame = self._frames[0]
                await self._send(frame)
                self._frames.popleft()
                self._bytes -= len(frame)
            self._emptied.set()

    async def flushed(self, patience_s: float) -> None:
        """Wait until everything queued was sent, at most ``patience_s`` seconds."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._emptied.wait()
