"""Where evidence from elsewhere is read: a bundle, or a folder behind a URL."""

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from gp_lib.runner.attestation.draft import drafting


class Source(Protocol):
    """A batch somewhere else, of which nothing is believed; ``name`` is what it is called there."""

    name: str

    def names(self) -> list[str]:
        """Every file, relative to the batch and with forward slashes."""

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of one file.

        Raises:
            WorkbenchError: it cannot be read, or is not what it says it is.
        """


def unpack(source: Source, into: Path) -> Path:
    """Write the batch into ``into``, below its own name; its folder.

    Raises:
        WorkbenchError: there is a batch of that name already, or a file could not be read or written.
        UnsafeBundle: it would do harm. Whatever it was, nothing is left.
    """
    with drafting(into, source.name) as draft:
        for name in source.names():
            draft.write(name, source.pieces(name))
    return into / source.name
