"""Reaching the upstream of a proxy, and never anything that is not allowed."""

import asyncio
import ipaddress
import socket

from gp_lib.clock import patience
from gp_lib.errors import UnsafeTarget

DIAL_S = 10.0


class Upstream:
    """Where a proxy forwards to: loopback, or a host that the target lists; ``name`` is for errors.

    Raises:
        UnsafeTarget: it is neither. ``localhost`` is looked up when it is dialled, and judged then.
    """

    def __init__(self, name: str, address: tuple[str, int], allowed_hosts: frozenset[str]) -> None:
        self.name = name
        self.address = address
        self._listed = address[0] in allowed_hosts
        if address[0] != "localhost":
            self._check(address[0])

    def _check(self, host: str) -> None:
        if not self._listed and not _is_loopback(host):
            needed = "a proxy only connects to loopback, or to hosts that the target lists"
            raise UnsafeTarget(f"fault proxy {self.name!r}", host, needed)

    async def dial(self) -> socket.socket:
        """A connected socket.

        Raises:
            OSError: nobody answers, within ``DIAL_S`` (scaled) seconds.
            UnsafeTarget: ``localhost`` turned out to be somewhere else.
        """
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(patience(DIAL_S)):
            found = await loop.getaddrinfo(*self.address, type=socket.SOCK_STREAM)
            family, kind, protocol, _, address = found[0]
            self._check(str(address[0]))
            made = socket.socket(family, kind, protocol)
            try:
                made.setblocking(False)
                made.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                await loop.sock_connect(made, address)
            except BaseException:
                made.close()
                raise
        return made


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:  # a name
        return False
