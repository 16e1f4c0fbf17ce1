"""The ClickHouse client, over its HTTP interface."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import clickhouse_connect
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error as ClickHouseError

from gp_lib.clock import patience
from gp_lib.errors import NotReady


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
    """A client of the server at ``url`` (``http://user:password@host:port/``).

    Raises:
        NotReady: the server cannot be reached or refuses the user.
    """
    bound_s = int(patience(timeout_s))
    try:
        client = await asyncio.to_thread(
            clickhouse_connect.get_client,
            dsn=url,
            connect_timeout=bound_s,
            send_receive_timeout=bound_s,
            autogenerate_session_id=False,
        )
    except (OSError, ClickHouseError) as error:
        raise NotReady(
            "ClickHouse", f"connecting failed: {type(error).__name__}", todo="check `gpath status`"
        ) from error
    try:
        yield ClickHouse(client)
    finally:
        await asyncio.to_thread(client.close)
