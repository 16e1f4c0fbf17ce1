"""Which scenarios to run, by what happened before: the last batch, or a change in git."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

from gp_lib import evidence
from gp_lib.errors import ParameterError, WorkbenchError
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.settings import CONFIG
from gp_lib.verdict import Ruling

GIT_WITHIN_S = 30.0
CONCERNS_ALL = ("gp_lib/", "requirements.lock", "pyproject.toml", CONFIG)
"""A change here may change the verdict of every scenario; so may one of a module beside them, as of a platform."""


def not_passed(scenarios: Sequence[Scenario], runs: Path) -> list[Scenario]:
    """Those that did not pass in the last batch.

    Raises:
        ParameterError: there is no last batch, it has not ended, or all passed there.
    """
    folder = (runs / evidence.LATEST).resolve()
    if (folder / evidence.JOURNAL).exists() and not (folder / evidence.BATCH).exists():
        raise ParameterError("--failed", f"{folder.name} is still running, or was killed: see `gpath resume`")
    try:
        batch = SavedBatch.read(folder)
    except (OSError, WorkbenchError) as error:
        raise ParameterError("--failed", f"there is no last batch to look at: {error}") from error
    wanted = {entry.scenario for entry in batch.entries if entry.ruling is not Ruling.PASS}
    found = [scenario for scenario in scenarios if scenario.name in wanted]
    if not found and batch.damaged:
        raise ParameterError("--failed", f"{folder.name} is damaged: {batch.damaged[0]}")
    if not found:
        raise ParameterError("--failed", f"none of these failed or was unknown in {batch.folder.name}")
    return found


def changed(scenarios: Sequence[Scenario], root: Path, since: str) -> list[Scenario]:
    """Those whose notebook differs from commit ``since``, committed or not; all of them when the library does.

    Raises:
        ParameterError: git knows no such commit, or nothing concerned has changed.
    """
    files = {*_git(root, "ls-files", "--others", "--exclude-standard", "-z")}
    files |= {*_git(root, "diff", "--name-only", "--relative", "-z", "--end-of-options", since, "--")}
    if any(file.startswith(CONCERNS_ALL) or ("/" not in file and file.endswith(".py")) for file in files):
        return list(scenarios)
    found = [scenario for scenario in scenarios if scenario.path.relative_to(root).as_posix() in files]
    if not found:
        raise ParameterError("--changed", f"no scenario has changed since {since}")
    return found


def _git(root: Path, *words: str) -> list[str]:
    try:
        said = subprocess.run(
            ["git", "-C", str(root), *words], capture_output=True, text=True, timeout=GIT_WITHIN_S, check=True
        )
    except subprocess.CalledProcessError as error:
        why = str(error.stderr).strip().partition("\n")[0] or f"nothing, and ended with {error.returncode}"
        raise ParameterError("--changed", f"git says: {why}") from error
    except (OSError, subprocess.SubprocessError) as error:
        raise ParameterError("--changed", f"git could not be asked: {error}") from error
    return said.stdout.split("\0")
