"""Commands about saved evidence; no service is needed for any of them."""

import typer

from gp_lib.cli.app import EXIT_CODES, RunName, app
from gp_lib.runner.terminal import say


@app.command(epilog=EXIT_CODES)
def rejudge(name: RunName = "latest") -> None:
    """Judge a saved run again from its history; no service is needed."""
    from gp_lib import evidence
    from gp_lib.runner.console import as_lines
    from gp_lib.runner.rejudge import judged_folders, not_judged
    from gp_lib.runner.rejudge import rejudge as judge_again
    from gp_lib.settings import project_root
    from gp_lib.verdict import Ruling, worst

    batch = evidence.find_run(project_root() / "runs", name)
    verdicts = {folder.name: judge_again(folder) for folder in judged_folders(batch)}
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

    batch = render(evidence.find_run(project_root() / "runs", name))
    say(f"report: runs/{batch.folder.name}/{evidence.PAGE}")
