"""S31: an expired token is accepted."""

import time
from typing import Any

import jwt

from gp_lib.reference_platform.auth import ALGORITHM, Authenticator
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the authenticator by one that does not look at the clock."""

    class Timeless(Authenticator):
        def verified_claims(self, token: str) -> dict[str, Any]:
            claims = jwt.decode(
                token,
                self.secret,
                algorithms=[ALGORITHM],
                issuer=self.issuer,
                audience=self.audience,
                options={"verify_exp": False},
            )
            if claims.get("exp", 0) < time.time():
                hit()
                claims["exp"] = time.time() + 3600
            return claims

    parts.authenticator = Timeless


DEFECT = Defect(
    id="S31",
    story="A session that was ended months ago still opens the door.",
    expected_killer=Killer("w1_connect_and_authenticate", "expired_token_is_refused"),
    install=install,
)
