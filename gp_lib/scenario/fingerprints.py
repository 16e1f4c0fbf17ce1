"""Who really answered: each service's own word about its version, identity and start."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import httpx

from gp_lib.clients.clickhouse import open_clickhouse
from gp_lib.clients.http import open_http
from gp_lib.clients.postgres import open_postgres
from gp_lib.clients.valkey import open_valkey
from gp_lib.errors import NotReady
from gp_lib.settings import Target

Fingerprint = dict[str, str]


async def fingerprints(target: Target) -> dict[str, Fingerprint]:
    """A fingerprint of every service that the target names.

    Raises:
        NotReady: one of them cannot be reached.
    """
    found = {"platform": await _platform(target)}
    async with AsyncExitStack() as stack:
        if target.postgres_auditor:
            postgres = await stack.enter_async_context(open_postgres(target.postgres_auditor, connections=1))
            found["postgres"] = await postgres.fingerprint()
        if target.valkey:
            found["valkey"] = await (await stack.enter_async_context(open_valkey(target.valkey))).fingerprint()
        if target.clickhouse:
            clickhouse = await stack.enter_async_context(open_clickhouse(target.clickhouse))
            found["clickhouse"] = await clickhouse.fingerprint()
    return found


async def _platform(target: Target) -> Fingerprint:
    async with open_http(target.platform_http) as http:
        async with _reached(target.platform_http):
            reply = (await http.get("/version")).raise_for_status()
        return {str(key): str(value) for key, value in reply.json().items()}


@asynccontextmanager
async def _reached(url: str) -> AsyncIterator[None]:
    try:
        yield
    except (httpx.HTTPError, ValueError) as error:
        todo = "check `gpath status`, or the target's URLs in gpath.toml"
        raise NotReady("the platform", f"GET {url}/version failed: {error!r}", todo=todo) from error
