"""Reads a batch behind a URL, after a look for anything harmful in what stands there."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.bundles import MOST_BYTES, MOST_FILES, open_bundle
from gp_lib.runner.attestation.draft import PREFIX
from gp_lib.runner.attestation.files import PIECE_BYTES
from gp_lib.runner.attestation.names import Names, UnsafeBundle
from gp_lib.runner.attestation.source import Source
from gp_lib.runner.remote import place_at

if TYPE_CHECKING:
    from gp_lib.runner.remote.place import Place

BUNDLE = ".zip"


class RemoteFolder:
    """The folder of one batch at a place.

    Raises:
        WorkbenchError: there is no batch, or the store refused.
        UnsafeBundle: it would do harm.
    """

    def __init__(self, place: "Place") -> None:
        self.name = place.name
        self._place = place
        self._sizes = place.files()
        if evidence.BATCH not in self._sizes and evidence.JOURNAL not in self._sizes:
            raise WorkbenchError(f"{place} is no batch: {_what_is_there(self._sizes)}")
        if len(self._sizes) > MOST_FILES or sum(self._sizes.values()) > MOST_BYTES:
            raise UnsafeBundle(place.name, f"has more than {MOST_FILES} files, or than {MOST_BYTES >> 30} GiB")
        names = Names()
        for name in self._sizes:
            names.add_file(name)

    def names(self) -> list[str]:
        """Every file, relative to the batch."""
        return sorted(self._sizes)

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of one file.

        Raises:
            WorkbenchError: the store refused, or does not answer.
            UnsafeBundle: there is more of it than the store said.
        """
        return _pieces(self._place, name, self._sizes[name])


@contextmanager
def opened(url: str, runs: Path) -> Iterator[Source]:
    """The batch behind ``url``: a bundle when it ends in ``.zip``, which is in ``runs`` meanwhile; else a folder.

    Raises:
        WorkbenchError: there is no batch, or the store refused.
        UnsafeBundle: it would do harm.
        SettingsError: nothing is known of such URLs.
    """
    place = place_at(url)
    if not place.name.endswith(BUNDLE):
        yield RemoteFolder(place)
        return
    with tempfile.TemporaryDirectory(dir=runs, prefix=PREFIX) as name:
        path = Path(name) / "bundle.zip"
        _fetch(place, path)
        with open_bundle(path) as bundle:
            yield bundle


def _fetch(place: "Place", path: Path) -> None:
    try:
        with path.open("xb") as into:
            for piece in _pieces(place, "", MOST_BYTES):
                into.write(piece)
    except OSError as error:
        raise WorkbenchError(f"{place} could not be written here, so nothing was imported: {error.strerror}") from error


def _what_is_there(files: dict[str, int]) -> str:
    """What a reader of a wrong URL wants to know."""
    batches = sorted(name.partition("/")[0] for name in files if name.endswith(f"/{evidence.BATCH}"))
    if batches:
        return f"it holds {len(batches)} of them, the last is {batches[-1]}"
    return f"it holds {len(files)} files, none of which is {evidence.BATCH}" if files else "nothing is there"


def _pieces(place: "Place", name: str, at_most: int) -> Iterator[bytes]:
    read = 0
    with place.open(name) as file:
        while piece := file.read(PIECE_BYTES):
            read += len(piece)
            if read > at_most:
                raise UnsafeBundle(name or place.name, f"is longer than {at_most} bytes")
            yield piece
