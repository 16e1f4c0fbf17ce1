"""A proxy of our own in front of somebody else's platform, told to sabotage what its clients get."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit

from gp_lib.errors import SettingsError
from gp_lib.faults import Proxy
from gp_lib.runner.prove.aside import Aside
from gp_lib.runner.prove.plan import Trial
from gp_lib.settings import Target, variables_of

PLAIN_PORT = 80


class Front:
    """What stands in front of a target; open it with :func:`in_front_of`."""

    def __init__(self, proxy: Proxy, aside: Aside) -> None:
        self._proxy = proxy
        self._aside = aside
        self._rule: str | None = None

    def set(self, trial: Trial) -> None:
        """Have exactly the trial's sabotage in force."""
        self._aside.do(self._set(trial))

    async def _set(self, trial: Trial) -> None:
        self._proxy.heal_all()
        rule = trial.variant.rule if trial.variant else None
        self._rule = None if rule is None else self._proxy.impose(rule)

    def hits(self, trial: Trial) -> int | None:
        """How many events were struck; ``None`` without sabotage."""
        return self._aside.do(self._hits())

    async def _hits(self) -> int | None:
        return None if self._rule is None else len(self._proxy.touched(self._rule).struck_s)


@contextmanager
def in_front_of(target: Target) -> Iterator[Front]:
    """A proxy in front of ``target``; notebooks that are executed meanwhile reach its WebSocket through it.

    Raises:
        SettingsError: the target speaks TLS, inside which no event can be seen.
        UnsafeTarget: the target is neither on loopback nor among its own ``proxied_hosts``.
    """
    parts = urlsplit(target.platform_ws)
    if parts.scheme != "ws" or parts.hostname is None:
        problem = "is no ws:// URL: inside TLS no event can be seen; sabotage it behind what ends TLS"
        raise SettingsError(f"targets.{target.name}.platform_ws", problem)
    upstream = parts.hostname, parts.port or PLAIN_PORT
    proxy = Proxy("front", upstream, allowed_hosts=frozenset(target.proxied_hosts), protocol="websocket")
    with Aside() as aside:
        aside.do(proxy.start())
        host, port = proxy.address
        try:
            with _variable(target.name, parts._replace(netloc=f"{host}:{port}").geturl()):
                yield Front(proxy, aside)
        finally:
            aside.do(proxy.close())


@contextmanager
def _variable(target: str, url: str) -> Iterator[None]:
    """Kernels inherit the environment, which overrides what ``gpath.toml`` says of a target."""
    name = f"{variables_of(target)}PLATFORM_WS"
    before = os.environ.get(name)
    os.environ[name] = url
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before
