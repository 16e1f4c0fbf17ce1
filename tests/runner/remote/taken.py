"""What is taken from a URL, and what a folder holds."""

from pathlib import Path

from gp_lib.runner.attestation.files import files_of
from gp_lib.runner.attestation.source import unpack
from gp_lib.runner.remote.taking import opened


def take(url: str, runs: Path) -> Path:
    with opened(url, runs) as source:
        return unpack(source, runs)


def contents(folder: Path) -> dict[str, bytes]:
    return {name: (folder / name).read_bytes() for name in files_of(folder)}
