"""The one door for evidence from elsewhere: a folder in the making, of which all is kept or nothing."""

import hashlib
import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from gp_lib.errors import WorkbenchError
from gp_lib.evidence import LATEST
from gp_lib.runner.attestation.names import Names, UnsafeBundle, one_form, require_normal

PREFIX = ".taking-"


class Draft:
    """A batch from elsewhere in the making, in ``folder``; ``digests`` are those of what was written so far."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.folder = folder
        self.digests: dict[str, str] = {}
        self._names = Names()

    def write(self, name: str, content: Iterable[bytes]) -> None:
        """Write one file, piece by piece.

        Raises:
            UnsafeBundle: its name is not in its normal form, or collides with one that is there.
            OSError: the file system refused.
        """
        self._names.add_file(name)
        path = self._below(name)
        path.parent.mkdir(parents=True, exist_ok=True)
        digest = hashlib.sha256()
        with path.open("xb") as into:
            for piece in content:
                digest.update(piece)
                into.write(piece)
        self.digests[name] = digest.hexdigest()

    def _below(self, name: str) -> Path:
        """Where the file stands: the last line of defence, whatever was thought of its name before."""
        path = self.folder / name
        if not path.resolve().is_relative_to(self.folder.resolve()):
            raise UnsafeBundle(name, "leads out of the batch")
        return path


@contextmanager
def drafting(runs: Path, name: str) -> Iterator[Draft]:
    """A draft of the batch ``name``, which stands in ``runs`` when the block has ended well; else nothing is left.

    Raises:
        UnsafeBundle: no batch may have that name.
        WorkbenchError: there is one already, or the file system refused.
    """
    require_new(runs, name)
    try:
        with tempfile.TemporaryDirectory(dir=runs, prefix=PREFIX) as temporary:
            draft = Draft(Path(temporary) / name)
            yield draft
            draft.folder.rename(runs / name)
    except OSError as error:
        why = error.strerror or error
        raise WorkbenchError(f"{name} could not be written, so nothing was imported: {why}") from error


def require_new(runs: Path, name: str) -> None:
    """Refuse a batch of a name that is taken, or that nothing in ``runs`` may have.

    Raises:
        WorkbenchError: it is there.
        UnsafeBundle: it is not the name of a batch.
    """
    require_normal(name)
    if "/" in name or name.startswith(".") or one_form(name) == LATEST:
        raise UnsafeBundle(name, "is not the name of a batch")
    if os.path.lexists(runs / name):
        raise WorkbenchError(f"{name} is there already; nothing was imported")
