"""How a running embedded stack describes itself: the file that it writes, and everybody else reads."""

import os
from datetime import datetime
from pathlib import Path
from typing import Literal

from gp_lib.errors import NotReady
from gp_lib.settings.fields import Frozen, Secret, SecretUrl
from gp_lib.settings.project import STATE_DIR, project_root


class ControlAddress(Frozen):
    """Where the stack takes orders for faults and processes; ``token`` must accompany each."""

    host: str
    port: int
    token: Secret


class ServiceDescription(Frozen):
    """One running service; ``ready_s`` is how many seconds it took from start to ready."""

    pid: int
    host: str
    port: int
    log: Path
    version: str
    source: Literal["wheel", "path", "attached"]
    ready_s: float


class StackUrls(Frozen):
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


class TokenIssuer(Frozen):
    """What is needed to sign a JWT that the platform accepts (HS256)."""

    secret: Secret
    issuer: str
    audience: str


class StackDescription(Frozen):
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
