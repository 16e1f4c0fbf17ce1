"""The hit counters of the defects that are on. They outlive the process: some scenarios kill and restart it."""

import asyncio
from collections.abc import Mapping
from typing import Any

from gp_lib.reference_platform.stores.valkey import VALKEY_LOST, Valkey

from .defect import Defect, Hits

KEEP_EVERY_S = 0.02


def counter_key(defect_id: str) -> str:
    """Where the hot tier keeps how often a defect struck, in all processes of this stack together."""
    return f"gp:defects:{defect_id}"


class Board:
    """What ``GET /defects`` shows. Empty on a healthy platform."""

    def __init__(self, active: Mapping[Defect, Hits]) -> None:
        self._active = active
        self._kept: dict[str, int] = {}

    async def keep_forever(self, hot: Valkey) -> None:
        """Carry the counts to the hot tier until cancelled; a SIGKILL costs at most the last 20 ms."""
        while True:
            await asyncio.sleep(KEEP_EVERY_S)
            await self._keep(hot)

    async def report(self, hot: Valkey) -> dict[str, Any]:
        """Story, expected killer and hits of each defect: ``hits`` of all processes, ``hits_here`` of this one."""
        await self._keep(hot)
        totals = {defect.id: await self._total(hot, defect, hits) for defect, hits in self._active.items()}
        return {defect.id: {**defect.report(hits), "hits": totals[defect.id]} for defect, hits in self._active.items()}

    async def _keep(self, hot: Valkey) -> None:
        for defect, hits in self._active.items():
            new = hits.count - self._kept.get(defect.id, 0)
            if new:
                # Noted before it is carried: meanwhile somebody may ask for a report, which must not carry it too.
                self._kept[defect.id] = hits.count
                try:
                    await hot.incrby(counter_key(defect.id), new)
                except VALKEY_LOST:
                    self._kept[defect.id] -= new

    async def _total(self, hot: Valkey, defect: Defect, hits: Hits) -> int:
        try:
            return int(await hot.get(counter_key(defect.id)) or 0)
        except VALKEY_LOST:
            return hits.count
