"""The import rows of the design hold."""

import subprocess
import sys
from pathlib import Path

from tests.projects import ROOT

LINT_IMPORTS = Path(sys.executable).parent / "lint-imports"


def test_every_part_imports_only_from_rows_below_it() -> None:
    checked = subprocess.run([LINT_IMPORTS], cwd=ROOT, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout


def test_lint_and_types_are_clean() -> None:
    for words in (["ruff", "check"], ["ruff", "format", "--check"], ["mypy"]):
        command = [str(Path(sys.executable).parent / words[0]), *words[1:]]
        checked = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        assert checked.returncode == 0, checked.stdout + checked.stderr


def test_a_command_that_runs_a_batch_waits_for_nothing_that_only_notebooks_need() -> None:
    ask = (
        "import sys, gp_lib.runner.batch, gp_lib.runner.console, gp_lib.runner.report.render\n"
        "print(*sorted({'IPython', 'matplotlib', 'nbformat', 'numpy', 'pandas', 'papermill'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == []
