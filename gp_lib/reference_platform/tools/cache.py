"""Answers of tools that may be a little old, kept in the hot tier, each user's apart."""

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable
from typing import Any

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.stores import valkey
from gp_lib.reference_platform.stores.valkey import VALKEY_LOST, Valkey

log = logging.getLogger("platform.cache")


class ToolCache:
    """Looks in the hot tier first. Without the hot tier everything is loaded, only slower."""

    def __init__(self, settings: Settings, hot: Valkey) -> None:
        self._ttl_ms = round(settings.cache_ttl_s * 1000)
        self._hot = hot
        self._loading: dict[str, asyncio.Future[Any]] = {}

    def key(self, user_id: str, name: str) -> str:
        """Where the answer ``name`` for ``user_id`` is kept."""
        return valkey.cache_key(user_id, name)

    async def get(self, user_id: str, name: str, load: Callable[[], Awaitable[Any]]) -> Any:
        """The answer ``name`` for ``user_id``; several who need it at the same time share one ``load``.

        Exceptions of ``load`` pass through, to everybody who waits.
        """
        key = self.key(user_id, name)
        if key not in self._loading:
            loading = asyncio.ensure_future(self._get_or_load(key, load))
            self._loading[key] = loading
            loading.add_done_callback(lambda done: self._loaded(key, done))
        # One of those who wait may be cancelled; the others still need the answer.
        return await asyncio.shield(self._loading[key])

    def _loaded(self, key: str, done: "asyncio.Future[Any]") -> None:
        self._loading.pop(key, None)
        if not done.cancelled() and done.exception() is not None:
            log.info("%s could not be loaded", key.rsplit(":", 1)[-1])

    async def _get_or_load(self, key: str, load: Callable[[], Awaitable[Any]]) -> Any:
        if (kept := await self._kept(key)) is not None:
            return json.loads(kept)
        value = await load()
        await self._keep(key, json.dumps(value))
        return value

    async def _kept(self, key: str) -> str | None:
        try:
            kept = await self._hot.get(key)
        except VALKEY_LOST:
            return None
        return None if kept is None else str(kept)

    async def _keep(self, key: str, text: str) -> None:
        try:
            await self._hot.set(key, text, px=self._ttl_ms)
        except VALKEY_LOST:
            log.info("the hot tier kept no answer")
