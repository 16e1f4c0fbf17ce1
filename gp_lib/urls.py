"""Every URL is taken apart here, once: what connects gets parts, and no library gets to quote a password.

Passwords are understood as they are, with any character but ``/ ? #``: these end the part of a URL in which a password
stands, so that they must be percent-encoded. What was meant otherwise is refused, and never quoted.
"""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final
from urllib.parse import parse_qsl, unquote

from gp_lib import redaction
from gp_lib.errors import SettingsError

HTTP: Final = {"http": 80, "https": 443}
WEBSOCKET: Final = {"ws": 80, "wss": 443}
POSTGRES: Final = {"postgresql": 5432, "postgres": 5432}
VALKEY: Final = {"redis": 6379, "rediss": 6379, "valkey": 6379, "valkeys": 6379, "unix": 0}
CLICKHOUSE: Final = {"http": 8123, "https": 8443, "clickhouse": 8123, "clickhouses": 8443}

_SECRET_NAMES = re.compile(r"pass|pwd|secret|token|key|auth|sig", re.IGNORECASE)
_ENCODE: Final = "percent-encode it: %2F for /, %3F for ?, %23 for #, %40 for @, %5B for [, %25 for %"
_HOST = re.compile(r"[^\s/?#@,\[\]<>\"\\^`{|}]+")


@dataclass(frozen=True)
class Host:
    """One server; ``port`` is the scheme's own where the URL names none."""

    name: str
    port: int


@dataclass(frozen=True)
class Address:
    """The parts of a URL, decoded. ``hosts`` is empty where it names none (a PostgreSQL behind a local socket).

    ``user`` and ``password`` are ``None`` where it has none. ``query`` are its options in their order.
    """

    scheme: str
    hosts: tuple[Host, ...]
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    path: str = ""
    query: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def host(self) -> Host:
        """Its only server."""
        return self.hosts[0]

    @property
    def secure(self) -> bool:
        """Whether it asks for TLS."""
        return self.scheme in ("https", "wss", "rediss", "valkeys", "clickhouses")


def take_apart(url: str, variable: str, schemes: Mapping[str, int], *, hostless: bool = False) -> Address:
    """The parts of ``url``, which is the value of ``variable`` and begins with one of ``schemes`` (with their ports).

    ``hostless`` allows a URL without a server, and one with several, as PostgreSQL's may be. Its password becomes
    known to ``redaction``, also when it is refused.

    Raises:
        SettingsError: it is malformed; what it says is not quoted.
    """
    know_passwords(url)
    scheme, colon, rest = url.partition("://")
    if not colon or scheme.lower() not in schemes:
        raise SettingsError(variable, f"must be a URL that begins with {_either(schemes)}")
    if any(ord(character) < 0x20 or ord(character) == 0x7F for character in rest):
        raise SettingsError(variable, "holds a line end or another control character: remove it")
    of_a_store = schemes not in (HTTP, WEBSOCKET)
    authority, path, query = _split(rest, variable, strict=of_a_store)
    userinfo, _, hosts = authority.rpartition("@")
    user, has_password, password = userinfo.partition(":")
    address = Address(
        scheme=scheme.lower(),
        hosts=_hosts(hosts, variable, schemes[scheme.lower()], several=hostless),
        user=unquote(user) if user else None,
        password=unquote(password) if has_password else None,
        path=unquote(path),
        query=dict(parse_qsl(query, keep_blank_values=True)),
    )
    if not address.hosts and not hostless and scheme.lower() != "unix":
        raise SettingsError(variable, "names no host")
    return _with_credentials_of_query(address) if of_a_store else address


def _with_credentials_of_query(address: Address) -> Address:
    """Stores take user and password among the options too."""
    query = dict(address.query)
    user, username, password = (query.pop(name, None) for name in ("user", "username", "password"))
    if address.password is not None:
        password = address.password
    return replace(address, user=address.user or user or username, password=password, query=query)


def _split(rest: str, variable: str, *, strict: bool) -> tuple[str, str, str]:
    """Authority, path and query, unless a password's own characters have split it elsewhere."""
    rest, hash_sign, _ = rest.partition("#")
    before, _, query = rest.partition("?")
    authority, slash, path = before.partition("/")
    if hash_sign:
        raise SettingsError(variable, f"holds a #, which has no meaning in it; if it belongs to a password, {_ENCODE}")
    in_no_option = "@" in query and "=" not in query.split("@")[0]
    if (in_no_option and "@" not in authority) or (strict and ("@" in path or in_no_option)):
        raise SettingsError(variable, f"has an @ behind a / or a ?; if these belong to a user or a password, {_ENCODE}")
    return authority, slash + path, query


def _hosts(text: str, variable: str, port: int, *, several: bool) -> tuple[Host, ...]:
    if not text:
        return ()
    parts = text.split(",") if several else [text]
    return tuple(_host(part, variable, port) for part in parts)


def _host(text: str, variable: str, default_port: int) -> Host:
    match = re.fullmatch(r"(?:\[([^\[\]]*)\]|([^:]*))(?::(.*))?", text)
    if match is None:
        raise SettingsError(variable, f"has no proper host and port; if a password stands in front of them, {_ENCODE}")
    name, port = match[1] or unquote(match[2] or ""), match[3]
    if not (_is_ipv6(match[1]) if match[1] is not None else _HOST.fullmatch(name)):
        raise SettingsError(variable, f"has no proper host; if a password stands in front of it, {_ENCODE}")
    if port and not (port.isascii() and port.isdigit() and len(port) < 6 and 0 < int(port) < 65536):
        raise SettingsError(variable, f"has no port from 1 to 65535; if a password stands in its place, {_ENCODE}")
    return Host(name, int(port) if port else default_port)


def _is_ipv6(text: str) -> bool:
    try:
        return bool(ipaddress.IPv6Address(text))
    except ValueError:
        return False


def _either(schemes: Mapping[str, int]) -> str:
    return " or ".join(f"{scheme}://" for scheme in schemes)


def without_credentials(url: str) -> str:
    """``url``, otherwise as it was, for a library that gets user and password apart from it."""
    scheme, _, rest = url.partition("://")
    match = re.match(r"[^/?]*@", rest)
    return f"{scheme}://{rest[match.end() :] if match else rest}"


def know_passwords(url: str) -> None:
    """Make known to ``redaction`` whatever the passwords in ``url`` may be, also in one that makes no sense."""
    userinfo, at, _ = url.partition("://")[2].rpartition("@")
    found = [userinfo.partition(":")[2]] if at else []
    found += [value for name, value in parse_qsl(url.partition("?")[2]) if _SECRET_NAMES.search(name)]
    for password in found:
        for spelling in {password, unquote(password)}:
            redaction.know(spelling, "password")
