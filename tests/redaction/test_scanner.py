"""The rules of others for secrets are compiled once on a machine, and before a scenario needs them."""

import os
import subprocess
import sys
from pathlib import Path

from tests.projects import Project
from tests.scenarios_made import write_scenario

ELSEWHERE = (
    '[targets.none]\nsafety = "sandbox"\nplatform_http = "http://127.0.0.1:9"\nplatform_ws = "ws://127.0.0.1:9"\n'
)
"""A target for scenarios that talk to nobody: no stack is started for it."""
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


def test_a_batch_has_them_compiled_for_whoever_uses_them(tmp_path: Path) -> None:
    cache, project = tmp_path / "cache", Project(tmp_path / "project")
    write_scenario(project.folder / "notebooks", "x1")
    (project.folder / "gpath.toml").write_text(ELSEWHERE)
    assert project.gpath("run", "--target", "none", XDG_CACHE_HOME=str(cache)).returncode == 0
    compiled = files(cache / "golden-path-workbench")
    assert len(compiled) == 1
    assert run(USE, cache).strip() == "True"
    assert files(cache / "golden-path-workbench") == compiled


def test_a_cache_that_cannot_be_made_ends_nothing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert run(PREPARE, tmp_path / "file") == ""
