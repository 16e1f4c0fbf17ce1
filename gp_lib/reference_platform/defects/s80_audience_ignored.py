"""S80: a token that was made for another platform is accepted."""

from typing import Any

import jwt

from gp_lib.reference_platform.auth import ALGORITHM, Authenticator
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the authenticator by one that does not ask for whom a token is."""

    class Hospitable(Authenticator):
        def verified_claims(self, token: str) -> dict[str, Any]:
            claims = jwt.decode(
                token, self.secret, algorithms=[ALGORITHM], issuer=self.issuer, options={"verify_aud": False}
            )
            if claims.get("aud") != self.audience:
                hit()
            return claims

    parts.authenticator = Hospitable


DEFECT = Defect(
    id="S80",
    story="A token that another product of the same house gave out opens this one, too.",
    expected_killer=Killer("w1_connect_and_authenticate", "bad_token_is_refused[wrong_audience]"),
    install=install,
)
