"""Says whether a signed batch is still what it was, and who signed it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from securesystemslib.dsse import Envelope
from securesystemslib.exceptions import Error
from securesystemslib.signer import SSlibKey

from gp_lib import evidence, strict_json
from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.runner.attestation import keyless, keys
from gp_lib.runner.attestation.bundles import Bundle, open_bundle
from gp_lib.runner.attestation.files import Digests, digests_of_folder, evidence_of
from gp_lib.runner.attestation.keyless import Identity, NotSigned
from gp_lib.runner.attestation.results import Results, results_of
from gp_lib.runner.attestation.statement import PAYLOAD_TYPE, read_statements
from gp_lib.runner.attestation.verification import Verification
from gp_lib.runner.schemas import EnvelopeSchema
from gp_lib.schemas import fitted

MOST_BYTES = 64 * 2**20
"""More than the statement over as many files as a bundle may hold; what is longer is cut, and cannot be read then."""


def verify(
    path: Path,
    trusted: SSlibKey | keyless.Identity | None,
    trust_config: Path | None = None,
    *,
    own: SSlibKey | None = None,
) -> Verification:
    """Hold a batch, in a folder or a bundle, against its attestation. Offline; nothing is unpacked.

    ``trusted`` is the key, or the identity, it must be signed with; ``None`` takes whoever signed, which proves less.
    ``own`` is the reader's own key, which needs no naming; it does not matter when somebody else has signed.
    ``trust_config`` names another sigstore than the public one.

    Raises:
        WorkbenchError: there is no attestation, or it cannot be read.
        UnsafeBundle: the bundle would do harm.
    """
    with opened(path) as batch:
        return hold(batch, trusted, trust_config, own=own)


@dataclass(frozen=True, slots=True)
class SavedFiles:
    """A batch that is only read: in a folder, or in a bundle. ``read`` gives at most ``MOST_BYTES`` of a file."""

    name: str
    names: frozenset[str]
    read: Callable[[str], bytes]
    digests: Callable[[], Digests]

    def attestation(self, name: str) -> bytes:
        """The content of the attestation ``name``.

        Raises:
            WorkbenchError: the batch has none.
        """
        if name not in self.names:
            raise WorkbenchError(f"{self.name} is not signed: it has no {name}; see `gpath attest`")
        return self.read(name)

    def statements(self, test_result: str, files: str) -> list[str]:
        """The names of its attestations of one kind; older batches have no second one."""
        return [test_result, files] if files in self.names else [test_result]


@contextmanager
def opened(path: Path) -> Iterator[SavedFiles]:
    """The files of the batch in the folder or bundle at ``path``.

    Raises:
        WorkbenchError: it is neither, or holds something that is neither a file nor a folder.
        UnsafeBundle: the bundle would do harm.
    """
    if path.is_dir():
        found = evidence_of(path)
        yield SavedFiles(path.name, frozenset(found), lambda name: _read(found[name]), lambda: digests_of_folder(path))
        return
    with open_bundle(path) as bundle:
        yield SavedFiles(bundle.name, frozenset(bundle.names()), lambda name: _read_from(bundle, name), bundle.digests)


def _read(path: Path) -> bytes:
    with path.open("rb") as file:
        return file.read(MOST_BYTES)


def _read_from(bundle: Bundle, name: str) -> bytes:
    with bundle.open(name) as file:
        return file.read(MOST_BYTES)


def hold(
    batch: SavedFiles, trusted: SSlibKey | Identity | None, trust_config: Path | None, *, own: SSlibKey | None = None
) -> Verification:
    """As ``verify``, for a batch that is open already."""
    with_key = evidence.ATTESTATION in batch.names or evidence.KEYLESS_ATTESTATION not in batch.names
    try:
        if isinstance(trusted, Identity) or (trusted is None and not with_key):
            return _of_files(batch, _signed_keyless(batch, trusted, trust_config))
        return _of_files(batch, _signed_with_key(batch, trusted, own))
    except NotSigned as error:
        return Verification(None, trusted is not None, problem=f"the signature is not valid: {error}")


@dataclass(frozen=True, slots=True)
class _Signature:
    """A valid signature: whose, whether the reader trusts them, and the statements that were signed."""

    signed_by: str
    trusted: bool
    name_them: str
    payloads: list[bytes]


def _signed_with_key(batch: SavedFiles, named: SSlibKey | None, own: SSlibKey | None) -> _Signature:
    names = batch.statements(evidence.ATTESTATION, evidence.FILES_ATTESTATION)
    attestations = {name: batch.attestation(name) for name in names}
    key = named or keys.read_public_key(batch.attestation(evidence.PUBLIC_KEY), evidence.PUBLIC_KEY)
    payloads = [_signed_payload(content, name, key, named is not None) for name, content in attestations.items()]
    is_own = own is not None and own.keyid == key.keyid
    who = "whom you have named" if named else "which is your own" if is_own else _UNNAMED_KEY
    return _Signature(f"key {key.keyid}", named is not None or is_own, who, payloads)


_UNNAMED_KEY = "whom you have not named: the key came with the batch; name the key that you trust with --key"
_UNNAMED_IDENTITY = "whom you have not named; name whom you trust with --identity and --issuer"


def _signed_payload(attestation: bytes, name: str, key: SSlibKey, named: bool) -> bytes:
    """What ``key`` has signed in the attestation ``name``.

    Raises:
        NotSigned: it has not.
        WorkbenchError: it is not an envelope about an in-toto statement.
    """
    try:
        found = strict_json.parse(attestation)
        fitted(EnvelopeSchema, found)
        envelope = Envelope.from_dict(found)
    except ValueError as error:
        raise Damaged(Path(name), f"it is not a DSSE envelope: {error}") from error
    if envelope.payload_type != PAYLOAD_TYPE:
        raise WorkbenchError(f"{name} holds a {envelope.payload_type}, not a {PAYLOAD_TYPE}")
    try:
        envelope.verify([key], 1)
    except Error as error:
        whose = "that you have named" if named else f"that came with the batch ({evidence.PUBLIC_KEY})"
        raise NotSigned(f"{name} is not signed by the key {whose}") from error
    return bytes(envelope.payload)


def _signed_keyless(batch: SavedFiles, trusted: Identity | None, trust_config: Path | None) -> _Signature:
    names = batch.statements(evidence.KEYLESS_ATTESTATION, evidence.KEYLESS_FILES_ATTESTATION)
    found = [keyless.signer_of(batch.attestation(name), trusted, trust_config) for name in names]
    signers = {signer for signer, _ in found}
    if len(signers) > 1:
        raise NotSigned(f"its two statements are signed by different people ({', '.join(sorted(signers))})")
    who = "whom you have named" if trusted else _UNNAMED_IDENTITY
    return _Signature(signers.pop(), trusted is not None, who, [payload for _, payload in found])


def _of_files(batch: SavedFiles, signature: _Signature) -> Verification:
    """The verification of the files, given a valid signature."""
    signed = read_statements(*signature.payloads)
    if not signed.belong_together:
        raise NotSigned("it is of the files of one batch and of the result of another")
    digests = batch.digests()
    intact = signed.digests == digests
    return Verification(
        signature.signed_by,
        signature.trusted,
        signature.name_them,
        files=len(signed.digests),
        changed=tuple(sorted(n for n in signed.digests.keys() & digests.keys() if signed.digests[n] != digests[n])),
        added=tuple(sorted(digests.keys() - signed.digests.keys())),
        removed=tuple(sorted(signed.digests.keys() - digests.keys())),
        batch=signed.batch,
        folder=batch.name,
        results=_results(batch) if intact else None,
    )


def _results(batch: SavedFiles) -> Results | None:
    """What came out; ``None`` where that cannot be read, which does not make the files any less intact."""
    try:
        return results_of(batch.names, batch.read)
    except WorkbenchError:
        return None
