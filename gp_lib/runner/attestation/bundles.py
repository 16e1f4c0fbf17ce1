"""A bundle: one ZIP file with a batch in it, that is looked at before anything is read, and never trusted."""

import copy
import hashlib
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import pairwise
from pathlib import Path
from typing import BinaryIO

from gp_lib.errors import WorkbenchError
from gp_lib.evidence import ATTESTATIONS
from gp_lib.runner.attestation.files import PIECE_BYTES, Digests
from gp_lib.runner.attestation.names import Names, UnsafeBundle

MOST_FILES = 100_000
MOST_BYTES = 4 * 2**30
MOST_RATIO = 1_000
"""How much larger a member of a bundle may be than its compressed form (deflate reaches 1,032)."""

ENCRYPTED = 0x1
LOCAL_HEADER_BYTES = 30
"""Of what stands before each member's data, without its name."""

DAMAGE = (zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, OSError, NotImplementedError)
"""What zipfile raises over a damaged archive; ValueErrors (among them those of decoding) and OverflowErrors too."""


class Bundle:
    """An open bundle whose members were all found harmless; ``name`` is the batch in it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._called = Path(archive.filename or "the bundle").name
        members = _files(archive, self._called)
        roots = {member.filename.partition("/")[0] for member in members}
        if len(roots) != 1:
            raise UnsafeBundle(self._called, f"holds {len(roots)} folders instead of one batch")
        self.name = roots.pop()
        self._members = {member.filename.removeprefix(f"{self.name}/"): member for member in members}

    def names(self) -> list[str]:
        """Every file, by its name relative to the batch."""
        return sorted(self._members)

    def digests(self) -> Digests:
        """As ``digests_of_folder``, read in pieces and without a file being made."""
        found: Digests = {}
        for name in self.names():
            if name not in ATTESTATIONS:
                digest = hashlib.sha256()
                for piece in self.pieces(name):
                    digest.update(piece)
                found[name] = digest.hexdigest()
        return found

    def pieces(self, name: str) -> Iterator[bytes]:
        """The content of one file.

        Raises:
            WorkbenchError: it is not there.
            UnsafeBundle: it is damaged, or not as long as it says of itself.
        """
        read = 0
        with self.open(name) as file:
            said = self._members[name].file_size
            while piece := file.read(PIECE_BYTES):
                read += len(piece)
                if read > said:
                    break
                yield piece
        if read != said:
            raise UnsafeBundle(name, f"is damaged (it says that it is {said} bytes long, and is not)")

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One file, to be read.

        Raises:
            WorkbenchError: it is not there.
            UnsafeBundle: it is damaged.
        """
        if name not in self._members:
            raise WorkbenchError(f"{name} is not in the bundle")
        asked = copy.copy(self._members[name])
        asked.file_size += 1  # zipfile would cut off what is longer than it says; so it shows
        try:
            with self._archive.open(asked) as file:
                yield file  # type: ignore[misc]
        except (*DAMAGE, ValueError, OverflowError) as error:
            raise UnsafeBundle(name, f"is damaged ({_why(error)})") from error


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a bundle; every name and size in it is looked at before anything is read.

    Raises:
        WorkbenchError: it is no ZIP file.
        UnsafeBundle: a name leads out of it, it holds a link, or it would unpack to far more than it says.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (*DAMAGE, ValueError, OverflowError) as error:
        raise WorkbenchError(f"{path.name} is not a bundle that can be read: {_why(error)}") from error
    with archive:
        yield Bundle(archive)


def _why(error: BaseException) -> str:
    """The error in one line."""
    return " ".join(str(error).split()) or type(error).__name__


def _files(archive: zipfile.ZipFile, called: str) -> list[zipfile.ZipInfo]:
    """The members that are files, all members being harmless."""
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise UnsafeBundle(called, f"has more than {MOST_FILES} members")
    if sum(member.file_size for member in members) > MOST_BYTES:
        raise UnsafeBundle(called, f"would unpack to more than {MOST_BYTES >> 30} GiB")
    names = Names()
    for member in members:
        _require_harmless(member)
        if member.is_dir():
            names.add_folder(member.filename.removesuffix("/"))
        else:
            names.add_file(member.filename)
    _require_apart(members)
    return [member for member in members if not member.is_dir()]


def _require_harmless(member: zipfile.ZipInfo) -> None:
    name, kind = member.filename, stat.S_IFMT(member.external_attr >> 16)
    if name != member.orig_filename:
        raise UnsafeBundle(name, "has invisible or control characters in it")
    if kind not in (0, stat.S_IFDIR if member.is_dir() else stat.S_IFREG):
        raise UnsafeBundle(name, "is a link or a device, or a folder that is called like a file")
    if "/" not in name:
        raise UnsafeBundle(name, "stands outside of the batch's folder")
    if member.is_dir() and member.file_size:
        raise UnsafeBundle(name, "is a folder with content of its own")
    if member.flag_bits & ENCRYPTED:
        raise UnsafeBundle(name, "is encrypted")
    if member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise UnsafeBundle(name, "is compressed in a way that is not supported: pack it with deflate")
    if member.file_size > MOST_RATIO * max(1, member.compress_size) + PIECE_BYTES:
        raise UnsafeBundle(name, f"would unpack to {member.file_size} bytes from {member.compress_size}")


def _require_apart(members: list[zipfile.ZipInfo]) -> None:
    """Refuse members that share bytes of the archive: the other kind of bomb, small and of many large files."""
    for one, following in pairwise(sorted(members, key=lambda member: member.header_offset)):
        ends = one.header_offset + LOCAL_HEADER_BYTES + len(one.orig_filename) + one.compress_size
        if ends > following.header_offset:
            raise UnsafeBundle(following.filename, f"overlaps with {one.filename!r}")
