"""What became of a signed batch, and how that is said."""

from dataclasses import dataclass

from gp_lib import evidence
from gp_lib.runner.attestation.results import Results
from gp_lib.verdict import Ruling


@dataclass(frozen=True, slots=True)
class Verification:
    """What became of a signed batch.

    Attributes:
        signed_by: who signed it; ``None`` without a valid signature, for the reason in ``problem``.
        trusted: whether the reader has named them, or they are the reader; not only the batch itself.
        name_them: how the reader can name them.
        files: how many files were signed.
        changed, added, removed: the names of the files that differ.
        batch: the name under which it was signed; ``None`` in older attestations.
        folder: the name under which it was found.
        results: what its files say came out; ``None`` where they cannot be read, or differ from what was signed.
    """

    signed_by: str | None
    trusted: bool
    name_them: str = ""
    problem: str = ""
    files: int = 0
    changed: tuple[str, ...] = ()
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    batch: str | None = None
    folder: str = ""
    results: Results | None = None

    @property
    def ruling(self) -> Ruling:
        """Of files and signature, never of what was tested.

        *fail*: files differ, or the signature is not valid; *unknown*: intact, but signed by somebody whom the reader
        has not named; *pass*: neither.
        """
        if self.signed_by is None or self.differences:
            return Ruling.FAIL
        return Ruling.PASS if self.trusted else Ruling.UNKNOWN

    @property
    def differences(self) -> list[str]:
        """The files that differ from what was signed, and how."""
        return [f"{kind}: {name}" for kind in ("changed", "added", "removed") for name in getattr(self, kind)]

    def __str__(self) -> str:
        if self.signed_by is None:
            return f"fail: {self.problem}"
        if self.differences:
            lines = [f"fail: not what was signed ({self.files} files); different: {len(self.differences)}"]
            return "\n".join([*lines, *self.differences, self._signature])
        return "\n".join([f"intact: {self.files} files are as they were signed", self._signature, *self._verdict])

    @property
    def _signature(self) -> str:
        return f"signed by {self.signed_by}, {self.name_them}"

    @property
    def _verdict(self) -> list[str]:
        lines = [] if self.batch in (None, self.folder) else [f"signed as the batch {self.batch}, now {self.folder}"]
        if self.results is None:
            return [*lines, f"verdict: unknown, since {evidence.BATCH} cannot be read"]
        return [*lines, f"verdict: {self.results}", *(f"warning: {line}" for line in self.results.contradictions)]
