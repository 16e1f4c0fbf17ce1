"""``stack.json``: what everybody else may know about a running stack."""

import os
from urllib.parse import urlsplit

from gp_lib.services.assembly import Assembly
from gp_lib.services.options import ModelEndpoint
from gp_lib.services.platform import AUDIENCE, ISSUER
from gp_lib.services.ports import HOST
from gp_lib.services.postgres import ADMIN
from gp_lib.services.service import Service
from gp_lib.settings import ControlAddress, ServiceDescription, StackDescription, StackUrls, TokenIssuer


def describe(stack: Assembly, control: tuple[str, int]) -> StackDescription:
    """A stack in which everything is up; ``control`` is where it takes orders."""
    services = {name: _service(service) for name, service in stack.services.items()}
    if stack.options.model is not None:
        services["model"] = _attached(stack.options.model, stack)
    return StackDescription(
        stack_id=stack.stack_id,
        supervisor_pid=os.getpid(),
        state_dir=stack.state.root,
        started_at=stack.started_at,
        control=ControlAddress(host=control[0], port=control[1], token=stack.credentials.control),
        services=services,
        urls=_urls(stack),
        jwt=TokenIssuer(secret=stack.credentials.jwt, issuer=ISSUER, audience=AUDIENCE),
    )


def _service(service: Service) -> ServiceDescription:
    return ServiceDescription(
        pid=service.entry.pid if service.entry else 0,
        host=HOST,
        port=service.port,
        log=service.log,
        version=service.version,
        source=service.source,
        ready_s=round(service.ready_s, 3),
    )


def _attached(model: ModelEndpoint, stack: Assembly) -> ServiceDescription:
    """Somebody else's: no pid (0), no log of its own."""
    address = urlsplit(model.url)
    return ServiceDescription(
        pid=0,
        host=address.hostname or "",
        port=address.port or (443 if address.scheme == "https" else 80),
        log=stack.state.log("supervisor"),
        version=model.name,
        source="attached",
        ready_s=0.0,
    )


def _urls(stack: Assembly) -> StackUrls:
    """All front doors; that of a service which was not asked for is empty."""
    secret = stack.credentials
    doors = {
        "valkey": {"valkey": stack.valkey.url()},
        "clickhouse": {"clickhouse": stack.clickhouse.url()},
        "model": {"model": stack.model.url()},
        "postgres": {
            "postgres_admin": stack.postgres.url(ADMIN, secret.postgres_admin),
            "postgres_app": stack.postgres.url("gp_app", secret.gp_app),
            "postgres_auditor": stack.postgres.url("gp_auditor", secret.gp_auditor),
        },
    }
    urls = dict.fromkeys(StackUrls.model_fields, "")
    for name in stack.services:
        urls |= doors.get(name, {})
    if "platform" in stack.services:
        urls |= _platform_urls(stack)
    if stack.options.model is not None:
        urls["model"] = stack.options.model.url
    return StackUrls(**urls)


def _platform_urls(stack: Assembly) -> dict[str, str]:
    edge = stack.proxied("edge")
    return {
        "platform_http": stack.platform.url(edge),
        "platform_ws": stack.platform.url(edge, scheme="ws") + "/ws",
        "platform_direct_http": stack.platform.url(),
    }
