"""The way in: runs the command line, and turns every error into one sentence and an exit code."""

import sys
from typing import Any

import typer

from gp_lib.cli import batch, past, prove, saved, stack, trust
from gp_lib.cli.app import app
from gp_lib.clock import slow_factor
from gp_lib.errors import NotReady, ParameterError, SettingsError, UnsafeTarget, WorkbenchError

COMMANDS = (batch, prove, saved, past, stack, trust)
"""Importing them enters their commands, in the order of `gpath --help`."""

USAGE_ERROR: Any = typer.BadParameter.__base__
"""What wrong words raise. Typer carries its own copy of click, so that click's ``UsageError`` is another class."""


TYPERS_INTERRUPTED = 130
"""What Typer makes of a ``KeyboardInterrupt`` in a command; our codes have one meaning each, and that is none."""


def main() -> None:
    """Run the command line; every error is one sentence and an exit code that means something."""
    try:
        _require_sane_environment()
        code = app(standalone_mode=False)
        if code == TYPERS_INTERRUPTED:
            raise KeyboardInterrupt
        sys.exit(code)
    except USAGE_ERROR as error:
        error.show()
        sys.exit(64)
    except (ParameterError, SettingsError, UnsafeTarget) as error:
        _tell(error)
        sys.exit(64)
    except (NotReady, WorkbenchError) as error:
        _tell(error)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        typer.echo("interrupted", err=True)
        sys.exit(2)
    except Exception:  # noqa: BLE001 - the last resort: it is shown whole and has an exit code of its own
        typer.echo("this is a defect of the workbench, please report it:", err=True)
        import traceback

        traceback.print_exc()
        sys.exit(70)


def _require_sane_environment() -> None:
    try:
        slow_factor()
    except ValueError as error:
        raise SettingsError("environment", str(error)) from None


def _tell(error: WorkbenchError) -> None:
    """Say what went wrong, without what the command line itself tells of secrets (in a URL, behind an option)."""
    from gp_lib import redaction

    redaction.learn(sys.argv[1:])
    typer.echo(redaction.clean(f"gpath: {error}"), err=True)
