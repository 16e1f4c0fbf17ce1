"""``gpath``: the command line of the workbench, one file for each kind of command."""

from gp_lib.cli.main import main

__all__ = ["main"]
