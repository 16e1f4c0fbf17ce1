"""Who asks: ClickHouse's three ways to name a user, of which a request may use one."""

import base64
import hmac
from collections.abc import Mapping

from gp_lib.services.clickhouse_server.configuration import Configuration
from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code


def check(headers: Mapping[str, str], parameters: Mapping[str, str], expected: Configuration) -> None:
    """Let the request through, or not.

    Raises:
        ClickHouseError: REQUIRED_PASSWORD when a password is needed and none came, AUTHENTICATION_FAILED
            when user or password are wrong or named in two ways at once.
    """
    user, password = _given(headers, parameters)
    user_is_right = _same(user or "default", expected.user)
    password_is_right = not expected.password or _same(password, expected.password)
    if user_is_right and password_is_right:
        return
    if not (user or password):
        raise ClickHouseError(Code.REQUIRED_PASSWORD, "Authentication failed: a user and password are required")
    raise ClickHouseError(
        Code.AUTHENTICATION_FAILED,
        f"{user or 'default'}: Authentication failed: password is incorrect, or there is no user with such name",
    )


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode(), expected.encode())


def _given(headers: Mapping[str, str], parameters: Mapping[str, str]) -> tuple[str, str]:
    by_header = "x-clickhouse-user" in headers or "x-clickhouse-key" in headers
    by_basic = "authorization" in headers
    by_url = "user" in parameters or "password" in parameters
    if by_header + by_basic + by_url > 1:
        raise ClickHouseError(
            Code.AUTHENTICATION_FAILED, "Invalid authentication: it is not allowed to name the user in two ways"
        )
    if by_header:
        return headers.get("x-clickhouse-user", ""), headers.get("x-clickhouse-key", "")
    if by_basic:
        return _basic(headers["authorization"])
    return parameters.get("user", ""), parameters.get("password", "")


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        raise ClickHouseError(
            Code.AUTHENTICATION_FAILED, "Invalid authentication: only the Basic HTTP scheme is supported"
        )
    try:
        user, _, password = base64.b64decode(encoded.strip(), validate=True).decode().partition(":")
    except ValueError:  # also of characters beyond ASCII and of bytes that are not UTF-8
        raise ClickHouseError(Code.AUTHENTICATION_FAILED, "Invalid authentication: not Base64") from None
    return user, password
