"""The rules of others for secrets are compiled once on a machine, and before a scenario needs them."""

import os
import subprocess
import sys
from pathlib import Path

PREPARE = "from gp_lib.redaction import scanner; scanner.prepare()"
USE = """
import sys
from gp_lib import redaction
redaction.clean('the datadog agent: 0123456789abcdef0123456789abcdef')
print('kingfisher_sdk' in sys.modules)
"""


def run(code: str, cache: Path) -> str:
    environment = os.environ | {"XDG_CACHE_HOME": str(cache)}
    return subprocess.run(
        [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True, timeout=300
    ).stdout


def files(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}


def test_who_uses_them_finds_them_compiled(tmp_path: Path) -> None:
    run(PREPARE, tmp_path)
    compiled = files(tmp_path)
    assert len(compiled) == 1
    assert run(USE, tmp_path).strip() == "True"
    assert files(tmp_path) == compiled


def test_a_cache_that_cannot_be_made_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run(PREPARE, tmp_path / "file") == ""
