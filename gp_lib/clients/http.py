"""The HTTP client of the platform's REST doors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx

from gp_lib.clock import patience


@asynccontextmanager
async def open_http(
    base_url: str, *, token: str | None = None, timeout_s: float = 10.0
) -> AsyncIterator[httpx.AsyncClient]:
    """An ``httpx.AsyncClient`` for ``base_url``; proxies of the environment are not used.

    ``timeout_s`` (scaled) bounds each step of a request; ``httpx.HTTPError`` is raised beyond it.
    """
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    async with httpx.AsyncClient(
        base_url=base_url, headers=headers, timeout=patience(timeout_s), trust_env=False
    ) as client:
        yield client
