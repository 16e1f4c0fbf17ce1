"""The Valkey client (Redis protocol)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from redis.asyncio import Redis
from redis.exceptions import RedisError

from gp_lib.clock import patience
from gp_lib.errors import NotReady


class Valkey:
    """``commands`` is redis-py's ordinary client."""

    def __init__(self, commands: "Redis") -> None:
        self.commands = commands

    async def fingerprint(self) -> dict[str, str]:
        """Who answers: version, run id and uptime, from the server itself."""
        info = await self.commands.info("server")
        version = info.get("valkey_version") or info["redis_version"]
        return {
            "version": f"{info.get('server_name', 'redis')} {version}",
            "identity": str(info["run_id"]),
            "uptime_s": str(info["uptime_in_seconds"]),
        }


@asynccontextmanager
async def open_valkey(url: str, *, timeout_s: float = 10.0) -> AsyncIterator[Valkey]:
    """A connection pool to ``url``, checked once; ``timeout_s`` (scaled) bounds each command.

    Raises:
        NotReady: the server cannot be reached or refuses the password.
    """
    bound_s = patience(timeout_s)
    client = Redis.from_url(url, decode_responses=True, socket_timeout=bound_s, socket_connect_timeout=bound_s)
    try:
        try:
            await client.ping()
        except (OSError, RedisError) as error:
            raise NotReady("Valkey", f"PING failed: {type(error).__name__}", todo="check `gpath status`") from error
        yield Valkey(client)
    finally:
        await client.aclose()
