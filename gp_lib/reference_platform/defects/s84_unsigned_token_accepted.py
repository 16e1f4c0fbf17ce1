"""S84: the token's own header decides how it is checked, so ``alg: none`` is not checked at all."""

from typing import Any

import jwt

from gp_lib.reference_platform.auth import Authenticator
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the authenticator by one that asks the token."""

    class Trusting(Authenticator):
        def verified_claims(self, token: str) -> dict[str, Any]:
            if jwt.get_unverified_header(token).get("alg") != "none":
                return super().verified_claims(token)
            hit()
            claims: dict[str, Any] = jwt.decode(token, options={"verify_signature": False})
            return claims

    parts.authenticator = Trusting


DEFECT = Defect(
    id="S84",
    story="Whoever writes alg: none into a token is whoever they say they are.",
    expected_killer=Killer("w1_connect_and_authenticate", "bad_token_is_refused[unsigned]"),
    install=install,
)
