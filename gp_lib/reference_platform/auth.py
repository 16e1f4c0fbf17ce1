"""Who is there: JSON Web Tokens, HS256 and nothing else."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import jwt

from .config import Settings
from .problems import Unauthenticated

ALGORITHM = "HS256"
REQUIRED = ("sub", "exp", "iat", "iss", "aud")
SUBPROTOCOL_PREFIX = "jwt."
LONGEST_USER_ID = 200
LONGEST_EMAIL = 320
LATEST_S = 253_402_300_800.0  # the year 10000, beyond which no calendar goes
READ_ONLY = "read_only"
UNREADABLE = (jwt.PyJWTError, ValueError, TypeError, ArithmeticError, RecursionError)
"""What reading a token may raise: PyJWT lets pass what Python says of endless numbers, lists and deep JSON."""


@dataclass(frozen=True)
class Session:
    """A person who has proven who they are, until ``expires_at_s`` (seconds since the epoch)."""

    user_id: str
    email: str
    expires_at_s: float
    permissions: tuple[str, ...] = ()

    @property
    def may_act(self) -> bool:
        """Whether this session may ask and cancel; one with the permission ``read_only`` may only look."""
        return READ_ONLY not in self.permissions


@dataclass(frozen=True)
class Credentials:
    """A token as it came, and the WebSocket subprotocol that has to be echoed (``None``: none was used)."""

    token: str
    subprotocol: str | None = None


class Authenticator:
    """Turns tokens into sessions."""

    def __init__(self, settings: Settings) -> None:
        self.secret = settings.jwt_secret
        self.issuer = settings.jwt_issuer
        self.audience = settings.jwt_audience

    def session_of(self, credentials: Credentials | None) -> Session:
        """The session of whoever holds ``credentials``; ``None`` is nobody.

        Raises:
            Unauthenticated: no token, or one that is expired, forged, unsigned or meant for somebody else.
        """
        if credentials is None:
            raise Unauthenticated("there is no token")
        try:
            claims = self.verified_claims(credentials.token)
        except UNREADABLE as error:
            raise Unauthenticated("the token is not valid") from error
        return _session(claims)

    def verified_claims(self, token: str) -> dict[str, Any]:
        """The claims of ``token``, once signature, algorithm, issuer, audience and lifetime are checked.

        Raises:
            jwt.PyJWTError: one of them is wrong.
        """
        # The algorithm is pinned here; the token's own header is never asked which one to use.
        return jwt.decode(
            token,
            self.secret,
            algorithms=[ALGORITHM],
            issuer=self.issuer,
            audience=self.audience,
            options={"require": list(REQUIRED)},
        )


def _session(claims: Mapping[str, Any]) -> Session:
    user_id = claims["sub"]
    if not isinstance(user_id, str) or not 0 < len(user_id) <= LONGEST_USER_ID or not user_id.isprintable():
        raise Unauthenticated("the token's subject is no user id")
    return Session(
        user_id=user_id,
        email=_email(claims.get("email")),
        expires_at_s=_moment(claims["exp"]),
        permissions=_permissions(claims.get("permissions")),
    )


def _moment(value: object) -> float:
    """A moment in seconds since the epoch; infinity, a text or a number beyond all calendars is none."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value < LATEST_S:
        return float(value)
    raise Unauthenticated("the token's end is no moment")


def _email(value: object) -> str:
    text = value if isinstance(value, str) else ""
    if len(text) > LONGEST_EMAIL or not text.isprintable():
        raise Unauthenticated("the token's email is none")
    return text


def _permissions(value: object) -> tuple[str, ...]:
    names = value if isinstance(value, list) else []
    if not all(isinstance(name, str) and name.isprintable() for name in names):
        raise Unauthenticated("the token's permissions are no list of names")
    return tuple(names)


def credentials_in(headers: Mapping[str, str], subprotocols: Iterable[str] = ()) -> Credentials | None:
    """The token in an ``Authorization: Bearer`` header or in a ``jwt.<base64url>`` subprotocol, or ``None``."""
    scheme, _, token = headers.get("authorization", "").partition(" ")
    if scheme.lower() == "bearer" and token.strip():
        return Credentials(token.strip())
    for name in subprotocols:
        if name.startswith(SUBPROTOCOL_PREFIX) and (decoded := _decoded(name)):
            return Credentials(decoded, name)
    return None


def _decoded(subprotocol: str) -> str:
    text = subprotocol.removeprefix(SUBPROTOCOL_PREFIX)
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode("ascii")
    except (binascii.Error, ValueError):
        return ""
