"""S51: the signature of a token is not checked."""

from typing import Any

import jwt

from gp_lib.reference_platform.auth import ALGORITHM, Authenticator
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the authenticator by one that believes what it reads."""

    class Credulous(Authenticator):
        def verified_claims(self, token: str) -> dict[str, Any]:
            try:
                return super().verified_claims(token)
            except jwt.InvalidSignatureError:
                hit()
                return jwt.decode(
                    token,
                    algorithms=[ALGORITHM],
                    issuer=self.issuer,
                    audience=self.audience,
                    options={"verify_signature": False, "verify_exp": True, "verify_aud": True, "verify_iss": True},
                )

    parts.authenticator = Credulous


DEFECT = Defect(
    id="S51",
    story="Whoever can write a token is whoever they say they are.",
    expected_killer=Killer("a5_no_leak_between_users", "strangers_are_refused"),
    install=install,
)
