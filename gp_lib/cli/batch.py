"""Commands about batches of scenarios: run them, go on with one, put shards together, list what there is."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gp_lib.cli.app import EXIT_CODES, Names, Overrides, RunName, TargetName, app, overridden, reachable, say_origin
from gp_lib.runner.terminal import complain, say, say_text

if TYPE_CHECKING:
    from gp_lib.runner.batch import Batch, Rules
    from gp_lib.runner.lanes import Lane
    from gp_lib.runner.remote.place import Place
    from gp_lib.runner.remote.sending import Courier

Jobs = Annotated[
    int | None,
    typer.Option(
        "-j", "--jobs", min=1, max=32, help="Scenarios at once, each on a stack of its own [default: by cores]."
    ),
]
FailFast = Annotated[bool, typer.Option("--fail-fast", help="Start nothing new after the first fail.")]
Retries = Annotated[
    int, typer.Option("--retries", min=0, max=10, help="Run again what did not pass; a pass is then flaky: unknown.")
]
BatchDeadline = Annotated[
    float | None, typer.Option("--deadline", min=0, metavar="SECONDS", help="Start nothing new after so long.")
]
ScenarioDeadline = Annotated[
    float | None, typer.Option("--scenario-deadline", min=0.1, metavar="SECONDS", help="The longest for one scenario.")
]
On = Annotated[
    str | None, typer.Option("--on", metavar="dask://HOST:PORT", help="Run it on the workers of this Dask cluster.")
]
At = Annotated[
    str | None, typer.Option("--runs", metavar="URL", help="Keep the evidence there too: s3://bucket/runs, file://…")
]
Quiet = Annotated[bool, typer.Option("--quiet", help="Say only what is not green, and the end.")]
AsJson = Annotated[bool, typer.Option("--json", help="Progress as JSON, one object a line.")]


@app.command(epilog=EXIT_CODES)
def run(
    names: Names = None,
    parameter: Overrides = None,
    parameters_file: Annotated[
        Path | None, typer.Option("-f", "--parameters-file", help="YAML with name: value; -p goes before it.")
    ] = None,
    matrix: Annotated[
        list[str] | None, typer.Option("--matrix", help="name=5,50 or name=1..3: every combination is an entry.")
    ] = None,
    repeat: Annotated[int, typer.Option("--repeat", min=1, help="Run everything so often.")] = 1,
    failed: Annotated[bool, typer.Option("--failed", help="Only what did not pass in the last batch.")] = False,
    changed: Annotated[
        str | None, typer.Option("--changed", metavar="COMMIT", help="Only what differs from this commit of git.")
    ] = None,
    shard: Annotated[
        str | None, typer.Option("--shard", metavar="PART/PARTS", help="Only this part of it, for several machines.")
    ] = None,
    jobs: Jobs = None,
    on: On = None,
    runs: At = None,
    fail_fast: FailFast = False,
    retries: Retries = 0,
    deadline: BatchDeadline = None,
    scenario_deadline: ScenarioDeadline = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be run, and start nothing.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
    target: TargetName = "embedded",
) -> None:
    """Run scenarios with papermill and keep the evidence in runs/; all of them without names."""
    from gp_lib.runner import cases, selection
    from gp_lib.runner.batch import Batch, Rules
    from gp_lib.runner.catalogue import discover, select
    from gp_lib.runner.parameter_file import read_overrides
    from gp_lib.runner.parameters import parse_overrides
    from gp_lib.runner.target_parameters import target_parameters
    from gp_lib.settings import project_root

    root = project_root()
    every = discover(root / "notebooks").every
    scenarios = select(every, names or [])
    if failed:
        scenarios = selection.not_passed(scenarios, root / "runs")
    if changed is not None:
        scenarios = selection.changed(scenarios, root, changed)
    variations = cases.parse_matrix(matrix or [])
    given = (read_overrides(parameters_file) if parameters_file else {}) | parse_overrides(parameter or [])
    if twice := given.keys() & variations.keys():
        raise typer.BadParameter(f"{', '.join(sorted(twice))} is in the matrix, and given one value too")
    overridden(scenarios, dict.fromkeys(variations, ""), target)
    given = overridden(scenarios, given, target)
    of_target = target_parameters(every, target)
    planned = cases.cases_of(scenarios, given, of_target=of_target, matrix=variations, repeat=repeat)
    if shard is not None:
        planned = cases.shard(planned, shard)
    if dry_run:
        for case in planned:
            say(" ".join([case.name, *(f"{name}={value!r}" for name, value in case.parameters.items())]))
            if why := case.scenario.unreadable:
                complain(f"gpath: {case.name} cannot be run: {why}")
        return
    rules = Rules(fail_fast=fail_fast, retries=retries, deadline_s=deadline, scenario_s=scenario_deadline)
    lanes = Lanes(root=root, target=target, at_most=len(planned), jobs=jobs, on=on)
    _run(
        lambda: Batch.fresh(root / "runs", target, planned), lanes, rules=rules, url=runs, quiet=quiet, as_json=as_json
    )


@app.command(epilog=EXIT_CODES)
def resume(
    run: RunName = "latest",
    jobs: Jobs = None,
    on: On = None,
    runs: At = None,
    fail_fast: FailFast = False,
    retries: Retries = 0,
    deadline: BatchDeadline = None,
    scenario_deadline: ScenarioDeadline = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> None:
    """Go on with a batch that was killed or interrupted: what is done stays, the rest is run."""
    from gp_lib import evidence
    from gp_lib.runner.batch import Batch, Rules
    from gp_lib.runner.catalogue import discover
    from gp_lib.settings import EMBEDDED, project_root

    root = project_root()
    folder = evidence.find_run(root / "runs", run)
    say_origin(folder)
    batch = Batch.cut_short(folder, discover(root / "notebooks").every)
    if batch.left and batch.plan.target != EMBEDDED:
        reachable(batch.plan.target)
    if evidence.is_foreign(folder):
        complain(f"gpath: it goes on with this project's notebooks, on its target {batch.plan.target!r}")
    rules = Rules(fail_fast=fail_fast, retries=retries, deadline_s=deadline, scenario_s=scenario_deadline)
    lanes = Lanes(root=root, target=batch.plan.target, at_most=len(batch.left), jobs=jobs, on=on)
    _run(lambda: batch, lanes, rules=rules, url=runs, quiet=quiet, as_json=as_json)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lanes:
    """Which lanes a command wants, but not more than there is to run.

    Args:
        jobs: so many of them; ``None``: by cores, or all workers of the cluster.
        on: the cluster; ``None``: this machine.
    """

    root: Path
    target: str
    at_most: int
    jobs: int | None
    on: str | None

    def open(self, say: Callable[[str, str], None]) -> AbstractContextManager[Sequence["Lane"]]:
        """The lanes, for the time of a block; ``say`` hears how their stacks start. None, if nothing is to be run."""
        from gp_lib.runner.lanes import lanes_by_default, lanes_for
        from gp_lib.settings import EMBEDDED

        if not self.at_most:
            return nullcontext([])
        if self.on is not None:
            from gp_lib.runner.cluster import lanes_on

            return lanes_on(self.on, self.root, self.target, say, at_most=min(self.jobs or self.at_most, self.at_most))
        wanted = min(self.jobs or lanes_by_default(), self.at_most)
        return lanes_for(self.root, say, wanted=wanted, embedded=self.target == EMBEDDED)


def _run(
    begin: Callable[[], "Batch"], lanes: Lanes, *, rules: "Rules", url: str | None, quiet: bool, as_json: bool
) -> None:
    """Run what is left of a batch, tell of it, and exit with its code. It begins when the lanes are there.

    With a ``url`` the evidence is brought there as well, each entry's as soon as it is done.
    """
    from gp_lib.runner.console import Console
    from gp_lib.runner.lines import Lines
    from gp_lib.runner.past.entering import enter
    from gp_lib.runner.report.render import publish
    from gp_lib.runner.running import run_batch
    from gp_lib.runner.stoppable import stoppable

    teller = Lines() if as_json else Console(quiet=quiet)
    place = None if url is None else _writable(url)
    with stoppable(), lanes.open(teller.service) as opened:
        batch = begin()
        courier = None if place is None else _courier(batch, place)
        with teller.watching(batch) as progress:
            run_batch(batch, opened, rules=rules, progress=courier.along(progress) if courier else progress)
        commands: list[str] = []
        with batch.troubles.beside("its pages could not be rendered"):
            commands = publish(batch.folder, lanes.root)
    with batch.troubles.beside("it could not be entered in the history"):
        enter(batch.folder)
    if not as_json:
        say(*commands)
    teller.summary(batch)
    complain(*(f"gpath: {sentence}" for sentence in batch.troubles.sentences))
    raise typer.Exit(_brought(batch, courier) if courier else batch.exit_code)


def _writable(url: str) -> "Place":
    from gp_lib.runner.remote import place_at

    place = place_at(url)
    place.require_writable()
    return place


def _courier(batch: "Batch", place: "Place") -> "Courier":
    from gp_lib.runner.remote.sending import Courier

    return Courier(batch.folder, place)


def _brought(batch: "Batch", courier: "Courier") -> int:
    """The exit code of a batch whose evidence is wanted elsewhere too: not green before all of it is there."""
    from gp_lib.runner.batch import EXIT_UNKNOWN

    try:
        courier.finish()
    except Exception as error:  # noqa: BLE001 - a store has errors of its own; what is here is whole whatever they are
        again = f"it is whole in runs/{batch.folder.name}, and `gpath push {batch.folder.name} URL` tries again"
        complain(f"gpath: the evidence was not brought to where it was wanted: {error}; {again}")
        return batch.exit_code or EXIT_UNKNOWN
    complain(f"evidence: {courier.copy}")
    return batch.exit_code


@app.command()
def merge(runs: Annotated[list[str], typer.Argument(metavar="RUN...", help="The batches of the shards.")]) -> None:
    """Make one batch of several shards (`gpath run --shard 1/3` and so on); they stay as they are."""
    from gp_lib import evidence
    from gp_lib.runner.merging import merge as merge_all
    from gp_lib.runner.past.entering import enter
    from gp_lib.runner.report.render import publish
    from gp_lib.settings import project_root

    root = project_root()
    folder = merge_all([evidence.find_run(root / "runs", run) for run in runs], root / "runs")
    publish(folder, root)
    enter(folder)
    say_origin(folder)
    say(f"evidence: runs/{folder.name}")


@app.command("list")
def list_(
    markdown: Annotated[bool, typer.Option("--markdown", help="The index of notebooks/README.md.")] = False,
) -> None:
    """List the scenarios, their questions and parameters. Exit code 64: a notebook cannot be read."""
    from gp_lib.runner.catalogue import discover
    from gp_lib.runner.index import index
    from gp_lib.settings import project_root

    scenarios = discover(project_root() / "notebooks")
    if markdown:
        say_text(index(scenarios))
    for scenario in [] if markdown else scenarios:
        say(f"{scenario.name}: {scenario.question} [{', '.join((scenario.effect, *scenario.tags))}]")
        for parameter in scenario.parameters:
            say(f"    {parameter.name}={parameter.default!r}  {parameter.comment}")
    complain(*(f"gpath: {scenario.name}: {scenario.unreadable}" for scenario in scenarios.unreadable))
    if scenarios.unreadable:
        raise typer.Exit(64)
