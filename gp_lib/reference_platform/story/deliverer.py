"""Hands committed events to the hot tier: to their run's stream and to their user's channel."""

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import Sequence
from datetime import datetime

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import OutcomeUnknown, StoreLost
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.stores import valkey
from gp_lib.reference_platform.stores.postgres import Database
from gp_lib.reference_platform.stores.valkey import VALKEY_LOST, Valkey

log = logging.getLogger("platform.deliverer")

BATCH = 64
MARK_EVERY_S = 0.05
FIRST_PAUSE_S = 0.05
LONGEST_PAUSE_S = 0.5

# One event: into the stream unless it is there, the live state beside it, and the news to all gateways.
# Entry ids are "<seq>-0", so the stream itself keeps order and refuses doubles.
DELIVER = """
local newest = redis.call('XREVRANGE', KEYS[1], '+', '-', 'COUNT', 1)
if #newest == 0 or tonumber(string.match(newest[1][1], '^%d+')) < tonumber(ARGV[1]) then
    redis.call('XADD', KEYS[1], ARGV[1] .. '-0', 'frame', ARGV[2])
    redis.call('HSET', KEYS[2], 'last_seq', ARGV[1], 'user_id', ARGV[5], 'thread_id', ARGV[6])
    if ARGV[7] ~= '' or redis.call('HEXISTS', KEYS[2], 'status') == 0 then
        redis.call('HSET', KEYS[2], 'status', ARGV[7] ~= '' and ARGV[7] or 'running')
    end
    redis.call('PEXPIRE', KEYS[1], ARGV[3])
    redis.call('PEXPIRE', KEYS[2], ARGV[3])
end
return redis.call('PUBLISH', ARGV[4], ARGV[2])
"""


class Deliverer:
    """A queue of committed events, emptied in order.

    While the hot tier is lost it waits and drops nothing: gateways then read PostgreSQL, and what was not delivered
    stays marked so in the outbox.
    """

    def __init__(self, settings: Settings, hot: Valkey, database: Database) -> None:
        self._ttl_ms = round(settings.hot_ttl_s * 1000)
        self._hot = hot
        self._database = database
        self._waiting: deque[Event] = deque()
        self._arrived = asyncio.Event()
        self._emptied = asyncio.Event()
        self._emptied.set()
        self._handed_over: list[tuple[str, datetime]] = []
        self.delivered_total = 0

    @property
    def backlog(self) -> int:
        """Committed events that are not handed over yet."""
        return len(self._waiting)

    def put(self, events: Sequence[Event]) -> None:
        """Deliver ``events`` soon, after everything put before them. They must be committed."""
        if not events:
            return
        self._waiting.extend(events)
        self._arrived.set()
        self._emptied.clear()

    async def deliver_forever(self) -> None:
        """Hand over what comes, until cancelled."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            while self._waiting:
                await self._hand_over_batch()
            self._emptied.set()

    async def _hand_over_batch(self) -> None:
        batch = [self._waiting[place] for place in range(min(BATCH, len(self._waiting)))]
        pause_s = FIRST_PAUSE_S
        while not await self._attempt(batch):
            await asyncio.sleep(pause_s)
            pause_s = min(2 * pause_s, LONGEST_PAUSE_S)
        for _ in batch:
            self._waiting.popleft()
        self.delivered_total += len(batch)
        moment = protocol.now()
        self._handed_over.extend((event.event_id, moment) for event in batch)

    async def _attempt(self, batch: list[Event]) -> bool:
        try:
            await self.hand_over(batch)
        except VALKEY_LOST as error:
            log.warning("the hot tier took no events: %s", type(error).__name__)
            return False
        return True

    async def hand_over(self, batch: list[Event]) -> None:
        """Write ``batch`` to the hot tier in one round trip. Doing it again changes nothing but repeats the news."""
        pipeline = self._hot.pipeline(transaction=False)
        for event in batch:
            pipeline.eval(
                DELIVER,
                2,
                valkey.stream_key(event.run_id),
                valkey.run_key(event.run_id),
                event.seq,
                event.frame,
                self._ttl_ms,
                valkey.user_channel(event.user_id),
                event.user_id,
                event.thread_id,
                final_status(event) or "",
            )
        await pipeline.execute()

    async def emptied(self, patience_s: float) -> None:
        """Wait until everything was handed over, at most ``patience_s`` seconds, and note that."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(patience_s):
                await self._emptied.wait()
        await self.mark()

    async def mark_forever(self) -> None:
        """Note in the outbox what was handed over, a batch at a time, until cancelled."""
        while True:
            await asyncio.sleep(MARK_EVERY_S)
            await self.mark()

    async def mark(self) -> None:
        """Note in the outbox what was handed over since the last time."""
        marks, self._handed_over = self._handed_over, []
        if not marks:
            return
        try:
            events, moments = [mark[0] for mark in marks], [mark[1] for mark in marks]
            await self._database.call("mark_delivered", events, moments)
        except (StoreLost, OutcomeUnknown) as error:
            log.warning("deliveries could not be noted: %s", error)
            self._handed_over = marks + self._handed_over


def final_status(event: Event) -> str | None:
    """The status in which ``event`` leaves its run, or ``None`` when the run goes on."""
    if not event.ends_run:
        return None
    if event.type == protocol.AGENT_COMPLETED:
        return str(event.body["payload"]["status"])
    return "cancelled" if event.body["payload"]["code"] == protocol.RUN_CANCELLED else "failed"
