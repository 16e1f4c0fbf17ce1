"""Who is alive: every gateway says so in the hot tier, and notices who no longer does."""

import asyncio
import logging
import time
from collections.abc import Iterable

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.stores.valkey import VALKEY_LOST, Valkey, gateway_key

log = logging.getLogger("platform.heartbeat")

BEATS_PER_TTL = 4
# A key that is gone may only have been lost with the hot tier: its gateway gets this long to write it again.
DOUBT_S = 0.8


class Heartbeat:
    """Writes this gateway's sign of life, and judges those of the others."""

    def __init__(self, settings: Settings, hot: Valkey) -> None:
        self._id = settings.gateway_id
        self._ttl_s = settings.heartbeat_ttl_s
        self._hot = hot
        self._missing_since_s: dict[str, float] = {}

    async def beat_forever(self) -> None:
        """Say "alive" until cancelled, then take it back."""
        try:
            while True:
                await self._beat()
                await asyncio.sleep(self._ttl_s / BEATS_PER_TTL)
        finally:
            await self._stop()

    async def _beat(self) -> None:
        try:
            await self._hot.set(gateway_key(self._id), str(time.time()), px=round(self._ttl_s * 1000))
        except VALKEY_LOST as error:
            log.info("no heartbeat: %s", type(error).__name__)

    async def _stop(self) -> None:
        try:
            await self._hot.delete(gateway_key(self._id))
        except VALKEY_LOST:
            log.info("the heartbeat could not be taken back")

    async def dead(self, gateways: Iterable[str]) -> list[str]:
        """Those of ``gateways`` without a sign of life for long enough; nobody while the hot tier cannot be asked."""
        dead = []
        for gateway_id in gateways:
            try:
                alive = await self._hot.exists(gateway_key(gateway_id))
            except VALKEY_LOST:
                # Nobody can write a heartbeat now either: all doubts start afresh afterwards.
                self._missing_since_s.clear()
                return []
            if self._dead_after(gateway_id, alive=bool(alive)):
                dead.append(gateway_id)
        return dead

    def _dead_after(self, gateway_id: str, *, alive: bool) -> bool:
        if alive:
            self._missing_since_s.pop(gateway_id, None)
            return False
        since_s = self._missing_since_s.setdefault(gateway_id, time.monotonic())
        return time.monotonic() - since_s >= DOUBT_S
