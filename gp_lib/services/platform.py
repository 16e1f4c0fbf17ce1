"""The reference platform: the system under test, in a process of its own, reaching everything through proxies."""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field

from gp_lib.services.ports import HOST
from gp_lib.services.probes import http
from gp_lib.services.process import ProcessSpec, clean_environment
from gp_lib.services.service import Service, Surroundings

ISSUER = "golden-path"
AUDIENCE = "golden-path-platform"


@dataclass(frozen=True, kw_only=True)
class Upstreams:
    """Where the platform finds its stores and its model: proxied URLs, with passwords."""

    database: str = field(repr=False)
    migration: str = field(repr=False)
    valkey: str = field(repr=False)
    clickhouse: str = field(repr=False)
    model: str
    model_name: str


class Platform(Service):
    """One gateway process; ``defects`` are the seeded ones it starts with, ``upstreams`` must be set before."""

    name = "platform"

    def __init__(
        self, surroundings: Surroundings, defects: tuple[str, ...] = (), environment: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(surroundings)
        self.defects = defects
        self.environment = dict(environment or {})
        self.upstreams: Upstreams | None = None

    def spec(self, port: int) -> ProcessSpec:
        """The platform on ``port``."""
        return ProcessSpec(
            name=self.name,
            argv=(sys.executable, "-m", "gp_lib.reference_platform"),
            log=self.log,
            cwd=self.folder,
            environment=clean_environment() | self._variables(port) | self.environment,
        )

    async def probe(self, port: int) -> str | None:
        """``GET /readyz`` answers 200; the version is what ``/version`` says."""
        status, _ = await http(port, "/readyz")
        if status != 200:
            return None
        _, words = await http(port, "/version")
        return _version_in(words)

    def url(self, port: int | None = None, scheme: str = "http") -> str:
        """The base URL; ``port`` is another one than its own (the edge proxy's)."""
        return f"{scheme}://{HOST}:{port or self.port}"

    def _variables(self, port: int) -> dict[str, str]:
        upstreams, credentials = self.upstreams, self.around.credentials
        assert upstreams is not None, "the stack sets them before the first start"
        return {
            "GP_PLATFORM_HOST": HOST,
            "GP_PLATFORM_PORT": str(port),
            "GP_PLATFORM_DATABASE_URL": upstreams.database,
            "GP_PLATFORM_MIGRATION_URL": upstreams.migration,
            "GP_PLATFORM_APP_ROLE": "gp_app",
            "GP_PLATFORM_AUDITOR_ROLE": "gp_auditor",
            "GP_PLATFORM_VALKEY_URL": upstreams.valkey,
            "GP_PLATFORM_CLICKHOUSE_URL": upstreams.clickhouse,
            "GP_PLATFORM_MODEL_URL": upstreams.model,
            "GP_PLATFORM_MODEL_KEY": credentials.model_key,
            "GP_PLATFORM_MODEL_NAME": upstreams.model_name,
            "GP_PLATFORM_JWT_SECRET": credentials.jwt,
            "GP_PLATFORM_JWT_ISSUER": ISSUER,
            "GP_PLATFORM_JWT_AUDIENCE": AUDIENCE,
            "GP_PLATFORM_DEFECTS": ",".join(self.defects),
        }


def _version_in(words: str) -> str:
    try:
        return str(json.loads(words)["version"])
    except (ValueError, KeyError, TypeError):
        return "unknown"
