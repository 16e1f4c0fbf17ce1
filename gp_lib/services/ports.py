"""Free ports for services that must be able to come back on the same one."""

import random
import socket
from pathlib import Path

HOST = "127.0.0.1"
_LOWEST = 15000
_EPHEMERAL = Path("/proc/sys/net/ipv4/ip_local_port_range")
_RANDOM = random.SystemRandom()


def _lowest_ephemeral() -> int:
    try:
        return int(_EPHEMERAL.read_text().split()[0])
    except (OSError, ValueError, IndexError):
        return 49152  # RFC 6335


def is_free(port: int) -> bool:
    """Whether ``port`` on loopback can be bound right now."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def free_port() -> int:
    """A port that is free now, below the range from which outgoing connections take theirs.

    A service that is killed and started again needs its old port back. In the ephemeral range any outgoing
    connection could have taken it meanwhile; a client retrying on loopback can even connect to itself.
    Nobody reserves the port: whoever starts a service on it must be ready to try another one.
    """
    highest = _lowest_ephemeral() - 1
    for _ in range(100 if highest > _LOWEST + 1000 else 0):
        if is_free(port := _RANDOM.randint(_LOWEST, highest)):
            return port
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
