"""Names of files that come from elsewhere: one normal form, in which they mean the same file on every system."""

import unicodedata
from pathlib import PurePosixPath

from gp_lib.errors import WorkbenchError

LONGEST_PART_BYTES = 255
"""Of one folder's or file's name, in UTF-8: what the usual file systems take."""

LONGEST_NAME_BYTES, MOST_PARTS = 1_024, 32
"""Of a whole name. Evidence of ours is far below both."""

SHOWN = 80
"""Characters of a name that an error quotes."""

_NOWHERE_ALLOWED = frozenset('\\:*?"<>|')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
"""Unicode's categories of what a reader cannot see, or what changes how the rest is shown."""

_DEVICES = frozenset({"con", "prn", "aux", "nul", "conin$", "conout$"}) | {
    f"{device}{number}" for device in ("com", "lpt") for number in "123456789¹²³"
}
"""What Windows takes for a device, with any suffix (Microsoft: Naming Files, Paths, and Namespaces)."""


class UnsafeBundle(WorkbenchError):
    """Evidence from elsewhere that would do harm; it was not read any further. ``member`` is where it shows."""

    def __init__(self, member: str, problem: str) -> None:
        self.member = member
        self.problem = problem
        shown = member if len(member) <= SHOWN else f"{member[:SHOWN]}…"
        super().__init__(f"nothing is imported: {shown!r} {problem}")


class Names:
    """The names of one batch: each in its normal form, and no two that a file system could take for the same."""

    def __init__(self) -> None:
        self._files: dict[str, str] = {}
        self._folders: dict[str, str] = {}

    def add_file(self, name: str) -> None:
        """Enter a file, relative to the batch and with forward slashes, and the folders that it is in.

        Raises:
            UnsafeBundle: it is in no normal form, or collides with another name.
        """
        require_normal(name)
        self._add_folders(name, _folders_of(name))
        form = one_form(name)
        if form in self._folders:
            raise UnsafeBundle(name, "is a file and a folder")
        if form in self._files:
            raise UnsafeBundle(name, _collision(name, self._files[form]))
        self._files[form] = name

    def add_folder(self, name: str) -> None:
        """Enter a folder, and those that it is in; it may be entered again.

        Raises:
            UnsafeBundle: as above.
        """
        require_normal(name)
        self._add_folders(name, [*_folders_of(name), name])

    def _add_folders(self, name: str, folders: list[str]) -> None:
        for folder in folders:
            form = one_form(folder)
            if form in self._files:
                raise UnsafeBundle(name, f"stands below {self._files[form]!r}, which is a file")
            if self._folders.setdefault(form, folder) != folder:
                raise UnsafeBundle(name, _collision(folder, self._folders[form]))


def _folders_of(name: str) -> list[str]:
    """The folders that a file is in, the outermost first."""
    return [str(folder) for folder in PurePosixPath(name).parents][-2::-1]


def _collision(name: str, other: str) -> str:
    if name == other:
        return "is there twice"
    return f"is the same as {other!r} for file systems that do not tell case or composed letters apart"


def require_normal(name: str) -> None:
    """Refuse a name that is not in its normal form.

    Raises:
        UnsafeBundle: it leads elsewhere, or some system would take it for another name, or for none.
    """
    if name.startswith("/"):
        raise UnsafeBundle(name, "leads out of the batch: it begins with a slash")
    parts = name.split("/")
    for part in parts:
        if problem := _problem(part):
            raise UnsafeBundle(name, problem)
    if len(parts) > MOST_PARTS or len(name.encode()) > LONGEST_NAME_BYTES:
        raise UnsafeBundle(name, f"is longer than {LONGEST_NAME_BYTES} bytes, or deeper than {MOST_PARTS} folders")


def _problem(part: str) -> str:
    """What is wrong with the name of one folder or file; empty when nothing is."""
    if part == "..":
        return "leads out of the batch"
    if part in ("", "."):
        return "is not in its normal form: it has an empty part, or one that is only a dot"
    if any(unicodedata.category(character) in _INVISIBLE for character in part):
        return "has invisible or control characters in it"
    if found := sorted(_NOWHERE_ALLOWED.intersection(part)):
        return f"leads out of the batch on some systems: it has a {found[0]} in it"
    if part != part.rstrip(". "):
        return "ends a part in a dot or a blank, which some systems leave out"
    if part.partition(".")[0].rstrip().casefold() in _DEVICES:
        return "is the name of a device on some systems"
    if len(part.encode()) > LONGEST_PART_BYTES:
        return f"has a part that is longer than {LONGEST_PART_BYTES} bytes"
    return ""


def one_form(name: str) -> str:
    """What two names have in common that some file system takes for the same."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFD", name).casefold())
