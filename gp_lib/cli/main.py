"""The way in: runs the command line, and turns every error into one sentence and an exit code."""

import io
import sys
from typing import Any

import typer

from gp_lib.cli import batch, past, prove, saved, stack, taking_in, trust
from gp_lib.cli.app import app
from gp_lib.clock import slow_factor
from gp_lib.errors import NotReady, ParameterError, SettingsError, UnsafeTarget, WorkbenchError
from gp_lib.runner.streams import keep_streams
from gp_lib.runner.terminal import complain, complain_of

COMMANDS = (batch, prove, saved, past, stack, trust, taking_in)
"""Importing them enters their commands, in the order of `gpath --help`."""

USAGE_ERROR: Any = typer.BadParameter.__base__
"""What wrong words raise. Typer carries its own copy of click, so that click's ``UsageError`` is another class."""


TYPERS_INTERRUPTED = 130
"""What Typer makes of a ``KeyboardInterrupt`` in a command; our codes have one meaning each, and that is none."""


def main() -> None:
    """Run the command line of this process, whatever becomes of its standard streams."""
    keep_streams()
    run_command()


def run_command() -> None:
    """Run the command line; every error is one sentence and an exit code that means something."""
    try:
        _require_sane_environment()
        code = _run()
        if code == TYPERS_INTERRUPTED:
            raise KeyboardInterrupt
        sys.exit(code)
    except USAGE_ERROR as error:
        _learn_secrets()
        complain(*_usage(error))
        sys.exit(64)
    except (ParameterError, SettingsError, UnsafeTarget) as error:
        _complain_of(error)
        sys.exit(64)
    except (NotReady, WorkbenchError) as error:
        _complain_of(error)
        sys.exit(2)
    except (KeyboardInterrupt, typer.Abort):
        complain("interrupted")
        sys.exit(2)
    except Exception:  # noqa: BLE001 - the last resort: it is shown whole and has an exit code of its own
        import traceback

        complain("this is a defect of the workbench, please report it:", *traceback.format_exc().splitlines())
        sys.exit(70)


def _run() -> Any:
    """What the command returns. Typer ends with 1, our *fail*, when any socket or pipe is broken: that is a defect."""
    try:
        return app(standalone_mode=False)
    except SystemExit as ending:
        if isinstance(ending.__context__, OSError):
            raise ending.__context__ from None
        raise


def _usage(error: Any) -> list[str]:
    """What is wrong with a command line, and where its help is, in Typer's words."""
    words = io.StringIO()
    error.show(file=words)
    return words.getvalue().splitlines()


def _require_sane_environment() -> None:
    try:
        slow_factor()
    except ValueError as error:
        raise SettingsError("environment", str(error)) from None


def _complain_of(error: WorkbenchError) -> None:
    """Say what went wrong, without secrets that stand in the command line itself (in a URL, behind an option)."""
    _learn_secrets()
    complain_of(error)


def _learn_secrets() -> None:
    """Know the secrets that stand in the command line itself, so that no error repeats them."""
    from gp_lib import redaction

    redaction.learn(sys.argv[1:])
