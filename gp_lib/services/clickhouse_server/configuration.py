"""What the server is told by its environment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from gp_lib.errors import SettingsError


@dataclass(frozen=True)
class Configuration:
    """Where to listen, where the data is, and who may ask.

    ``port`` 0 takes any free port. An empty ``password`` lets ``user`` in with any password, as ClickHouse
    does for a user without one.
    """

    host: str
    port: int
    data_dir: Path
    user: str
    password: str = field(repr=False)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> "Configuration":
        """Read the ``GP_CLICKHOUSE_*`` variables.

        ``PORT`` and ``DATA_DIR`` are required; ``HOST`` is 127.0.0.1, ``USER`` is default and ``PASSWORD``
        is empty unless given.

        Raises:
            SettingsError: a variable is missing or makes no sense.
        """
        return cls(
            host=environment.get("GP_CLICKHOUSE_HOST") or "127.0.0.1",
            port=_port(environment),
            data_dir=_data_dir(environment),
            user=environment.get("GP_CLICKHOUSE_USER") or "default",
            password=environment.get("GP_CLICKHOUSE_PASSWORD", ""),
        )


def _required(environment: Mapping[str, str], variable: str) -> str:
    if not (text := environment.get(variable, "").strip()):
        raise SettingsError(variable, "is not set, and the ClickHouse server cannot start without it")
    return text


def _port(environment: Mapping[str, str]) -> int:
    text = _required(environment, "GP_CLICKHOUSE_PORT")
    if not (text.isascii() and text.isdigit() and int(text) <= 65535):
        raise SettingsError("GP_CLICKHOUSE_PORT", f"{text!r} is not a port number from 0 to 65535")
    return int(text)


def _data_dir(environment: Mapping[str, str]) -> Path:
    text = _required(environment, "GP_CLICKHOUSE_DATA_DIR")
    # the engine takes its path and its options in one URL-like string
    if set(text) & set("?&"):
        raise SettingsError("GP_CLICKHOUSE_DATA_DIR", f"{text!r} has a ? or & in it, which the engine forbids")
    return Path(text).expanduser().resolve()
