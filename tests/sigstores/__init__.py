"""A private sigstore on loopback: identity provider, certificate authority and transparency log, with keys of its own.

It keeps what the public one promises a client, and refuses what that one refuses: a token it has not issued, an
envelope that is not signed by its certificate's key. Sources: Fulcio's and Rekor's HTTP interfaces (v2 and v1).
"""

from tests.sigstores.authority import Authority
from tests.sigstores.server import Sigstore, sigstore
from tests.sigstores.signing import key

__all__ = ["Authority", "Sigstore", "key", "sigstore"]
