"""Commands about the embedded stack, and JupyterLab in front of it."""

from dataclasses import asdict
from typing import Annotated

import typer

from gp_lib.cli.app import RunName, app

FOR_JUPYTERLAB = {"allow_extra_args": True, "ignore_unknown_options": True}


@app.command()
def up() -> None:
    """Start the embedded stack and keep it up between batches."""
    from gp_lib.runner.console import Console
    from gp_lib.services.options import StackOptions
    from gp_lib.services.stack import find_stack, start_stack
    from gp_lib.settings import STATE_DIR, project_root

    state = project_root() / STATE_DIR
    if find_stack(state) is not None:
        typer.echo("the stack is up already; see `gpath status`")
        return
    stack = start_stack(state, StackOptions.from_environment(), detached=True, on_progress=Console().service)
    typer.echo(f"the stack is up: {stack.description.urls.platform_http}")


@app.command()
def down() -> None:
    """Stop the embedded stack."""
    from gp_lib.services.stack import stop_stack
    from gp_lib.settings import STATE_DIR, project_root

    stopped = stop_stack(project_root() / STATE_DIR)
    typer.echo("the stack is down" if stopped else "no stack was up")


@app.command()
def status(as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False) -> None:
    """Say which services are up, since when and where."""
    from gp_lib import redaction
    from gp_lib.services.status import status as services_of
    from gp_lib.settings import STATE_DIR, project_root

    services = services_of(project_root() / STATE_DIR)
    if as_json:
        typer.echo(redaction.as_json([asdict(service) for service in services], indent=1))
    elif not services:
        typer.echo("no stack is up; start one with `gpath up`")
    else:
        from gp_lib.runner.console import Console

        Console().status(services)
    if not services or any(service.state != "ready" for service in services):
        raise typer.Exit(2)


@app.command()
def logs(
    service: Annotated[str, typer.Argument(help="postgres, valkey, clickhouse, model, platform or supervisor.")],
    lines: Annotated[int, typer.Option("-n", "--lines", min=1, help="How many of the last lines.")] = 50,
) -> None:
    """Show the last log lines of a service of the stack that is up."""
    from gp_lib.services.status import tail
    from gp_lib.settings import STATE_DIR, project_root

    typer.echo(tail(project_root() / STATE_DIR, service, lines))


@app.command(context_settings=FOR_JUPYTERLAB)
def lab(context: typer.Context) -> None:
    """Bring the stack up and open JupyterLab on notebooks/; further arguments go to JupyterLab."""
    _open_lab(context.args)


@app.command(context_settings=FOR_JUPYTERLAB)
def debug(
    context: typer.Context,
    name: RunName,
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario of the run, or how it begins (a4).")],
) -> None:
    """Open a scenario of a saved run in JupyterLab, with the parameters it had and the history it was judged by."""
    from urllib.parse import quote

    from gp_lib import evidence
    from gp_lib.runner.debugging import debug_copy, saved_scenario
    from gp_lib.settings import project_root

    root = project_root()
    copy = debug_copy(root, saved_scenario(evidence.find_run(root / "runs", name), scenario)).relative_to(root)
    typer.echo(f"opening {copy}")
    _open_lab([f"--LabApp.default_url=/lab/tree/{quote(copy.as_posix())}", *context.args])


def _open_lab(arguments: list[str]) -> None:
    from gp_lib.runner.console import Console
    from gp_lib.runner.lab import run_lab
    from gp_lib.runner.stack import stack_for
    from gp_lib.runner.stoppable import stoppable
    from gp_lib.settings import project_root

    root = project_root()
    with stoppable(), stack_for(root, Console().service, wanted=True) as (stack_file, _):
        assert stack_file is not None
        run_lab(root, stack_file, arguments)
