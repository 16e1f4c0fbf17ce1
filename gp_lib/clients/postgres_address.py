"""How a PostgreSQL is connected to: the parts of its URL, and what may go wrong."""

from typing import Any
from urllib.parse import urlencode

import asyncpg

from gp_lib.errors import NotReady
from gp_lib.urls import POSTGRES, take_apart

# What asyncpg raises when it connects; its refusals of an option are InterfaceError or ValueError.
FAILED = (OSError, TimeoutError, ValueError, asyncpg.PostgresError, asyncpg.InterfaceError)


def parts_of(url: str) -> dict[str, Any]:
    """``url`` as arguments for asyncpg, which is never shown the URL itself.

    Raises:
        SettingsError: it is malformed.
    """
    address = take_apart(url, "the URL of PostgreSQL", POSTGRES, hostless=True)
    options = dict(address.query)
    named = [options.pop(name, "") for name in ("dbname", "database")]
    found: dict[str, Any] = {
        "user": address.user,
        "password": address.password,
        "database": address.path.removeprefix("/") or named[0] or named[1] or None,
        "host": [host.name for host in address.hosts] or None,
        "port": [host.port for host in address.hosts] or None,
    }
    if options:  # sslmode and its like: without a host or a name, the URL that asyncpg reads them from is harmless
        found["dsn"] = f"postgresql:///?{urlencode(options)}"
    return {name: value for name, value in found.items() if value is not None}


def not_ready(error: Exception) -> NotReady:
    """The sentence for one of ``FAILED``."""
    said = f"connecting failed: {type(error).__name__}: {error}"
    return NotReady("PostgreSQL", said, todo="check `gpath status`")
