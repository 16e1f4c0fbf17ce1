"""Commands about saved evidence; no service is needed for any of them."""

from typing import Annotated

import typer

from gp_lib.cli.app import EXIT_CODES, RunName, app, say_origin
from gp_lib.runner.terminal import complain, say


@app.command(epilog=EXIT_CODES)
def rejudge(
    name: RunName = "latest",
    *,
    with_current: Annotated[
        bool, typer.Option("--with-current", help="Judge by this project's notebooks, as they are now.")
    ] = False,
    with_saved_code: Annotated[
        bool, typer.Option("--with-saved-code", help="Run the code that came with a batch from elsewhere.")
    ] = False,
) -> None:
    """Judge a saved run again from its history; no service is needed.

    It is judged by the cells that were saved with it. What comes from elsewhere is judged by this project's notebooks,
    if they are those that were run; else it is unknown.
    """
    from gp_lib import evidence
    from gp_lib.errors import SettingsError
    from gp_lib.runner.console import as_lines
    from gp_lib.runner.judged_by import By
    from gp_lib.runner.rejudge import judged_folders, not_judged
    from gp_lib.runner.rejudge import rejudge as judge_again
    from gp_lib.settings import project_root
    from gp_lib.verdict import Ruling, worst

    if with_current and with_saved_code:
        raise SettingsError("--with-current", "goes without --with-saved-code")
    by = By.CURRENT if with_current else By.SAVED if with_saved_code else None
    batch = evidence.find_run(project_root() / "runs", name)
    say_origin(batch)
    if by is By.CURRENT or (by is By.SAVED and evidence.is_foreign(batch)):
        warning = " It can do on this machine whatever you can." if by is By.SAVED else ""
        complain(f"gpath: judged by {by}.{warning}")
    verdicts = {folder.name: judge_again(folder, by) for folder in judged_folders(batch)}
    for scenario, verdict in verdicts.items():
        say(scenario, *as_lines(verdict), "")
    left = not_judged(batch)
    for entry in left:
        say(entry.name, f"verdict: unknown, as nothing was saved of it: {entry.sentence}", "")
    ruling = worst([*(verdict.ruling for verdict in verdicts.values()), *(Ruling.UNKNOWN for _ in left)])
    raise typer.Exit({Ruling.PASS: 0, Ruling.FAIL: 1, Ruling.UNKNOWN: 2}[ruling])


@app.command()
def report(name: RunName = "latest") -> None:
    """Render the report of a saved run again, from its files; no service is needed."""
    from gp_lib import evidence
    from gp_lib.runner.report.render import render
    from gp_lib.settings import project_root

    folder = evidence.find_run(project_root() / "runs", name)
    say_origin(folder)
    batch = render(folder)
    complain(*(f"gpath: {entry.name}: {entry.why}" for entry in batch.entries if entry.is_damaged))
    say(f"report: runs/{batch.folder.name}/{evidence.PAGE}")
