"""The ClickHouse client, over its HTTP interface."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from clickhouse_connect.driver.httputil import get_pool_manager
from urllib3 import PoolManager

from gp_lib.clock import patience
from gp_lib.errors import NotReady
from gp_lib.urls import CLICKHOUSE, Address, take_apart

OF_CONNECTIONS = ("verify", "ca_cert", "client_cert", "client_cert_key")
"""Options of a URL that are about its connections, and not about a query."""


class ClickHouse:
    """Asks questions in SQL with ``{name:Type}`` parameters."""

    def __init__(self, client: Client) -> None:
        self._client = client

    async def rows(self, sql: str, **parameters: Any) -> list[dict[str, Any]]:
        """Every row of the answer. The driver is synchronous, so that it runs in a thread."""
        result = await asyncio.to_thread(self._client.query, sql, parameters=parameters)
        return list(result.named_results())

    async def execute(self, sql: str, **parameters: Any) -> None:
        """Carry out a statement that answers nothing."""
        await asyncio.to_thread(self._client.command, sql, parameters=parameters)

    async def fingerprint(self) -> dict[str, str]:
        """Who answers: version and uptime, from the server itself."""
        (row,) = await self.rows("select version() as version, toString(uptime()) as uptime_s, hostName() as host")
        return {"version": f"ClickHouse {row['version']}", "uptime_s": row["uptime_s"]}


@asynccontextmanager
async def open_clickhouse(url: str, *, timeout_s: float = 10.0) -> AsyncIterator[ClickHouse]:
    """A client of the server at ``url`` (``http://user:password@host:port/``); the environment's proxies are not used.

    Raises:
        SettingsError: ``url`` is malformed.
        NotReady: the server cannot be reached or refuses the user.
    """
    address = take_apart(url, "the URL of ClickHouse", CLICKHOUSE)
    pool = _pool(address)  # given none, the driver asks the environment for a proxy
    try:
        client = await _connected(address, pool, int(patience(timeout_s)))
        try:
            yield ClickHouse(client)
        finally:
            await asyncio.to_thread(client.close)
    finally:
        pool.clear()


def _pool(address: Address) -> PoolManager:
    options: dict[str, Any] = {name: value for name, value in address.query.items() if name in OF_CONNECTIONS}
    options["verify"] = options.get("verify", "true").lower() != "false"
    pool: PoolManager = get_pool_manager(**options)
    return pool


async def _connected(address: Address, pool: PoolManager, bound_s: int) -> Client:
    options: dict[str, Any] = {name: value for name, value in address.query.items() if name not in OF_CONNECTIONS}
    secure = address.secure or options.pop("secure", "").lower() == "true"
    try:
        return await asyncio.to_thread(
            clickhouse_connect.get_client,
            **options,
            pool_mgr=pool,
            interface="https" if secure else "http",
            host=address.host.name,
            port=address.host.port,
            username=address.user,
            password=address.password or "",
            database=address.path.strip("/").split("/")[0] or None,
            connect_timeout=bound_s,
            send_receive_timeout=bound_s,
            autogenerate_session_id=False,
        )
    except (OSError, ValueError, ClickHouseError) as error:
        raise NotReady(
            "ClickHouse", f"connecting failed: {type(error).__name__}", todo="check `gpath status`"
        ) from error
