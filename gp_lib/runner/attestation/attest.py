"""Signs a batch, and says whether a signed one is still what it was."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error
from securesystemslib.signer import CryptoSigner, SSlibKey

from gp_lib import evidence, schemas, strict_json
from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.runner.attestation import keyless, keys
from gp_lib.runner.attestation.files import Bundle, Digests, digests_of_folder, open_bundle
from gp_lib.runner.attestation.statement import PAYLOAD_TYPE, digests_in, statement_about
from gp_lib.runner.schemas import EnvelopeSchema
from gp_lib.verdict import Ruling

MOST_STATEMENT_BYTES = 64 * 2**20
"""More than the statement over as many files as a bundle may hold; what is longer is cut, and is no envelope then."""


def attest(folder: Path, signer: CryptoSigner) -> int:
    """Sign every file of the batch with a key; how many there are. An earlier attestation by a key is replaced.

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


def attest_keyless(folder: Path, trust_config: Path | None) -> int:
    """Sign every file of the batch with sigstore; how many there are. An earlier attestation by it is replaced.

    ``trust_config`` names another sigstore than the public one.

    Raises:
        SettingsError: sigstore is not installed, or nothing says who signs.
        WorkbenchError: the folder holds no finished batch, or something that is no file; or sigstore did not sign.
    """
    digests = digests_of_folder(folder)
    bundle = keyless.sign(statement_about(folder, digests), trust_config)
    evidence.write_whole(folder / evidence.KEYLESS_ATTESTATION, bundle)
    return len(digests)


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a signed batch. ``signed_by`` is who signed, ``None`` without a valid signature: see ``problem``.

    ``trusted`` says whether the reader has named them, and not only the batch itself; ``name_them`` is how to do that.
    ``files`` is how many files were signed; the other three lists name those that differ.
    """

    signed_by: str | None
    trusted: bool
    name_them: str = ""
    problem: str = ""
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
            return f"fail: {self.problem}"
        lines = [f"{kind}: {name}" for kind in ("changed", "added", "removed") for name in getattr(self, kind)]
        if lines:
            return "\n".join([f"fail: {len(lines)} of {self.files} signed files differ", *lines])
        by = f"{self.files} files are as they were signed by {self.signed_by}"
        return f"pass: {by}" if self.trusted else f"unknown: {by}, {self.name_them}"


def verify(path: Path, trusted: SSlibKey | keyless.Identity | None, trust_config: Path | None = None) -> Verification:
    """Hold a batch, in a folder or a bundle, against its attestation. Offline; nothing is unpacked.

    ``trusted`` is the key, or the identity, it must be signed with; ``None`` takes whoever signed, which proves less.
    ``trust_config`` names another sigstore than the public one.

    Raises:
        WorkbenchError: there is no attestation, or it cannot be read.
        UnsafeBundle: the bundle would do harm.
    """
    with _opened(path) as batch:
        if isinstance(trusted, keyless.Identity):
            return _held_keyless(batch, trusted, trust_config)
        if evidence.ATTESTATION not in batch.names and evidence.KEYLESS_ATTESTATION in batch.names:
            return _held_keyless(batch, None, trust_config)
        return _held_with_key(batch, trusted)


@dataclass(frozen=True, slots=True)
class _Batch:
    """A batch that is only read: in a folder, or in a bundle."""

    name: str
    names: frozenset[str]
    read: Callable[[str], bytes]
    digests: Callable[[], Digests]

    def attestation(self, name: str) -> bytes:
        if name not in self.names:
            raise WorkbenchError(f"{self.name} is not attested: it has no {name}; see `gpath attest`")
        return self.read(name)


@contextmanager
def _opened(path: Path) -> Iterator[_Batch]:
    if path.is_dir():
        there = frozenset(name for name in evidence.ATTESTATIONS if (path / name).is_file())
        yield _Batch(path.name, there, lambda name: (path / name).read_bytes(), lambda: digests_of_folder(path))
        return
    with open_bundle(path) as bundle:
        yield _Batch(bundle.name, frozenset(bundle.names()), lambda name: _read_from(bundle, name), bundle.digests)


def _read_from(bundle: Bundle, name: str) -> bytes:
    with bundle.open(name) as file:
        return file.read(MOST_STATEMENT_BYTES)


def _held_with_key(batch: _Batch, trusted: SSlibKey | None) -> Verification:
    attestation, public = batch.attestation(evidence.ATTESTATION), batch.attestation(evidence.PUBLIC_KEY)
    key = trusted or keys.read_public_key(public, evidence.PUBLIC_KEY)
    payload = _signed_payload(attestation, key)
    if payload is None:
        return Verification(None, trusted is not None, problem="the signature is not valid for the key")
    unnamed = "which came with the batch; name the key that you trust with --key"
    return _held(batch, payload, Verification(f"key {key.keyid}", trusted is not None, unnamed))


def _held_keyless(batch: _Batch, trusted: keyless.Identity | None, trust_config: Path | None) -> Verification:
    attestation = batch.attestation(evidence.KEYLESS_ATTESTATION)
    try:
        signed_by, payload = keyless.signer_of(attestation, trusted, trust_config)
    except keyless.NotSigned as error:
        return Verification(None, trusted is not None, problem=f"the signature is not valid: {error}")
    unnamed = "whom you have not named; name whom you trust with --identity and --issuer"
    return _held(batch, payload, Verification(signed_by, trusted is not None, unnamed))


def _held(batch: _Batch, payload: bytes, signature: Verification) -> Verification:
    """The verification of the files, given that of the signature."""
    signed, found = digests_in(payload), batch.digests()
    return replace(
        signature,
        files=len(signed),
        changed=tuple(sorted(name for name in signed.keys() & found.keys() if signed[name] != found[name])),
        added=tuple(sorted(found.keys() - signed.keys())),
        removed=tuple(sorted(signed.keys() - found.keys())),
    )


def _signed_payload(attestation: bytes, key: SSlibKey) -> bytes | None:
    """What ``key`` has signed; ``None`` when it has not."""
    try:
        found = strict_json.parse(attestation)
        schemas.fitted(EnvelopeSchema, found)
        envelope = Envelope.from_dict(found)
    except ValueError as error:
        raise Damaged(Path(evidence.ATTESTATION), f"it is not a DSSE envelope: {error}") from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise WorkbenchError(f"{evidence.ATTESTATION} holds a {envelope.payload_type}, not a {PAYLOAD_TYPE}")
    try:
        envelope.verify([key], 1)
    except Error:
        return None
    return bytes(envelope.payload)
