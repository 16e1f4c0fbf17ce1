"""A workbench folder of its own for a test: the real notebooks, a runs/ folder, and a stack that is up."""

import io
import json
import os
import shutil
import subprocess
import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gp_lib.settings import StackDescription

ROOT = Path(__file__).parent.parent
GPATH = Path(sys.executable).parent / "gpath"
COMMAND_TIMEOUT_S = 240.0


@dataclass(frozen=True)
class Project:
    """A folder in which ``gpath`` works."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, stack: StackDescription | None = None) -> "Project":
        """Copy the notebooks into ``folder``; with ``stack`` that one is the stack that is up there."""
        shutil.copytree(ROOT / "notebooks", folder / "notebooks")
        (folder / "runs").mkdir()
        if stack is not None:
            (folder / ".gpath").symlink_to(stack.state_dir)
        return cls(folder)

    def command(self, *words: str, **variables: str) -> tuple[list[str], dict[str, str]]:
        """A ``gpath`` command line and its environment."""
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GPATH_STACK")}
        return [str(GPATH), *words], environment | variables

    def gpath(
        self, *words: str, timeout_s: float = COMMAND_TIMEOUT_S, **variables: str
    ) -> "subprocess.CompletedProcess[str]":
        """Run ``gpath`` with these words in this folder, to its end."""
        command, environment = self.command(*words, **variables)
        return subprocess.run(
            command,
            cwd=self.folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=timeout_s,
            check=False,
        )

    def gpath_here(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """The same in this process, without the second that a process of its own imports for: to see words refused."""
        from gp_lib.cli.main import run_command

        said, complained, argv, code = io.StringIO(), io.StringIO(), sys.argv, None
        sys.argv = [str(GPATH), *words]
        try:
            with chdir(self.folder), redirect_stdout(said), redirect_stderr(complained):
                run_command()
        except SystemExit as ended:
            code = ended.code
        finally:
            sys.argv = argv
        assert isinstance(code, int), code
        return subprocess.CompletedProcess(words, code, said.getvalue(), complained.getvalue())

    def latest(self) -> Path:
        """The folder of the last batch."""
        return (self.folder / "runs" / "latest").resolve()

    def verdict(self, scenario: str) -> dict[str, Any]:
        """What the last batch's scenario decided."""
        return dict(json.loads((self.latest() / scenario / "verdict.json").read_text()))

    def failed_checks(self, scenario: str) -> set[str]:
        """The names of the checks that failed in the last batch's scenario."""
        return {check["name"] for check in self.verdict(scenario)["checks"] if check["verdict"] == "fail"}
