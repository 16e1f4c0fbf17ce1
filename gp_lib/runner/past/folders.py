"""The batch folders of ``runs/``: which there are, and when one of them has changed."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from gp_lib import evidence

BY_HAND = ("-by-hand", "-again")
"""How the folder of a notebook run by hand ends; no ``batch.json`` is ever written there."""

_STAMP = re.compile(r"\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ")


def made_by_hand(folder: Path) -> bool:
    """Whether a notebook run by hand left this folder."""
    return folder.name.endswith(BY_HAND) and not (folder / evidence.BATCH).exists()


def is_proof(folder: Path) -> bool:
    """Whether ``gpath prove`` left this folder."""
    return folder.name.endswith("-prove") or (folder / evidence.PROOF).exists()


def folders(runs: Path) -> Iterator[Path]:
    """Every folder of ``runs`` that could be a batch or a proof, by name; no link, nothing hidden."""
    there = sorted(runs.iterdir()) if runs.is_dir() else []
    return (path for path in there if path.is_dir() and not path.is_symlink() and not path.name.startswith("."))


def marks(runs: Path) -> dict[str, str]:
    """A mark for each finished batch, by its name; it differs as soon as the batch was written again.

    A batch without ``batch.json`` is under way, or was killed: it is not in here. Nor is a proof.
    """
    found = {path.name: mark_of(path) for path in folders(runs) if not is_proof(path)}
    return {name: mark for name, mark in found.items() if mark}


def mark_of(folder: Path) -> str:
    """The mark of one batch; empty when it is under way, or was killed."""
    try:
        return _stamp_of_file(folder / evidence.BATCH)
    except FileNotFoundError:
        pass
    if not folder.name.endswith(BY_HAND):
        return ""
    files = (place / name for place in sorted(folder.iterdir()) for name in (evidence.HISTORY, evidence.VERDICT))
    return " ".join(_stamp_of_file(file) for file in files if file.is_file())


def _stamp_of_file(path: Path) -> str:
    about = path.stat()
    return f"{about.st_mtime_ns}:{about.st_size}:{about.st_ino}"


def began(folder: Path, told: object = None) -> datetime:
    """When a batch began, in UTC: as it says (``told``), else by its name, else by the time of its folder."""
    try:
        return datetime.fromisoformat(str(told)).astimezone(UTC)
    except (ValueError, OverflowError):
        stamp = _STAMP.match(folder.name)
    try:
        return datetime.strptime(stamp[0], "%Y-%m-%dT%H-%M-%SZ").replace(tzinfo=UTC)  # type: ignore[index]
    except (TypeError, ValueError):
        return datetime.fromtimestamp(folder.stat().st_mtime, UTC)
