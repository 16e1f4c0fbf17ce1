"""Takes a batch from elsewhere into ``runs/``: what stands there afterwards is what was verified, or nothing is."""

from dataclasses import dataclass
from pathlib import Path

from securesystemslib.signer import SSlibKey

from gp_lib import evidence
from gp_lib.clock import utc_now
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.draft import Draft, drafting
from gp_lib.runner.attestation.keyless import Identity
from gp_lib.runner.attestation.names import UnsafeBundle, one_form
from gp_lib.runner.attestation.pages import set_aside
from gp_lib.runner.attestation.source import Source
from gp_lib.runner.attestation.verification import Verification
from gp_lib.runner.attestation.verify import verify
from gp_lib.runner.origin import Origin

SIGNATURES = (evidence.ATTESTATION, evidence.KEYLESS_ATTESTATION)
"""A batch with neither is not signed."""


@dataclass(frozen=True, slots=True)
class Trust:
    """What the reader asks of a signature.

    Attributes:
        named: whose it must be; ``None``: anybody's, which is then said.
        own: the reader's own key, which needs no naming.
        trust_config: another sigstore than the public one.
        unsigned: take what is not signed at all; what is signed must hold all the same.
    """

    named: SSlibKey | Identity | None = None
    own: SSlibKey | None = None
    trust_config: Path | None = None
    unsigned: bool = False


class NotAsSigned(WorkbenchError):
    """A batch that is not what was signed, or not by whom it had to be; nothing of it was taken in."""

    def __init__(self, batch: str, found: Verification) -> None:
        self.found = found
        super().__init__(f"{batch} is not imported: {found}")


def take_in(source: Source, runs: Path, trust: Trust, *, called: str) -> Path:
    """Write the batch into ``runs``, verify what was written, and mark it as from elsewhere; its folder.

    ``called`` is what it was taken from, in words. Whatever it brings in place of that mark is not kept; its pages are
    out of sight, since ours are to stand there.

    Raises:
        NotAsSigned: the signature does not hold; or it is not by whom ``trust`` names.
        WorkbenchError: it is not a batch, not signed, or there already; or it could not be read or written.
        UnsafeBundle: it would do harm. Whatever it was, nothing is left.
    """
    names = [name for name in source.names() if one_form(name) != evidence.ORIGIN]
    if not {evidence.BATCH, evidence.JOURNAL}.intersection(names):
        raise WorkbenchError(f"{source.name} is not a batch: it has neither {evidence.BATCH} nor {evidence.JOURNAL}")
    for name in names:
        _require_not_ours(name)
    with drafting(runs, source.name) as draft:
        for name in names:
            draft.write(name, source.pieces(name))
        origin = _origin(draft, trust, called)
        set_aside(draft.folder, names, keep=origin.signed_by is not None)
        origin.write(draft.folder)
    return runs / source.name


def _require_not_ours(name: str) -> None:
    """Refuse what would stand in the place of something that we put into an imported batch."""
    if name.lower().endswith(evidence.IMPORTED) or one_form(name).startswith(f"{evidence.ORIGIN}/"):
        raise UnsafeBundle(name, "has a name that is kept for what is put into imported batches")


def _origin(draft: Draft, trust: Trust, called: str) -> Origin:
    """The mark of what was written; it is what was signed, or was not signed and need not be."""
    taken = utc_now().isoformat(timespec="seconds")
    if not any(name in draft.digests for name in SIGNATURES):
        if trust.unsigned:
            return Origin(source=called, taken=taken)
        why = "nothing shows who made it, or that it was not changed since"
        raise WorkbenchError(f"{draft.folder.name} is not signed: {why}; --unsigned imports it all the same")
    found = verify(draft.folder, trust.named, trust.trust_config, own=trust.own)
    if not _holds(found) or (trust.named is not None and not found.trusted):
        raise NotAsSigned(draft.folder.name, found)
    return Origin(source=called, taken=taken, signed_by=found.signed_by, trusted=found.trusted)


def _holds(found: Verification) -> bool:
    return found.signed_by is not None and not found.differences
