"""S85: the signature of a token is not verified."""

from typing import Any

import jwt

from gp_lib.reference_platform.auth import ALGORITHM, Authenticator
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

EVERYTHING_ELSE = {"verify_signature": False, "verify_exp": True, "verify_aud": True, "verify_iss": True}


def install(parts: Parts, hit: Hits) -> None:
    """Replace the authenticator by one that reads every claim and does not ask who wrote them."""

    class Gullible(Authenticator):
        def verified_claims(self, token: str) -> dict[str, Any]:
            try:
                return super().verified_claims(token)
            except jwt.InvalidSignatureError:
                hit()
                claims: dict[str, Any] = jwt.decode(
                    token,
                    algorithms=[ALGORITHM],
                    issuer=self.issuer,
                    audience=self.audience,
                    options=EVERYTHING_ELSE,  # type: ignore[arg-type]
                )
                return claims

    parts.authenticator = Gullible


DEFECT = Defect(
    id="S85",
    story="Anybody who knows what a token looks like signs in as anybody else.",
    expected_killer=Killer("w1_connect_and_authenticate", "bad_token_is_refused[forged]"),
    install=install,
)
