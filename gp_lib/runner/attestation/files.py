"""The files of a batch as an attestation sees them, in a folder; and how they are packed into a bundle."""

import hashlib
import os
import stat
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from gp_lib.errors import WorkbenchError
from gp_lib.evidence import ATTESTATIONS, IMPORTED, ORIGIN
from gp_lib.runner.attestation.pages import is_page
from gp_lib.runner.origin import origin_of

PIECE_BYTES = 2**20

Digests = dict[str, str]
"""SHA-256 (hex) of each file, by its name relative to the batch, with forward slashes."""


def digests_of_folder(folder: Path) -> Digests:
    """The digest of every file of a batch, but for the attestations' own: they cannot speak of themselves.

    Raises:
        WorkbenchError: there is a link, a socket or a device in it, or a file cannot be read.
    """
    found: Digests = {}
    for name, path in evidence_of(folder).items():
        if name not in ATTESTATIONS:
            with path.open("rb") as file:
                found[name] = _digest(file)
    return found


def evidence_of(folder: Path) -> dict[str, Path]:
    """Where each file of a batch stands, by the name under which it is signed and handed on.

    In a signed batch from elsewhere the pages are ours; those that came with it are what was signed. The note of where
    a batch comes from belongs to this place, and is handed on to nobody.

    Raises:
        WorkbenchError: there is a link, a socket or a device in it.
    """
    there = {name: folder / name for name in files_of(folder) if name != ORIGIN}
    origin = origin_of(folder)
    if origin is None or origin.signed_by is None:
        return there
    came = {name: path for name, path in there.items() if not is_page(name)}
    return {name.removesuffix(IMPORTED): path for name, path in came.items()}


def files_of(folder: Path) -> Iterator[str]:
    """The names of all files below ``folder``, relative to it, in order.

    Raises:
        WorkbenchError: there is a link, a socket or a device in it.
    """
    for path in sorted(folder.rglob("*")):
        name, mode = path.relative_to(folder).as_posix(), path.lstat().st_mode
        if stat.S_ISREG(mode):
            yield name
        elif not stat.S_ISDIR(mode):
            raise WorkbenchError(f"{name} is neither a file nor a folder: it cannot be evidence; remove it")


def require_files_only(folder: Path) -> None:
    """Refuse a batch from which a link, a socket or a device leads elsewhere.

    Raises:
        WorkbenchError: there is one.
    """
    for _ in files_of(folder):
        pass


def pack(folder: Path, bundle: Path) -> None:
    """Pack a batch into one ZIP file below its own name; the same batch makes the same bytes.

    Raises:
        WorkbenchError: the bundle cannot be written; nothing half-written is left.
    """
    names = evidence_of(folder)
    draft = bundle.with_name(f".{bundle.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(draft, "x", zipfile.ZIP_DEFLATED) as archive:
            for name, path in names.items():
                with path.open("rb") as source, archive.open(_member(folder.name, name), "w") as into:
                    while piece := source.read(PIECE_BYTES):
                        into.write(piece)
        draft.replace(bundle)
    except OSError as error:
        raise WorkbenchError(f"{bundle} could not be written: {error.strerror or error}") from error
    finally:
        draft.unlink(missing_ok=True)


def _member(root: str, name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(f"{root}/{name}", date_time=(1980, 1, 1, 0, 0, 0))
    member.external_attr = (stat.S_IFREG | 0o644) << 16
    member.compress_type = zipfile.ZIP_DEFLATED
    return member


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()
