"""Where a scenario runs: the running embedded stack, or a target named in ``gpath.toml`` or by the environment.

``StackDescription`` is the file that a running stack writes and everybody else reads.
"""

import os
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, ValidationError

from gp_lib import redaction, urls
from gp_lib.errors import NotReady, SettingsError, UnsafeTarget

EMBEDDED = "embedded"
STATE_DIR = ".gpath"
CONFIG = "gpath.toml"


def _known(secret: str) -> str:
    redaction.know(secret, "secret")
    return secret


def _password_known(url: str) -> str:
    urls.know_passwords(url)
    return url


def _url(schemes: Mapping[str, int], *, hostless: bool = False) -> AfterValidator:
    """A setting that is a URL: what is malformed is refused here, before any library sees it."""

    def proper(url: str) -> str:
        try:
            urls.take_apart(url, "", schemes, hostless=hostless)
        except SettingsError as error:
            raise ValueError(error.problem) from None
        return url

    return AfterValidator(proper)


Secret = Annotated[str, AfterValidator(_known)]
"""A setting that must never be seen: whoever reads one makes it known to ``redaction``."""

SecretUrl = Annotated[str, AfterValidator(_password_known)]
"""A URL whose password must never be seen."""

HttpUrl = Annotated[str, _url(urls.HTTP)]
WebSocketUrl = Annotated[str, _url(urls.WEBSOCKET)]
PostgresUrl = Annotated[str, _url(urls.POSTGRES, hostless=True)]
ValkeyUrl = Annotated[str, _url(urls.VALKEY)]
ClickHouseUrl = Annotated[str, _url(urls.CLICKHOUSE)]


