"""One browser tab: a WebSocket whose every frame is written into the history the moment it arrives."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from gp_lib.clients.websocket import WebSocket
from gp_lib.clock import Deadline, monotonic_s
from gp_lib.dialects import golden_path
from gp_lib.errors import ConnectionLost
from gp_lib.history import Event
from gp_lib.workload.recording import Recording

Witness = Callable[[Event], Awaitable[None]]
"""Called with each event right after it was recorded, before the next frame is read."""


class Tab:
    """An open connection of ``actor``; ``events`` are those it received, in order."""

    def __init__(self, history: Recording, *, actor: str, socket: WebSocket, witness: Witness | None = None) -> None:
        self.actor = actor
        self.name = socket.name
        self.events: list[Event] = []
        self.lost: ConnectionLost | None = None
        self.closed = False
        self._history = history
        self._socket = socket
        self._witness = witness
        self._opened_s = monotonic_s()
        self._news = asyncio.Event()
        self._reading = asyncio.Event()
        self._reading.set()
        self._reader = asyncio.create_task(self._read(), name=f"reader of {self.name}")

    @property
    def silent_s(self) -> float:
        """Seconds since the last frame came; since the tab was opened, when none did."""
        return monotonic_s() - (self._socket.received_s or self._opened_s)

    async def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        """Send a message; ``ConnectionLost`` when the connection is gone."""
        await self._socket.send(message)

    async def until(
        self, wanted: Callable[[Event], bool], *, deadline_s: float | Deadline, after: int = 0
    ) -> Event | None:
        """The first event from number ``after`` on that is ``wanted``; ``None`` at the deadline.

        ``deadline_s`` are seconds from now (scaled), or a deadline that began before.

        Raises:
            ConnectionLost: the connection ended before such an event came.
        """
        deadline = deadline_s if isinstance(deadline_s, Deadline) else Deadline.after(deadline_s)
        looked_at = after
        while True:
            self._news.clear()
            for event in self.events[looked_at:]:
                if wanted(event):
                    return event
            looked_at = len(self.events)
            if self._reader.done():
                self._raise_end()
            try:
                await asyncio.wait_for(self._news.wait(), deadline.left_s)
            except TimeoutError:
                return None

    def pause(self) -> None:
        """Stop reading: the tab becomes a slow reader."""
        self._reading.clear()

    def go_on(self) -> None:
        """Read again."""
        self._reading.set()

    async def close(self) -> None:
        """Leave with a goodbye."""
        self.closed = True
        await self._socket.close()
        await self._stop()

    async def drop(self) -> None:
        """Vanish without a goodbye."""
        self._socket.drop()
        await self._stop()

    async def _read(self) -> None:
        try:
            while True:
                await self._reading.wait()
                frame = await self._socket.receive()
                await self._take(frame)
        except ConnectionLost as lost:
            self.lost = lost
        finally:
            self._news.set()

    async def _take(self, frame: str) -> None:
        received_s = self._history.since_start_s(self._socket.received_s or 0.0)
        said = golden_path.understand(frame)
        event = Event(
            actor=self.actor,
            connection=self.name,
            type=said.type,
            run_id=said.run_id,
            thread_id=said.thread_id,
            user_id=said.user_id,
            seq=said.seq,
            server_time=said.server_time,
            received_s=received_s,
            frame=frame,
        )
        self._history.record(event)
        if self._witness is not None:
            await self._witness(event)
        self.events.append(event)
        self._news.set()

    async def _stop(self) -> None:
        self._reader.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await self._reader

    def _raise_end(self) -> None:
        if not self._reader.cancelled():
            self._reader.result()
        raise self.lost or ConnectionLost(self.name, code=None, reason="the tab was closed", silent_s=None)
