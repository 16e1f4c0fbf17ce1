"""Fetches a batch from a URL, after a look for anything harmful in what stands there."""

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.files import (
    MOST_BYTES,
    MOST_FILES,
    PIECE_BYTES,
    UnsafeBundle,
    leads_out,
    open_bundle,
    require_new,
)
from gp_lib.runner.remote import place_at

if TYPE_CHECKING:
    from gp_lib.runner.remote.place import Place

BUNDLE = ".zip"


def take(url: str, runs: Path) -> Path:
    """Bring the batch behind ``url`` (a bundle when it ends in ``.zip``, else a folder) into ``runs``; its folder.

    Raises:
        WorkbenchError: there is no batch, there is one of that name in ``runs``, or the store refused.
        UnsafeBundle: it would do harm.
        SettingsError: nothing is known of such URLs.
    """
    place = place_at(url)
    with tempfile.TemporaryDirectory(dir=runs, prefix=".taking-") as name:
        draft = Path(name)
        if place.name.endswith(BUNDLE):
            _fetch(place, "", draft / "bundle", MOST_BYTES)
            with open_bundle(draft / "bundle") as opened:
                return opened.unpack(runs)
        folder = require_new(runs, place.name)
        for file, size in _harmless(place).items():
            _fetch(place, file, draft / place.name / file, size)
        (draft / place.name).rename(folder)
    return folder


def _harmless(place: "Place") -> dict[str, int]:
    files = place.files()
    if evidence.BATCH not in files and evidence.JOURNAL not in files:
        raise WorkbenchError(f"{place} is no batch: {_what_is_there(files)}")
    if len(files) > MOST_FILES or sum(files.values()) > MOST_BYTES:
        raise UnsafeBundle(place.name, f"has more than {MOST_FILES} files, or than {MOST_BYTES >> 30} GiB")
    for name in files:
        if leads_out(name):
            raise UnsafeBundle(name, "leads out of the batch")
    return files


def _what_is_there(files: dict[str, int]) -> str:
    """What a reader of a wrong URL wants to know."""
    batches = sorted(name.partition("/")[0] for name in files if name.endswith(f"/{evidence.BATCH}"))
    if batches:
        return f"it holds {len(batches)} of them, the last is {batches[-1]}"
    return f"it holds {len(files)} files, none of which is {evidence.BATCH}" if files else "nothing is there"


def _fetch(place: "Place", name: str, path: Path, at_most: int) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with place.open(name) as source, path.open("xb") as into:
        _copy(source, into, at_most, name or place.name)


def _copy(source: BinaryIO, into: BinaryIO, at_most: int, name: str) -> None:
    while piece := source.read(PIECE_BYTES):
        if into.tell() + len(piece) > at_most:
            raise UnsafeBundle(name, f"is longer than {at_most} bytes")
        into.write(piece)
