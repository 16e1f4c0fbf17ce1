"""All sockets that one user has at this gateway, and the user's events on their way to them.

Events come in whatever way the hot tier brings them: doubled after a retry, with gaps after a lost connection. A
socket gets every run that began after it was opened, and every run that it resumed, in order and without gaps.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from gp_lib.reference_platform.problems import StoreLost
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.reader import EventReader

from .outlet import Outlet

log = logging.getLogger("platform.feed")

GAP_PATIENCE_S = 10.0


class Feed:
    """One user's events, handled one at a time, so that replay and live events cannot overtake each other."""

    def __init__(self, user_id: str, reader: EventReader) -> None:
        self.user_id = user_id
        self.outlets: set[Outlet] = set()
        self._reader = reader
        self._turn = asyncio.Lock()
        self._waiting: asyncio.Queue[Callable[[], Awaitable[None]]] = asyncio.Queue()
        self._worker: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to handle what is put in."""
        self._worker = asyncio.create_task(self._work(), name=f"feed {self.user_id}")

    def stop(self) -> None:
        """Handle nothing any more."""
        if self._worker is not None:
            self._worker.cancel()

    def put(self, event: Event) -> None:
        """A live event arrived."""
        self._waiting.put_nowait(lambda: self.distribute(event, is_live=True))

    def catch_up(self, since: datetime) -> None:
        """Events may have been missed: read everything stored ``since`` then."""
        self._waiting.put_nowait(lambda: self._read_since(since))

    async def resume(self, outlet: Outlet, run_id: str, last_seq: int) -> bool:
        """Replay a run's events after ``last_seq`` to ``outlet``, and let it follow the run from there.

        Returns whether the user has such a run.

        Raises:
            StoreLost: the events cannot be read now.
        """
        async with self._turn:
            return await self._replay(outlet, run_id, last_seq)

    async def follow(self, outlet: Outlet, run_id: str) -> bool:
        """Replay a run from its beginning to ``outlet``, unless it follows the run already.

        Returns and raises as ``resume`` does. Whether it follows is asked in turn: the live events of the run may
        have reached the outlet while this waited.
        """
        async with self._turn:
            return run_id in outlet.followed or await self._replay(outlet, run_id, 0)

    async def _replay(self, outlet: Outlet, run_id: str, last_seq: int) -> bool:
        events = await self._reader.after(self.user_id, run_id, last_seq)
        if events is None:
            return False
        outlet.followed[run_id] = last_seq
        outlet.ignored.discard(run_id)
        for event in events:
            outlet.offer(event)
        return True

    async def _work(self) -> None:
        while True:
            handle = await self._waiting.get()
            async with self._turn:
                await handle()

    async def distribute(self, event: Event, *, is_live: bool) -> None:
        """Give ``event`` to every socket that is due to get it, gaps before it filled."""
        for outlet in list(self.outlets):
            if await self._follows(outlet, event, is_live=is_live):
                last_seq = outlet.followed[event.run_id]
                if event.seq == last_seq + 1:
                    outlet.offer(event)
                elif event.seq > last_seq:
                    await self._fill_gap(outlet, event, last_seq)

    async def _follows(self, outlet: Outlet, event: Event, *, is_live: bool) -> bool:
        """Whether ``outlet`` gets this run: it began after the socket was opened, or was resumed on it."""
        if event.run_id in outlet.followed:
            return True
        if event.run_id in outlet.ignored:
            return False
        if (is_live and event.seq == 1) or await self._began_later(outlet, event.run_id):
            outlet.followed[event.run_id] = 0
            return True
        outlet.ignored.add(event.run_id)
        return False

    async def _began_later(self, outlet: Outlet, run_id: str) -> bool:
        try:
            started_at = await self._reader.started_at(self.user_id, run_id)
        except StoreLost:
            return False
        return started_at is not None and started_at >= outlet.opened_at

    async def _fill_gap(self, outlet: Outlet, event: Event, last_seq: int) -> None:
        """Offer everything up to ``event``. A gap that stays is left for the client to see, and to resume over."""
        for earlier in [*await self._read_gap(event, last_seq), event]:
            if earlier.seq > outlet.followed[event.run_id]:
                outlet.offer(earlier)

    async def _read_gap(self, event: Event, last_seq: int) -> list[Event]:
        loop = asyncio.get_running_loop()
        give_up_at = loop.time() + GAP_PATIENCE_S
        while True:
            try:
                return await self._reader.after(self.user_id, event.run_id, last_seq) or []
            except StoreLost:
                if loop.time() > give_up_at:
                    log.warning("a gap in run %s cannot be filled now; the client may resume", event.run_id)
                    return []
            await asyncio.sleep(0.2)

    async def _read_since(self, since: datetime) -> None:
        try:
            events = await self._reader.since(self.user_id, since)
        except StoreLost:
            return
        for event in events:
            await self.distribute(event, is_live=False)
