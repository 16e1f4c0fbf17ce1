"""Sigstore's keyless signatures: a certificate of minutes says who signed, a transparency log says when.

Which sigstore it is (certificate authority, logs, their keys) stands in a *trust configuration*, sigstore's own JSON
file; without one it is the public one, whose keys come with the package ``sigstore``.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from gp_lib.errors import SettingsError, WorkbenchError

if TYPE_CHECKING:
    from cryptography.x509 import Certificate
    from sigstore.models import ClientTrustConfig
    from sigstore.oidc import IdentityToken

VARIABLE = "SIGSTORE_IDENTITY_TOKEN"
"""An OpenID Connect token that says who signs, where the surroundings offer none as CI does: a secret."""


ALGORITHMS = ("sha256", "sha384", "sha512", "sha3_256", "sha3_384", "sha3_512")
"""The digests that sigstore takes for a subject's: nothing that rests on SHA-1, so no commit of git."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who signs: ``name`` as the certificate has it (an address, a workflow's URL), and who vouches for it."""

    name: str
    issuer: str

    def __str__(self) -> str:
        return f"{self.name} (says {self.issuer})"


def sign(statements: Sequence[bytes], trust_config: Path | None) -> list[bytes]:
    """Sign in-toto statements as whoever the surroundings say we are; returns a sigstore bundle (JSON) of each.

    Raises:
        SettingsError: sigstore is not installed, the configuration cannot be read, or nothing says who we are.
        WorkbenchError: sigstore could not be reached, or refused.
    """
    _require_sigstore()
    from sigstore.dsse import Statement
    from sigstore.sign import SigningContext

    token = _token()
    try:
        context = SigningContext.from_trust_config(_trust(trust_config, offline=False))
        with context.signer(token) as signer:
            return [signer.sign_dsse(Statement(statement)).to_json().encode() for statement in statements]
    except SettingsError:
        raise
    except Exception as error:  # sigstore lets exceptions of private classes and of its HTTP client through
        raise WorkbenchError(f"sigstore could not sign, so nothing is signed: {_why(error)}") from error


def signer_of(bundle: bytes, trusted: Identity | None, trust_config: Path | None) -> tuple[str, bytes]:
    """Who has signed ``bundle``, and what; offline. ``trusted``: it must be them; ``None``: whoever it was.

    Raises:
        NotSigned: a signature, certificate or log entry is not valid, or it was somebody else.
        SettingsError: sigstore is not installed, or the configuration cannot be read.
        WorkbenchError: it is no sigstore bundle.
    """
    _require_sigstore()
    from sigstore import errors, models
    from sigstore.verify import Verifier, policy

    whoever = _Whoever()
    wanted = whoever if trusted is None else policy.Identity(identity=trusted.name, issuer=trusted.issuer)
    verifier = Verifier(trusted_root=_trust(trust_config, offline=True).trusted_root)
    try:
        opened = models.Bundle.from_json(bundle)
    except (errors.Error, ValueError) as error:
        raise WorkbenchError(f"the attestation is no sigstore bundle ({_why(error)})") from error
    try:
        _, payload = verifier.verify_dsse(opened, wanted)
    except errors.CertValidationError as error:
        raise NotSigned("its certificate is none of this sigstore; for another one give --trust-config") from error
    except errors.VerificationError as error:
        raise NotSigned(str(error)) from error
    return str(trusted or whoever.name), payload


class NotSigned(WorkbenchError):
    """There is no valid signature of whom it should be; the text says why."""


class _Whoever:
    """A policy that takes everybody, and remembers the ``name`` that the certificate has for them."""

    name = "nobody"

    def verify(self, cert: "Certificate") -> None:
        from cryptography.x509 import SubjectAlternativeName

        names = cert.extensions.get_extension_for_class(SubjectAlternativeName).value
        self.name = ", ".join(str(name.value) for name in names)


def _trust(path: Path | None, *, offline: bool) -> "ClientTrustConfig":
    from sigstore.errors import Error
    from sigstore.models import ClientTrustConfig

    if path is None:
        return ClientTrustConfig.production(offline=offline)
    try:
        return ClientTrustConfig.from_json(path.read_text())
    except (OSError, ValueError, Error) as error:
        raise SettingsError(str(path), f"is no trust configuration of sigstore ({_why(error)})") from error


def _token() -> "IdentityToken":
    from sigstore.errors import Error
    from sigstore.oidc import IdentityToken, detect_credential

    try:
        text = os.environ.get(VARIABLE) or detect_credential()
        if text:
            return IdentityToken(text)
    except Error as error:
        raise SettingsError(VARIABLE, f"{_why(error)}") from error
    problem = (
        "nothing says who signs: in CI give the job the permission to ask for a token (GitHub: id-token: write), "
        "elsewhere set this to one, as `sigstore get-identity-token` prints it"
    )
    raise SettingsError(VARIABLE, problem)


def _require_sigstore() -> None:
    try:
        import sigstore  # noqa: F401
    except ImportError as error:
        raise SettingsError("--keyless", "needs sigstore: pip install 'golden-path-workbench[sigstore]'") from error
    logging.getLogger("sigstore").setLevel(logging.ERROR)  # it warns that offline is offline


def _why(error: BaseException) -> str:
    """What went wrong, also where the outer exception has no words of its own."""
    while not str(error) and (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return f"{type(error).__name__}: {error}"
