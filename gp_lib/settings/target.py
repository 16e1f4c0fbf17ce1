"""Where a scenario runs, and what it may do there."""

from typing import Any, Literal

from pydantic import Field

from gp_lib.errors import NotReady, UnsafeTarget
from gp_lib.settings.fields import ClickHouseUrl, Frozen, HttpUrl, PostgresUrl, ValkeyUrl, WebSocketUrl
from gp_lib.settings.stack import ControlAddress, StackDescription, TokenIssuer

EMBEDDED = "embedded"

Safety = Literal["sandbox", "shared", "production"]
Effect = Literal["reads", "writes", "breaks"]

ALLOWED: dict[Safety, tuple[Effect, ...]] = {
    "sandbox": ("reads", "writes", "breaks"),
    "shared": ("reads", "writes"),
    "production": ("reads",),
}
"""What a scenario may do to a target: a shared one is never broken, production is only read."""


class Target(Frozen):
    """Where a scenario runs. What is ``None`` cannot be reached there, and what needs it is *unknown*.

    ``platform_direct_ws`` leads past the workbench's own proxies, whose buffers would hide a client that does not
    read; ``None`` where there are none. ``proxied_hosts`` are the hosts beside loopback that a proxy of the
    workbench may connect to (``gpath prove --sabotage``). ``platform`` names the description of its make
    (``platforms.find_platform``). ``parameters`` are values in place of the notebooks' defaults, as the file or the
    environment has them: by name, and in a table for one scenario by that scenario's name.
    """

    name: str
    safety: Safety = "shared"
    platform_http: HttpUrl
    platform_ws: WebSocketUrl
    platform_direct_ws: WebSocketUrl | None = None
    postgres_app: PostgresUrl | None = None
    postgres_auditor: PostgresUrl | None = None
    valkey: ValkeyUrl | None = None
    clickhouse: ClickHouseUrl | None = None
    jwt: TokenIssuer | None = None
    control: ControlAddress | None = None
    proxied_hosts: tuple[str, ...] = ()
    platform: str = "golden_path"
    parameters: dict[str, Any] = Field(default_factory=dict)

    @classmethod
    def of_stack(cls, stack: StackDescription) -> "Target":
        """The embedded stack as a target: a sandbox, to be broken at will.

        Raises:
            NotReady: it was started without the platform.
        """
        found = stack.urls
        if not found.platform_http:
            raise NotReady("the platform", "the stack was started without it", todo="gpath down, then gpath up")
        return cls(
            name=EMBEDDED,
            safety="sandbox",
            platform_http=found.platform_http,
            platform_ws=found.platform_ws,
            platform_direct_ws=found.platform_direct_http.replace("http", "ws", 1).rstrip("/") + "/ws",
            postgres_app=found.postgres_app or None,
            postgres_auditor=found.postgres_auditor or None,
            valkey=found.valkey or None,
            clickhouse=found.clickhouse or None,
            jwt=stack.jwt,
            control=stack.control,
        )

    def require(self, effect: Effect, scenario: str) -> None:
        """Refuse a scenario that would do more to this target than it allows.

        Raises:
            UnsafeTarget: it would.
        """
        if effect not in ALLOWED[self.safety]:
            raise UnsafeTarget(
                scenario,
                self.name,
                f"it {effect} things, and a {self.safety} target allows only: {', '.join(ALLOWED[self.safety])}",
            )
