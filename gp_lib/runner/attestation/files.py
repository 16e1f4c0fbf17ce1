"""The files of a batch as an attestation sees them: in a folder, or in a bundle that is never unpacked to be read."""

import hashlib
import os
import stat
import tempfile
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from gp_lib.errors import WorkbenchError
from gp_lib.evidence import ATTESTATIONS, LATEST

MOST_FILES = 100_000
MOST_BYTES = 4 * 2**30
MOST_RATIO = 1_000
"""How much larger a member of a bundle may be than its compressed form (deflate reaches 1,032)."""

PIECE_BYTES = 2**20

Digests = dict[str, str]
"""SHA-256 (hex) of each file, by its name relative to the batch, with forward slashes."""


class UnsafeBundle(WorkbenchError):
    """An archive that would do harm; it was not opened any further. ``member`` is where it shows."""

    def __init__(self, member: str, problem: str) -> None:
        self.member = member
        self.problem = problem
        super().__init__(f"this bundle is not opened: {member!r} {problem}")


def digests_of_folder(folder: Path) -> Digests:
    """The digest of every file below ``folder``, but for the attestations' own: they cannot speak of themselves.

    Raises:
        WorkbenchError: there is a link, a socket or a device in it, or a file cannot be read.
    """
    found: Digests = {}
    for name in files_of(folder):
        if name not in ATTESTATIONS:
            with (folder / name).open("rb") as file:
                found[name] = _digest(file)
    return found


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


def pack(folder: Path, bundle: Path) -> None:
    """Pack a batch into one ZIP file below its own name; the same batch makes the same bytes.

    Raises:
        WorkbenchError: the bundle cannot be written; nothing half-written is left.
    """
    names = list(files_of(folder))
    draft = bundle.with_name(f".{bundle.name}.{os.getpid()}")
    try:
        with zipfile.ZipFile(draft, "x", zipfile.ZIP_DEFLATED) as archive:
            for name in names:
                with (folder / name).open("rb") as source, archive.open(_member(folder.name, name), "w") as into:
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


class Bundle:
    """An open bundle whose members were all found harmless; ``name`` is the batch in it."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._members = {member.filename: member for member in _files(archive)}
        roots = {PurePosixPath(name).parts[0] for name in self._members}
        if len(roots) != 1:
            raise UnsafeBundle(archive.filename or "the bundle", f"holds {len(roots)} folders instead of one batch")
        self.name = roots.pop()

    def digests(self) -> Digests:
        """As ``digests_of_folder``, read in pieces and without a file being made."""
        found: Digests = {}
        for name in self.names():
            if name not in ATTESTATIONS:
                with self.open(name) as file:
                    found[name] = _digest(file)
        return found

    def names(self) -> list[str]:
        """Every file, by its name relative to the batch."""
        return sorted(name.removeprefix(f"{self.name}/") for name in self._members)

    @contextmanager
    def open(self, name: str) -> Iterator[BinaryIO]:
        """One file, to be read.

        Raises:
            WorkbenchError: it is not there.
            UnsafeBundle: it is damaged.
        """
        member = self._members.get(f"{self.name}/{name}")
        if member is None:
            raise WorkbenchError(f"{name} is not in the bundle")
        try:
            with self._archive.open(member) as file:
                yield file  # type: ignore[misc]
        except zipfile.BadZipFile as error:
            raise UnsafeBundle(name, f"is damaged ({error})") from error

    def unpack(self, runs: Path) -> Path:
        """Write the batch into ``runs`` and return its folder.

        Raises:
            WorkbenchError: there is a batch of that name already.
        """
        folder = require_new(runs, self.name)
        with tempfile.TemporaryDirectory(dir=runs, prefix=f".{self.name}.") as temporary:
            draft = Path(temporary) / self.name
            for name in self.names():
                path = draft / name
                path.parent.mkdir(parents=True, exist_ok=True)
                with self.open(name) as source, path.open("xb") as into:
                    while piece := source.read(PIECE_BYTES):
                        into.write(piece)
            draft.rename(folder)
        return folder


def require_new(runs: Path, name: str) -> Path:
    """The folder for a batch of that name, which is not there yet.

    Raises:
        WorkbenchError: it is there.
        UnsafeBundle: nothing in ``runs`` may be called so.
    """
    if name in ("", "..") or name.startswith(".") or name == LATEST:
        raise UnsafeBundle(name, "is no name of a batch")
    if (runs / name).exists():
        raise WorkbenchError(f"{name} is there already; nothing was imported")
    return runs / name


@contextmanager
def open_bundle(path: Path) -> Iterator[Bundle]:
    """Open a bundle; every name and size in it is looked at before anything is read.

    Raises:
        WorkbenchError: it is no ZIP file.
        UnsafeBundle: a name leads out of it, it holds a link, or it would unpack to far more than it says.
    """
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, zipfile.BadZipFile) as error:
        raise WorkbenchError(f"{path.name} is no bundle: {error}") from error
    with archive:
        yield Bundle(archive)


def _files(archive: zipfile.ZipFile) -> list[zipfile.ZipInfo]:
    members = archive.infolist()
    if len(members) > MOST_FILES:
        raise UnsafeBundle(archive.filename or "the bundle", f"has more than {MOST_FILES} members")
    seen: set[str] = set()
    total = 0
    for member in members:
        _require_harmless(member, seen)
        seen.add(member.filename)
        total += member.file_size
    if total > MOST_BYTES:
        raise UnsafeBundle(archive.filename or "the bundle", f"would unpack to more than {MOST_BYTES >> 30} GiB")
    return [member for member in members if not member.is_dir()]


def leads_out(name: str) -> bool:
    """Whether a file of that name, relative to a folder, could come to stand outside of it, on any system."""
    return "\\" in name or ":" in name or "\0" in name or name.startswith("/") or ".." in name.split("/")


def _require_harmless(member: zipfile.ZipInfo, seen: set[str]) -> None:
    name, mode = member.filename, member.external_attr >> 16
    parts = PurePosixPath(name).parts
    if name != member.orig_filename or leads_out(name):
        raise UnsafeBundle(name, "leads out of the bundle")
    if len(parts) < 2 and not member.is_dir():
        raise UnsafeBundle(name, "stands outside of the batch's folder")
    if stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise UnsafeBundle(name, "is a link or a device")
    if name in seen:
        raise UnsafeBundle(name, "is there twice")
    if member.flag_bits & 0x1:
        raise UnsafeBundle(name, "is encrypted")
    if member.file_size > MOST_RATIO * max(1, member.compress_size) + PIECE_BYTES:
        raise UnsafeBundle(name, f"would unpack to {member.file_size} bytes from {member.compress_size}")


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    while piece := file.read(PIECE_BYTES):
        digest.update(piece)
    return digest.hexdigest()
