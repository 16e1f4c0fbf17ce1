"""Where the files of a run are, and how they are written whole.

``runs/<time>-<id>/`` is one batch; in it each scenario has a folder of its own. ``runs/latest`` points at the last.
"""

import os
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import count
from pathlib import Path
from typing import IO, Any

from gp_lib import redaction, strict_json
from gp_lib.clock import utc_now
from gp_lib.errors import WorkbenchError

VARIABLE = "GPATH_EVIDENCE"
"""Names, for a kernel, the folder that a batch has made for its scenario; unset when a notebook is run by hand."""

OF_SCENARIO = "GPATH_SCENARIO"
"""Names, for a kernel, the scenario that a batch runs in it; unset when a notebook is run by hand."""

HISTORY = "history.jsonl"
VERDICT = "verdict.json"
EXECUTED = "executed.ipynb"
KERNEL_LOG = "kernel.log"
CHARTS = "charts"
BATCH = "batch.json"
JOURNAL = "journal.jsonl"
JUNIT = "junit.xml"
REPORT = "report.md"
ATTESTATION = "attestation.json"
FILES_ATTESTATION = "attestation.files.json"
PUBLIC_KEY = "attestation.pub"
KEYLESS_ATTESTATION = "attestation.sigstore.json"
KEYLESS_FILES_ATTESTATION = "attestation.files.sigstore.json"
ATTESTATIONS = (ATTESTATION, FILES_ATTESTATION, PUBLIC_KEY, KEYLESS_ATTESTATION, KEYLESS_FILES_ATTESTATION)
ORIGIN = "origin.json"
"""Only in a batch from elsewhere: a note of ours, outside of what signatures cover; never taken from elsewhere."""
IMPORTED = ".imported"
"""Behind the name of a page that came with a signed batch: ours stands in its place."""
PROOF = "prove.json"
PROOF_PAGE = "prove.html"
PAGE = "index.html"
SERVICES = "services"
TROUBLE = "trouble.log"
LATEST = "latest"
LONGEST_LOG = 16 << 20
"""Bytes."""


def is_attested(folder: Path) -> bool:
    """Whether the batch in ``folder`` was signed, by a key or without one: then nothing of it may change."""
    return any((folder / name).exists() for name in (ATTESTATION, KEYLESS_ATTESTATION))


def foreign_batch(folder: Path) -> Path | None:
    """The batch from elsewhere that ``folder`` is, or is a part of, however deep; ``None``: it was made here.

    What comes from elsewhere may have any shape: its code is not run, and its pages are not shown.
    """
    whole = folder.absolute()
    return next((place for place in (whole, *whole.parents) if os.path.lexists(place / ORIGIN)), None)


def is_foreign(folder: Path) -> bool:
    """Whether ``folder`` is a batch from elsewhere, or a part of one."""
    return foreign_batch(folder) is not None


def write_whole(path: Path, content: str | bytes) -> None:
    """Write ``path`` so that it is there completely or not at all, also on a full disk or after a kill.

    Secrets in a text are replaced by marks (``redaction``); bytes are written as they are.

    Raises:
        WorkbenchError: the file system refused; nothing half-written is left.
    """
    data = redaction.clean(content).encode("utf-8", "replace") if isinstance(content, str) else content
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    except OSError as error:
        raise WorkbenchError(f"{path} could not be written: {error.strerror or error}") from error
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        os.chmod(name, 0o644)
        os.replace(name, path)
    except OSError as error:
        raise WorkbenchError(f"{path} could not be written: {error.strerror or error}") from error
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)


def write_json(path: Path, data: Any) -> None:
    """Write ``data`` as indented JSON without secrets (``redaction.as_json``), whole or not at all."""
    write_whole(path, f"{redaction.as_json(data, indent=1)}\n".encode())


@contextmanager
def log_without_secrets(path: Path) -> Iterator[IO[bytes]]:
    """A file for what another process says of itself; after the block ``path`` has it without secrets, if it is any.

    Meanwhile it has no name, so that nothing uncleaned is left wherever the block ends, and whoever is killed in it. Of
    more than ``LONGEST_LOG`` bytes the beginning is kept.

    Raises:
        WorkbenchError: the file system refused.
    """
    with tempfile.TemporaryFile() as file:
        try:
            yield file
        finally:
            file.seek(0)
            text = file.read(LONGEST_LOG).decode("utf-8", "replace")
            left_out = file.seek(0, os.SEEK_END) - LONGEST_LOG
            if text:
                write_whole(path, text + (f"\n[{left_out:,} more bytes are left out]\n" if left_out > 0 else ""))


def read_json(path: Path) -> Any:
    """What ``write_json`` wrote, or anybody else; within the bounds of ``strict_json``.

    Raises:
        WorkbenchError: the file is not there.
        Damaged: it cannot be read, is not JSON, or out of bounds.
    """
    return strict_json.read(path)


def new_batch(runs: Path, suffix: str = "", *, latest: bool = True) -> Path:
    """A fresh folder for one batch, named by the time (UTC) and a random id; ``latest`` lets that name point at it."""
    stamp = utc_now().strftime("%Y-%m-%dT%H-%M-%SZ")
    folder = runs / f"{stamp}-{secrets.token_hex(2)}{suffix}"
    try:
        folder.mkdir(parents=True)
    except OSError as error:
        raise WorkbenchError(f"no evidence can be kept: {folder} could not be made: {error.strerror}") from error
    if latest:
        try:
            point_latest(runs, folder)
        except OSError as error:
            raise WorkbenchError(
                f"{runs / LATEST} cannot be made to point at {folder.name}: {error.strerror}"
            ) from error
    return folder


def point_latest(runs: Path, folder: Path) -> None:
    """Let ``runs/latest`` name this batch."""
    temporary = runs / f".{LATEST}.{secrets.token_hex(4)}"
    temporary.symlink_to(folder.name)
    temporary.replace(runs / LATEST)


def find_run(runs: Path, name: str) -> Path:
    """The batch folder called ``name``: a path, a folder in ``runs``, a unique beginning of one, or ``latest``.

    Raises:
        WorkbenchError: none fits, or several do.
    """
    for candidate in (Path(name), runs / name):
        if name and candidate.is_dir():
            return candidate.resolve()
    fitting = sorted(path for path in runs.glob("*") if path.is_dir() and path.name.startswith(name))
    if name and len(fitting) == 1:
        return fitting[0]
    there = ", ".join(path.name for path in fitting) or "none"
    raise WorkbenchError(f"no single run is called {name!r} (fitting: {there}); look into {runs.name}/")


def free_name(path: Path) -> Path:
    """``path`` with the lowest number behind it that no file has."""
    return next(free for number in count(1) if not (free := path.with_name(f"{path.name}{number}")).exists())


def scenario_folders(batch: Path) -> list[Path]:
    """The folders of ``batch`` that hold a scenario's evidence, in order."""
    if (batch / HISTORY).is_file() or (batch / EXECUTED).is_file():
        return [batch]
    there = (path for path in batch.iterdir() if not path.is_symlink())
    return sorted(path for path in there if (path / HISTORY).is_file() or (path / EXECUTED).is_file())