class _Frozen(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class ControlAddress(_Frozen):
    """Where the stack takes orders for faults and processes; ``token`` must accompany each."""

    host: str
    port: int
    token: Secret


class ServiceDescription(_Frozen):
    """One running service; ``ready_s`` is how many seconds it took from start to ready."""

    pid: int
    host: str
    port: int
    log: Path
    version: str
    source: Literal["wheel", "path", "attached"]
    ready_s: float


class StackUrls(_Frozen):
    """Front doors of a target. ``platform_*`` pass the edge proxy; the stores' are direct, for readings."""

    platform_http: str
    platform_ws: str
    platform_direct_http: str
    postgres_admin: SecretUrl
    postgres_app: SecretUrl
    postgres_auditor: SecretUrl
    valkey: SecretUrl
    clickhouse: SecretUrl
    model: SecretUrl


class TokenIssuer(_Frozen):
    """What is needed to sign a JWT that the platform accepts (HS256)."""

    secret: Secret
    issuer: str
    audience: str


class StackDescription(_Frozen):
    """``stack.json``: a running embedded stack, complete. It holds secrets: mode 0600, never evidence."""

    version: Literal[1] = 1
    stack_id: str
    supervisor_pid: int
    state_dir: Path
    started_at: datetime
    control: ControlAddress
    services: dict[str, ServiceDescription]
    urls: StackUrls
    jwt: TokenIssuer


Safety = Literal["sandbox", "shared", "production"]
Effect = Literal["reads", "writes", "breaks"]

ALLOWED: dict[Safety, tuple[Effect, ...]] = {
    "sandbox": ("reads", "writes", "breaks"),
    "shared": ("reads", "writes"),
    "production": ("reads",),
}
"""What a scenario may do to a target: a shared one is never broken, production is only read."""


class Target(_Frozen):
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
    parameters: dict[str, Any] = {}

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


def project_root(start: Path | None = None) -> Path:
    """The nearest folder at or above ``start`` (the working directory) that has ``notebooks`` or ``gpath.toml``."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / CONFIG).is_file() or (folder / "notebooks" / "p0").is_dir():
            return folder
    raise SettingsError(
        "working directory", f"{here} is in no workbench: go to the folder that has notebooks/ (or {CONFIG})"
    )


def stack_file() -> Path:
    """Where the running stack describes itself: ``GPATH_STACK``, else ``.gpath/stack.json`` of the project."""
    named = os.environ.get("GPATH_STACK")
    return Path(named) if named else project_root() / STATE_DIR / "stack.json"


def load_stack(path: Path | None = None) -> StackDescription:
    """The running embedded stack.

    Raises:
        NotReady: there is none, or its description cannot be read.
    """
    path = path or stack_file()
    try:
        return StackDescription.model_validate_json(path.read_bytes())
    except (OSError, ValueError) as error:
        raise NotReady(
            "the embedded stack",
            f"its description {path.name} could not be read ({type(error).__name__})",
            todo="start one with `gpath up`; `gpath run` and `gpath lab` do it by themselves",
        ) from error


def load_target(name: str) -> Target:
    """The target called ``name``: the embedded stack, or ``[targets.NAME]`` of ``gpath.toml``.

    Every field can come from the environment instead, where secrets belong: ``GPATH_STAGING_POSTGRES_AUDITOR``
    overrides ``postgres_auditor`` of target ``staging``, ``GPATH_STAGING_JWT__SECRET`` a nested one.

    Raises:
        SettingsError: there is no such target, or a field is missing or wrong.
        NotReady: the embedded stack is not running.
    """
    if name == EMBEDDED:
        return Target.of_stack(load_stack()).model_copy(update={"parameters": parameters_of(name)})
    tables = _target_tables()
    table, overrides = tables.get(name), _overrides(name, tables)
    if table is None and not overrides:
        raise SettingsError("target", f"{name!r} is neither {EMBEDDED!r} nor in {CONFIG} (or the environment)")
    return _validated(name, _merged(table or {}, overrides))


def parameters_of(target: str) -> dict[str, Any]:
    """What ``target`` sets in place of the notebooks' defaults: ``[targets.NAME.parameters]``, or the environment.

    The embedded stack need not be running.

    Raises:
        SettingsError: it is not a table, or something else is set for the embedded stack.
    """
    tables = _target_tables()
    fields = _merged(tables.get(target, {}), _overrides(target, tables))
    if target == EMBEDDED and (others := fields.keys() - {"parameters"}):
        raise SettingsError(f"targets.{target}.{min(others)}", "on the embedded target only parameters can be set")
    found = fields.get("parameters", {})
    if not isinstance(found, dict):
        raise SettingsError(f"targets.{target}.parameters", "is not a table of names and values")
    return found


def parameters_for(scenario: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Those of a target's ``parameters`` that are for ``scenario``: its own table goes before what is set for all.

    The table is called as the scenario, or by its id (``a4``).
    """
    names = (scenario.split("_")[0], scenario)
    own = [table for name in names if isinstance(table := parameters.get(name), dict)]
    general = {name: value for name, value in parameters.items() if name not in names}
    return general | {name: value for table in own for name, value in table.items()}


def _target_tables() -> dict[str, dict[str, Any]]:
    path = project_root() / CONFIG
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8")).get("targets", {})
    except ValueError as error:
        raise SettingsError(CONFIG, f"is not valid TOML: {error}") from error
    if not isinstance(tables, dict) or not all(isinstance(table, dict) for table in tables.values()):
        raise SettingsError(CONFIG, "each target is a table of its own: [targets.NAME]")
    return tables


def variables_of(target: str) -> str:
    """How the names of the variables begin that override fields of a target: ``GPATH_STAGING_``."""
    return f"GPATH_{re.sub(r'[^A-Z0-9]', '_', target.upper())}_"


def _overrides(name: str, others: Iterable[str]) -> dict[str, Any]:
    """What the environment says of ``name``; a variable of ``staging_eu`` says nothing of ``staging``."""
    prefix = variables_of(name)
    longer = tuple(each for each in map(variables_of, others) if each != prefix and each.startswith(prefix))
    found: dict[str, Any] = {}
    for variable, text in os.environ.items():
        if not variable.startswith(prefix) or variable.startswith(longer):
            continue
        for other in others:
            if other != name and variables_of(other) == prefix:
                raise SettingsError(variable, f"applies to both targets {name!r} and {other!r}; rename one of them")
        *parents, leaf = variable.removeprefix(prefix).lower().split("__")
        table = found
        for parent in parents:
            table = table.setdefault(parent, {})
            if not isinstance(table, dict):
                raise SettingsError(variable, f"{parent!r} is set as a whole too; unset one of the two")
        table[leaf] = text
    return found


def _merged(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    inner = {key: value if isinstance(value, dict) else {} for key, value in base.items()}
    nested = {key: _merged(inner.get(key, {}), value) for key, value in over.items() if isinstance(value, dict)}
    return {**base, **over, **nested}


def _validated(name: str, fields: dict[str, Any]) -> Target:
    try:
        return Target.model_validate({**fields, "name": name})
    except ValidationError as error:
        first = error.errors(include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        raise SettingsError(f"targets.{name}.{where}", first["msg"].removeprefix("Value error, ")) from None
