"""The application that the commands are entered in, and the words that several of them understand.

Everything heavy is imported where it is used, so that `gpath --help` is quick.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from gp_lib.runner.terminal import complain

if TYPE_CHECKING:
    from gp_lib.runner.catalogue import Scenario
    from gp_lib.settings import Target
    from gp_lib.values import Given

EXIT_CODES = """
Exit codes: 0 all selected scenarios passed, and there was at least one. 1 at least one failed.
2 none failed, but some are unknown or were skipped, or a service is not ready. 64 bad arguments. 70 our own defect.
"""

app = typer.Typer(
    name="gpath",
    help="Prove, against real services, that the golden path of an AI-agent chat platform works.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
)

Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="[SCENARIO]...", help="Name, id (a4), suite (A), phase, effect, tag or glob."),
]
Overrides = Annotated[list[str] | None, typer.Option("-p", "--parameter", help="name=value, typed by the notebook.")]
TargetName = Annotated[str, typer.Option("--target", help="'embedded', or a target of gpath.toml.")]
RunName = Annotated[str, typer.Argument(metavar="RUN", help="A folder of runs/, its beginning, or 'latest'.")]


def say_origin(batch: Path) -> None:
    """Say of a batch from elsewhere that it is; to stderr, so that no machine trips over it."""
    from gp_lib.runner.origin import origin_of

    if origin := origin_of(batch):
        complain(f"gpath: {batch.name} is {origin}")


def overridden(scenarios: list["Scenario"], overrides: Mapping[str, "Given"], target: str) -> dict[str, "Given"]:
    """The overrides with the target among them; everything that can be refused is refused here."""
    from gp_lib.runner.parameters import require_known
    from gp_lib.settings import EMBEDDED

    require_known(overrides, {scenario.name: scenario.parameters for scenario in scenarios})
    if target == EMBEDDED:
        return dict(overrides)
    place = reachable(target)
    for scenario in scenarios:
        place.require(scenario.effect, scenario.name)
    return {**overrides, "target": target}


def reachable(target: str) -> "Target":
    """A target of ``gpath.toml``; what is wrong with its settings, or its platform's description, is refused here."""
    from gp_lib.platforms import find_platform
    from gp_lib.settings import load_target, project_root

    place = load_target(target)
    find_platform(place.platform, beside=project_root())
    return place
