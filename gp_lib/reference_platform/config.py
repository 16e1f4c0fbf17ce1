"""What the environment says about this gateway. Every variable is listed in README.md."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from .problems import BadSetting

LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Settings:
    """One gateway's settings. Durations are in seconds unless the name says otherwise. Secrets stay out of repr."""

    port: int
    database_url: str = field(repr=False)
    migration_url: str = field(repr=False)
    valkey_url: str = field(repr=False)
    clickhouse_url: str = field(repr=False)
    model_url: str
    model_key: str = field(repr=False)
    jwt_secret: str = field(repr=False)
    host: str = "127.0.0.1"
    gateway_id: str = ""
    app_role: str = "gp_app"
    auditor_role: str = "gp_auditor"
    model_name: str = "scripted-1"
    jwt_issuer: str = "golden-path"
    jwt_audience: str = "golden-path-platform"
    pool_size: int = 10
    defects: tuple[str, ...] = ()
    model_deadline_s: float = 5.0
    tool_deadline_s: float = 4.0
    run_deadline_s: float = 60.0
    statement_deadline_s: float = 10.0
    hot_ttl_s: float = 3600.0
    cache_ttl_s: float = 20.0
    heartbeat_ttl_s: float = 1.5
    drain_s: float = 1.5
    delta_interval_ms: float = 35.0
    detail_interval_ms: float = 6.0
    frame_limit_bytes: int = 65_536
    socket_queue_frames: int = 1_000
    rate_per_s: float = 50.0
    rate_burst: int = 200


def read_settings(environment: Mapping[str, str]) -> Settings:
    """The settings in ``environment``.

    Raises:
        BadSetting: a variable is missing or makes no sense, or defects are asked for on an open address.
    """
    settings = Settings(
        port=_whole(environment, "PORT", None),
        database_url=_url(environment, "DATABASE_URL", "postgresql postgres"),
        migration_url=_url(environment, "MIGRATION_URL", "postgresql postgres"),
        valkey_url=_url(environment, "VALKEY_URL", "redis valkey"),
        clickhouse_url=_url(environment, "CLICKHOUSE_URL", "http https"),
        model_url=_url(environment, "MODEL_URL", "http https"),
        model_key=_required(environment, "MODEL_KEY"),
        jwt_secret=_secret(environment),
        gateway_id=_text(environment, "GATEWAY_ID", f"gateway-{uuid.uuid4().hex[:12]}"),
        defects=_names(environment),
        **_texts(environment),
        **_sizes(environment),
        **_durations(environment),
    )
    if settings.defects and settings.host not in LOOPBACK:
        raise BadSetting("GP_PLATFORM_DEFECTS", f"names defects, but the platform would listen on {settings.host}")
    return settings


def _texts(environment: Mapping[str, str]) -> dict[str, Any]:
    names = ("host", "app_role", "auditor_role", "model_name", "jwt_issuer", "jwt_audience")
    return {name: _text(environment, name.upper(), getattr(Settings, name)) for name in names}


def _sizes(environment: Mapping[str, str]) -> dict[str, Any]:
    names = ("pool_size", "frame_limit_bytes", "socket_queue_frames", "rate_burst")
    return {name: _whole(environment, name.upper(), getattr(Settings, name)) for name in names}


def _durations(environment: Mapping[str, str]) -> dict[str, Any]:
    names = [name for name in Settings.__annotations__ if name.endswith(("_s", "_ms"))]
    return {name: _number(environment, name.upper(), getattr(Settings, name)) for name in names}


def _text(environment: Mapping[str, str], name: str, default: str) -> str:
    return environment.get(f"GP_PLATFORM_{name}") or default


def _required(environment: Mapping[str, str], name: str) -> str:
    if value := environment.get(f"GP_PLATFORM_{name}", ""):
        return value
    raise BadSetting(f"GP_PLATFORM_{name}", "is not set")


def _secret(environment: Mapping[str, str]) -> str:
    secret = _required(environment, "JWT_SECRET")
    # RFC 7518, 3.2: a key for HS256 has at least as many bits as the hash.
    if len(secret.encode()) < 32:
        raise BadSetting("GP_PLATFORM_JWT_SECRET", "is shorter than the 32 bytes that HS256 asks for")
    return secret


def _url(environment: Mapping[str, str], name: str, schemes: str) -> str:
    value = _required(environment, name)
    if not _is_url(value, schemes.split()):
        raise BadSetting(
            f"GP_PLATFORM_{name}",
            f"is no URL of a host that starts with one of: {schemes} (/ ? # @ [ ] in a password are percent-encoded)",
        )
    return value


def _is_url(value: str, schemes: list[str]) -> bool:
    try:
        parts = urlsplit(value)
        proper = bool(parts.hostname) and parts.port != 0
    except ValueError:  # its words quote the password
        return False
    return proper and parts.scheme in schemes and not parts.fragment and "@" not in parts.path


def _whole(environment: Mapping[str, str], name: str, default: int | None) -> int:
    text = environment.get(f"GP_PLATFORM_{name}", "") if default is not None else _required(environment, name)
    if not text and default is not None:
        return default
    if text.isascii() and text.isdigit() and 0 < int(text) < 2**31:
        return int(text)
    raise BadSetting(f"GP_PLATFORM_{name}", f"is {text!r}, which is no whole number above 0")


def _number(environment: Mapping[str, str], name: str, default: float) -> float:
    text = environment.get(f"GP_PLATFORM_{name}", "")
    if not text:
        return default
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if 0.0 < value < 86_400_000.0:
        return value
    raise BadSetting(f"GP_PLATFORM_{name}", f"is {text!r}, which is no number above 0")


def _names(environment: Mapping[str, str]) -> tuple[str, ...]:
    text = environment.get("GP_PLATFORM_DEFECTS", "")
    return tuple(dict.fromkeys(name.strip().upper() for name in text.split(",") if name.strip()))
