"""``gpath prove``."""

from typing import Annotated

import typer

from gp_lib.cli.app import Names, Overrides, TargetName, app, overridden
from gp_lib.runner.terminal import complain

PROOF_EXIT_CODES = """
Exit codes: 0 everything that was broken was noticed. 1 something survived, or is noticed only sometimes.
2 something was not reached or not run, or a service is not ready. 64 bad arguments. 70 our own defect.
"""

Defects = Annotated[
    list[str] | None,
    typer.Option("-d", "--defect", help="Id of a defect or sabotage; each named scenario meets it."),
]
NoDefects = Annotated[bool, typer.Option("--no-defects", help="Leave the seeded defects out.")]
EveryPair = Annotated[bool, typer.Option("--every-pair", help="Every scenario with every defect, a long matrix.")]
Sabotage = Annotated[bool, typer.Option("--sabotage", help="Sabotage events on the wire too; works on any target.")]
Quick = Annotated[bool, typer.Option("--quick", help="Each scenario with one defect only, and no clean platform.")]
Clean = Annotated[
    bool | None,
    typer.Option("--clean/--no-clean", help="Whether to run on the clean platform too.", show_default=False),
]
Repeat = Annotated[int, typer.Option("--repeat", min=1, help="How often each run is done.")]
StandIn = Annotated[
    str | None, typer.Option("--stand-in", help="'empty': checks that always pass, which must kill nothing.")
]


@app.command(epilog=PROOF_EXIT_CODES)
def prove(
    names: Names = None,
    *,
    defect: Defects = None,
    sabotage: Sabotage = False,
    no_defects: NoDefects = False,
    every_pair: EveryPair = False,
    quick: Quick = False,
    clean: Clean = None,
    repeat: Repeat = 1,
    stand_in: StandIn = None,
    parameter: Overrides = None,
    target: TargetName = "embedded",
) -> None:
    """Run scenarios against a platform that is broken on purpose, and see which check notices.

    By itself each scenario meets the defects that it is expected to notice, and the clean platform.
    """
    from gp_lib.runner.cases import cases_of
    from gp_lib.runner.catalogue import discover, select
    from gp_lib.runner.console import Console
    from gp_lib.runner.parameters import parse_overrides
    from gp_lib.runner.prove.command import Wishes, planned
    from gp_lib.runner.prove.command import prove as prove_all
    from gp_lib.runner.prove.show import ProofConsole
    from gp_lib.runner.stack import stack_for
    from gp_lib.runner.stoppable import stoppable
    from gp_lib.runner.target_parameters import target_parameters
    from gp_lib.settings import EMBEDDED, project_root

    root = project_root()
    every = discover(root / "notebooks").every
    scenarios = select(every, names or [])
    given = overridden(scenarios, parse_overrides(parameter or []), target)
    cases = cases_of(scenarios, given, of_target=target_parameters(every, target))
    values = {case.scenario.name: case.parameters for case in cases}
    wishes = Wishes(
        target=target,
        variants=tuple(defect or ()),
        sabotage=sabotage,
        defects=not no_defects,
        every_pair=every_pair or bool(names and defect),
        quick=quick,
        on_clean=clean,
        repeat=repeat,
        stand_in=stand_in,
    )
    trials, console = planned(scenarios, wishes), ProofConsole()
    with stoppable(), stack_for(root, Console().service, wanted=target == EMBEDDED) as (stack_file, _):
        proof = prove_all(
            trials, root / "runs", parameters=values, wishes=wishes, stack_file=stack_file, watch=console.watch()
        )
    console.summary(proof)
    complain(*(f"gpath: {sentence}" for sentence in proof.troubles.sentences))
    raise typer.Exit(proof.exit_code)
