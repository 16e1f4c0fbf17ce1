"""Running a server that refuses root: under which account, and where that account can reach its programs."""

import os
import pwd
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from gp_lib.errors import NotReady

CANDIDATES = ("postgres", "nobody")
SCRATCH_PREFIX = "gpath-"


@dataclass(frozen=True)
class Account:
    """An existing unprivileged account; its group is its own primary one and it keeps no other."""

    name: str
    uid: int
    gid: int

    def own(self, path: Path) -> None:
        """Give ``path`` to this account."""
        os.chown(path, self.uid, self.gid)


def unprivileged_account() -> Account | None:
    """Whom a server that refuses root runs as; ``None`` when we are not root ourselves.

    Raises:
        NotReady: we are root and there is no such account, or the system has no ``/proc``.
    """
    if os.geteuid() != 0:
        return None
    if not sys.platform.startswith("linux"):
        raise NotReady("postgres", "PostgreSQL refuses to run as root", todo="run as an ordinary user")
    for name in CANDIDATES:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(name, entry.pw_uid, entry.pw_gid)
    raise NotReady(
        "postgres",
        f"PostgreSQL refuses to run as root, and there is no account {' or '.join(CANDIDATES)} to run it under",
        todo="run as an ordinary user, or create one of these accounts",
    )


def _lets_in(folder: Path, account: Account) -> bool:
    status = folder.stat()
    if status.st_uid == account.uid:
        return bool(status.st_mode & stat.S_IXUSR)
    if status.st_gid == account.gid:
        return bool(status.st_mode & stat.S_IXGRP)
    return bool(status.st_mode & stat.S_IXOTH)


def can_reach(path: Path, account: Account) -> bool:
    """Whether ``account`` may pass through every folder above ``path``, by their modes."""
    return all(_lets_in(folder, account) for folder in path.resolve().parents)


def scratch_folder(purpose: str) -> Path:
    """A new folder outside the state directory that every account may read and only we may write."""
    folder = Path(tempfile.mkdtemp(prefix=f"{SCRATCH_PREFIX}{purpose}-"))
    folder.chmod(0o755)
    return folder


def remove_scratch(folder: Path) -> None:
    """Remove a folder of ``scratch_folder``; anything else is left alone."""
    if folder.name.startswith(SCRATCH_PREFIX) and folder.parent == Path(tempfile.gettempdir()):
        shutil.rmtree(folder, ignore_errors=True)
