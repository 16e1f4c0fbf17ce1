"""The hot tier: names of its keys, and a client that fails fast instead of waiting in secret."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TypeAlias

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import StoreLost

Valkey: TypeAlias = "Redis"

VALKEY_LOST = (RedisError, OSError, TimeoutError)
"""What a lost hot tier looks like to a caller."""

CONTROL_CHANNEL = "gp:control"
CONNECT_S = 0.5
ANSWER_S = 1.0


def run_key(run_id: str) -> str:
    """Hash with a run's live state: status, user_id, thread_id, last_seq."""
    return f"gp:run:{run_id}"


def stream_key(run_id: str) -> str:
    """Stream with a run's events; entry ``<seq>-0`` has the frame in its field ``frame``."""
    return f"gp:run:{run_id}:events"


def user_channel(user_id: str) -> str:
    """Channel on which every event of a user is published to all gateways."""
    return f"gp:user:{user_id}"


def gateway_key(gateway_id: str) -> str:
    """Heartbeat of a gateway; it expires soon after the gateway died."""
    return f"gp:gateway:{gateway_id}"


def cache_key(user_id: str, name: str) -> str:
    """Where a tool's answer for one user is kept for a while."""
    return f"gp:cache:{user_id}:{name}"


@asynccontextmanager
async def opened_valkey(settings: Settings) -> AsyncIterator[Valkey]:
    """A client for ``settings.valkey_url``; connects when first used."""
    client = Redis.from_url(
        settings.valkey_url,
        decode_responses=True,
        socket_connect_timeout=CONNECT_S,
        socket_timeout=ANSWER_S,
        # Whoever calls knows whether repeating is right, and by when an answer is due.
        retry=Retry(NoBackoff(), 0),
        max_connections=500,
    )
    try:
        yield client
    finally:
        await client.aclose()


async def probe(client: Valkey) -> None:
    """Ask for a sign of life.

    Raises:
        StoreLost: there is none.
    """
    try:
        await client.ping()
    except VALKEY_LOST as error:
        raise StoreLost(f"the hot tier did not answer: {type(error).__name__}") from error
