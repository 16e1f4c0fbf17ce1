"""Commands about many batches: how scenarios fared over time."""

from typing import Annotated

import typer

from gp_lib.cli.app import app


@app.command()
def history(
    scenario: Annotated[str | None, typer.Argument(metavar="[SCENARIO]", help="Name or id (a4); else all.")] = None,
    *,
    last: Annotated[int, typer.Option("-n", "--last", min=1, help="How many runs of each scenario.")] = 20,
    target: Annotated[str, typer.Option("--target", help="Only batches on this target.")] = "",
    json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Make the store again from the folders.")] = False,
) -> None:
    """Tell how scenarios fared: verdicts, flips, durations and figures over all batches in runs/."""
    from gp_lib.runner.past import questions, show
    from gp_lib.runner.past.entering import ask
    from gp_lib.runner.past.store import Store
    from gp_lib.settings import project_root

    def question(store: Store) -> dict[str, object]:
        if scenario is None:
            return questions.overview(store, last=last, target=target)
        return questions.one_scenario(store, scenario, last=last, target=target)

    answer = ask(project_root() / "runs", question, tell=lambda words: typer.echo(words, err=True), rebuild=rebuild)
    if json:
        typer.echo(show.as_json(answer))
    elif scenario is None:
        show.show_overview(answer)
    else:
        show.show_scenario(answer)


DIFF_EXIT_CODES = """
Exit codes: 0 every scenario ended alike in both. 1 a verdict differs, or a scenario is in one of them only.
2 a batch cannot be read. 64 bad arguments. 70 our own defect.
"""


@app.command(epilog=DIFF_EXIT_CODES)
def diff(
    before: Annotated[str, typer.Argument(metavar="RUN", help="A folder of runs/, its beginning, or 'latest'.")],
    after: Annotated[str, typer.Argument(metavar="RUN", help="The other one.")] = "latest",
    *,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
    notebooks: Annotated[bool, typer.Option("--notebooks", help="The executed notebooks too, with nbdime.")] = False,
) -> None:
    """Tell what differs between two batches: verdicts, parameters, figures and what people saw."""
    from gp_lib import evidence, redaction
    from gp_lib.runner.past.difference import differences
    from gp_lib.runner.past.notebooks import notebook_diff
    from gp_lib.runner.past.show_difference import as_lines, as_rows
    from gp_lib.runner.report.saved import SavedBatch
    from gp_lib.settings import project_root

    batches = [evidence.find_run(project_root() / "runs", name) for name in (before, after)]
    found = differences(*map(SavedBatch.read, batches))
    if as_json:
        typer.echo(redaction.as_json(as_rows(found), indent=1))
    else:
        typer.echo("\n".join(as_lines(found)))
    if notebooks:
        for difference in found:
            typer.echo(notebook_diff(*(batch / difference.scenario for batch in batches)), nl=False)
    raise typer.Exit(0 if all(difference.same_verdict for difference in found) else 1)


@app.command()
def prune(
    *,
    keep_last: Annotated[int | None, typer.Option("--keep-last", min=1, help="Keep the newest so many.")] = None,
    keep_days: Annotated[float | None, typer.Option("--keep-days", min=0, help="Keep those of so many days.")] = None,
    keep_failed: Annotated[bool, typer.Option("--keep-failed", help="Keep those in which a scenario failed.")] = False,
    attested: Annotated[bool, typer.Option("--attested", help="Signed batches may go too.")] = False,
    proofs: Annotated[bool, typer.Option("--proofs", help="Proofs may go too.")] = False,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would go.")] = False,
) -> None:
    """Delete the batches that no rule keeps; never the latest, one under way, or (unless told) a signed one."""
    from gp_lib.runner.past import pruning
    from gp_lib.settings import project_root

    runs = project_root() / "runs"
    rules = pruning.Rules(last=keep_last, days=keep_days, failed=keep_failed, attested=attested, proofs=proofs)
    going = pruning.to_prune(runs, rules)
    if not dry_run:
        pruning.sweep(runs)
    freed = 0
    for folder in going:
        freed += 0 if dry_run else pruning.prune(folder)
        typer.echo(f"{'would go' if dry_run else 'deleted'}: {folder.name}")
    typer.echo(f"{len(going)} batches" + ("" if dry_run else f", {freed / 2**20:.1f} MiB freed"))
