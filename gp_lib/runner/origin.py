"""Where a batch comes from that was not made here, as it was found when it was taken in."""

from dataclasses import asdict, dataclass
from pathlib import Path

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.report import text

LONGEST = 300
"""Characters of one of its texts that are shown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The note on a batch from elsewhere.

    Attributes:
        source: what it was taken from: a bundle's file name, a URL without its secrets, or the batches that it was
            made of.
        taken: when (ISO 8601, UTC).
        signed_by: whose valid signature was on all its files then; ``None``: it was not signed.
        trusted: whether the reader had named the signer then, or was the signer.
    """

    source: str
    taken: str
    signed_by: str | None = None
    trusted: bool = False

    def __str__(self) -> str:
        return f"from elsewhere ({text.line(self.source, at_most=LONGEST)}): {self.signature}"

    @property
    def signature(self) -> str:
        """Who signed it, in words."""
        if self.signed_by is None:
            return "unsigned"
        unnamed = "" if self.trusted else ", who was not named when it was imported"
        return f"signed by {text.line(self.signed_by, at_most=LONGEST)}{unnamed}"

    def write(self, folder: Path) -> None:
        """Mark the batch in ``folder``.

        Raises:
            WorkbenchError: the file system refused.
        """
        evidence.write_json(folder / evidence.ORIGIN, {"version": 1, **asdict(self)})


def origin_of(folder: Path) -> Origin | None:
    """The note on the batch that ``folder`` is, or is a part of; ``None`` for one that was made here.

    A note that cannot be read says all the same that the batch is from elsewhere: signed by nobody, as far as we know.
    """
    batch = evidence.foreign_batch(folder)
    if batch is None:
        return None
    try:
        noted = evidence.read_json(batch / evidence.ORIGIN)
        signer = noted["signed_by"]
        return Origin(
            source=str(noted["source"]),
            taken=str(noted["taken"]),
            signed_by=None if signer is None else str(signer),
            trusted=noted["trusted"] is True,
        )
    except (WorkbenchError, KeyError, TypeError):
        return Origin(source="its note cannot be read", taken="")
