"""Signs a batch, and says whether a signed one is still what it was."""

import json
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error
from securesystemslib.signer import CryptoSigner, SSlibKey

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation import keys
from gp_lib.runner.attestation.files import Bundle, Digests, digests_of_folder, open_bundle
from gp_lib.runner.attestation.statement import PAYLOAD_TYPE, digests_in, statement_about
from gp_lib.verdict import Ruling

MOST_STATEMENT_BYTES = 64 * 2**20
"""More than the statement over as many files as a bundle may hold; what is longer is cut, and is no envelope then."""


def attest(folder: Path, signer: CryptoSigner) -> int:
    """Sign every file of the batch; how many there are. An earlier attestation is replaced.

    Raises:
        WorkbenchError: the folder holds no finished batch, or something that is no file.
    """
    digests = digests_of_folder(folder)
    envelope = Envelope(statement_about(folder, digests), PAYLOAD_TYPE, {})
    envelope.sign(signer)
    evidence.write_whole(folder / evidence.PUBLIC_KEY, keys.public_key_of(signer))
    # as bytes: what is signed must not be cleaned, and what it names was
    evidence.write_whole(folder / evidence.ATTESTATION, json.dumps(envelope.to_dict(), indent=1).encode())
    return len(digests)


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a signed batch. ``signed_by`` is the key's fingerprint, ``None`` without a valid signature.

    ``trusted`` says whether that key was named by the reader, and not only by the batch itself. ``files`` is how many
    files were signed; the other three lists name those that differ.
    """

    signed_by: str | None
    trusted: bool
    files: int = 0
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def ruling(self) -> Ruling:
        """*fail*: not what was signed; *unknown*: unchanged, but signed by nobody knows whom; *pass*: neither."""
        if self.signed_by is None or self.changed or self.added or self.removed:
            return Ruling.FAIL
        return Ruling.PASS if self.trusted else Ruling.UNKNOWN

    def __str__(self) -> str:
        if self.signed_by is None:
            return "fail: the signature is not valid for the key"
        lines = [f"{kind}: {name}" for kind in ("changed", "added", "removed") for name in getattr(self, kind)]
        if lines:
            return "\n".join([f"fail: {len(lines)} of {self.files} signed files differ", *lines])
        by = f"{self.files} files are as they were signed by key {self.signed_by}"
        if self.trusted:
            return f"pass: {by}"
        return f"unknown: {by}, which came with the batch; name the key that you trust with --key"


def verify(path: Path, trusted: SSlibKey | None) -> Verification:
    """Hold a batch, in a folder or a bundle, against its attestation. Offline; nothing is unpacked.

    ``trusted`` is the key it must be signed with; ``None`` takes the one that came with it, which proves less.

    Raises:
        WorkbenchError: there is no attestation, or it cannot be read.
        UnsafeBundle: the bundle would do harm.
    """
    if path.is_dir():
        attestation, public = (_read(path, name) for name in (evidence.ATTESTATION, evidence.PUBLIC_KEY))
        return _held(attestation, public, trusted, digests_of_folder(path))
    with open_bundle(path) as bundle:
        attestation, public = (_read_from(bundle, name) for name in (evidence.ATTESTATION, evidence.PUBLIC_KEY))
        return _held(attestation, public, trusted, bundle.digests())


def _read(folder: Path, name: str) -> bytes:
    try:
        return (folder / name).read_bytes()
    except OSError as error:
        raise WorkbenchError(f"{folder.name} is not attested: it has no {name}; see `gpath attest`") from error


def _read_from(bundle: Bundle, name: str) -> bytes:
    with bundle.open(name) as file:
        return file.read(MOST_STATEMENT_BYTES)


def _held(attestation: bytes, public: bytes, trusted: SSlibKey | None, found: Digests) -> Verification:
    key = trusted or keys.read_public_key(public, evidence.PUBLIC_KEY)
    payload = _signed_payload(attestation, key)
    if payload is None:
        return Verification(signed_by=None, trusted=trusted is not None)
    signed = digests_in(payload)
    return Verification(
        signed_by=key.keyid,
        trusted=trusted is not None,
        files=len(signed),
        changed=tuple(sorted(name for name in signed.keys() & found.keys() if signed[name] != found[name])),
        added=tuple(sorted(found.keys() - signed.keys())),
        removed=tuple(sorted(signed.keys() - found.keys())),
    )


def _signed_payload(attestation: bytes, key: SSlibKey) -> bytes | None:
    """What ``key`` has signed; ``None`` when it has not."""
    try:
        envelope = Envelope.from_dict(json.loads(attestation))
    except (ValueError, KeyError, TypeError, AttributeError, Error) as error:
        raise WorkbenchError(f"{evidence.ATTESTATION} is no DSSE envelope ({error!r})") from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise WorkbenchError(f"{evidence.ATTESTATION} holds a {envelope.payload_type}, not a {PAYLOAD_TYPE}")
    try:
        envelope.verify([key], 1)
    except Error:
        return None
    return bytes(envelope.payload)
