"""Commands about saved evidence; no service is needed for any of them."""

import typer

from gp_lib.cli.app import EXIT_CODES, RunName, app


@app.command(epilog=EXIT_CODES)
def rejudge(name: RunName = "latest") -> None:
    """Judge a saved run again from its history; no service is needed."""
    from gp_lib import evidence
    from gp_lib.runner.rejudge import judged_folders
    from gp_lib.runner.rejudge import rejudge as judge_again
    from gp_lib.settings import project_root
    from gp_lib.verdict import Ruling, worst

    batch = evidence.find_run(project_root() / "runs", name)
    verdicts = {folder.name: judge_again(folder) for folder in judged_folders(batch)}
    for scenario, verdict in verdicts.items():
        typer.echo(f"{scenario}\n{verdict}\n")
    ruling = worst(verdict.ruling for verdict in verdicts.values())
    raise typer.Exit({Ruling.PASS: 0, Ruling.FAIL: 1, Ruling.UNKNOWN: 2}[ruling])


@app.command()
def report(name: RunName = "latest") -> None:
    """Render the report of a saved run again, from its files; no service is needed."""
    from gp_lib import evidence
    from gp_lib.runner.report.render import render
    from gp_lib.runner.report.text import line
    from gp_lib.settings import project_root

    batch = render(evidence.find_run(project_root() / "runs", name))
    for entry in batch.entries:
        if entry.is_damaged:
            typer.echo(line(f"{entry.name}: {entry.why}"), err=True)
    typer.echo(f"report: runs/{batch.folder.name}/{evidence.PAGE}")
