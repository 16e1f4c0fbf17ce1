"""The Valkey client (Redis protocol)."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import urlencode

from redis.asyncio import Connection, ConnectionPool, Redis, SSLConnection, UnixDomainSocketConnection
from redis.asyncio.connection import parse_url
from redis.exceptions import RedisError

from gp_lib.clock import patience
from gp_lib.errors import NotReady, SettingsError
from gp_lib.urls import VALKEY, Address, take_apart


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
        SettingsError: ``url`` is malformed.
        NotReady: the server cannot be reached or refuses the password.
    """
    address, bound_s = take_apart(url, "the URL of Valkey", VALKEY), patience(timeout_s)
    client = _client(address, bound_s)
    try:
        try:
            await client.ping()
        except (OSError, ValueError, RedisError) as error:
            raise NotReady("Valkey", f"PING failed: {type(error).__name__}", todo="check `gpath status`") from error
        yield Valkey(client)
    finally:
        await client.aclose()


def _client(address: Address, bound_s: float) -> "Redis":
    """redis-py gets the options as a URL without host or secret, for it knows their types, and all else as parts.

    Raises:
        SettingsError: an option has no proper value.
    """
    try:
        options: dict[str, Any] = dict(parse_url(f"redis://?{urlencode(address.query)}"))
        database = int(options.pop("db", None) or address.path.strip("/") or 0) if address.hosts else 0
    except ValueError:
        raise SettingsError("the URL of Valkey", "its database or one of its options has no proper value") from None
    where: dict[str, Any] = (
        {"host": address.host.name, "port": address.host.port} if address.hosts else {"path": address.path}
    )
    kind = SSLConnection if address.secure else Connection if address.hosts else UnixDomainSocketConnection
    about = options | where | {"db": database, "username": address.user, "password": address.password}
    about |= {"socket_timeout": bound_s, "socket_connect_timeout": bound_s, "decode_responses": True}
    return Redis.from_pool(ConnectionPool(connection_class=kind, **about))
