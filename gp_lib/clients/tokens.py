"""Sign-in: the JWTs that the platform's users carry."""

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Literal

import jwt

from gp_lib.clock import utc_now
from gp_lib.settings import TokenIssuer

LIFETIME_S = 3600.0

BadToken = Literal["missing", "garbage", "expired", "forged", "unsigned", "wrong_audience", "wrong_issuer"]
"""What can be wrong with a token; each but the first two is right in every other respect."""


def sign(
    issuer: TokenIssuer,
    user_id: str,
    *,
    email: str | None = None,
    permissions: Sequence[str] = ("chat",),
    lifetime_s: float = LIFETIME_S,
) -> str:
    """A JWT (HS256) for ``user_id``; a negative ``lifetime_s`` gives one that has expired already."""
    claims = _claims(issuer, user_id, email=email, permissions=permissions, lifetime_s=lifetime_s)
    return jwt.encode(claims, issuer.secret, algorithm="HS256")


def _claims(
    issuer: TokenIssuer,
    user_id: str,
    *,
    email: str | None = None,
    permissions: Sequence[str] = ("chat",),
    lifetime_s: float = LIFETIME_S,
) -> dict[str, Any]:
    now = utc_now()
    return {
        "sub": user_id,
        "email": email or f"{user_id}@example.com",
        "permissions": list(permissions),
        "iat": now,
        "exp": now + timedelta(seconds=lifetime_s),
        "iss": issuer.issuer,
        "aud": issuer.audience,
        "jti": str(uuid.uuid4()),
    }


def bad_token(issuer: TokenIssuer, user_id: str, kind: BadToken) -> str | None:
    """A token for ``user_id`` that must not open any door; ``None`` when it is ``missing``."""
    match kind:
        case "missing":
            return None
        case "garbage":
            return "this-is.no.token"
        case "expired":
            return sign(issuer, user_id, lifetime_s=-LIFETIME_S)
        case "forged":
            return sign(issuer.model_copy(update={"secret": issuer.secret[::-1]}), user_id)
        case "unsigned":
            return jwt.encode(_claims(issuer, user_id), "", algorithm="none")
        case "wrong_audience":
            return sign(issuer.model_copy(update={"audience": "another-platform"}), user_id)
        case "wrong_issuer":
            return sign(issuer.model_copy(update={"issuer": "somebody-else"}), user_id)
