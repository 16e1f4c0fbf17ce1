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


def test_no_command_waits_for_the_scanner_of_secrets() -> None:
    ask = (
        "import contextlib, io, sys\n"
        "from gp_lib.cli.main import run_command\n"
        "sys.argv = ['gpath', '--help']\n"
        "with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit): run_command()\n"
        "print(*sorted({'kingfisher_sdk', 'gp_lib.redaction'} & set(sys.modules)))\n"
        "import gp_lib.runner.running, gp_lib.workload.recording, gp_lib.redaction\n"
        "gp_lib.redaction.clean('nothing of interest: https://example.com/a?b=c')\n"
        "print(*sorted({'kingfisher_sdk'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == []


def test_a_command_that_runs_a_batch_waits_for_nothing_that_only_notebooks_need() -> None:
    ask = (
        "import sys, gp_lib.runner.running, gp_lib.runner.console, gp_lib.runner.report.render\n"
        "print(*sorted({'IPython', 'matplotlib', 'nbformat', 'numpy', 'pandas', 'papermill'} & set(sys.modules)))"
    )
    told = subprocess.run([sys.executable, "-c", ask], cwd=ROOT, capture_output=True, text=True, check=True)
    assert told.stdout.split() == []
