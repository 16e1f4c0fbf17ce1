"""The HTTP client of the platform's REST doors."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from ssl import SSLContext

import httpx

from gp_lib.clock import patience
from gp_lib.urls import HTTP, take_apart, without_credentials


@asynccontextmanager
async def open_http(
    base_url: str, *, token: str | None = None, timeout_s: float = 10.0
) -> AsyncIterator[httpx.AsyncClient]:
    """An ``httpx.AsyncClient`` for ``base_url``; proxies of the environment are not used.

    ``timeout_s`` (scaled) bounds each step of a request; ``httpx.HTTPError`` is raised beyond it.

    Raises:
        SettingsError: ``base_url`` is malformed.
    """
    address = take_apart(base_url, "the URL of the platform", HTTP)
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    async with httpx.AsyncClient(
        base_url=without_credentials(base_url),
        auth=(address.user, address.password or "") if address.user and token is None else None,
        headers=headers,
        timeout=patience(timeout_s),
        verify=_trusted(),
        trust_env=False,
    ) as client:
        yield client


@cache
def _trusted() -> SSLContext:
    """The usual authorities, read once: reading them takes longer than many requests."""
    return httpx.create_ssl_context(trust_env=False)
