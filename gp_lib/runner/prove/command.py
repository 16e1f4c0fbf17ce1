"""``gpath prove`` from its words to its result."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

from gp_lib import evidence
from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.parameters import Value
from gp_lib.runner.prove import report
from gp_lib.runner.prove.bench import on_bench
from gp_lib.runner.prove.front import in_front_of
from gp_lib.runner.prove.plan import Trial, clean, plan, repeated
from gp_lib.runner.prove.proof import Proof, Stage, Watch, do_all
from gp_lib.runner.prove.sabotage import sabotage
from gp_lib.runner.prove.stand_in import with_empty_checks
from gp_lib.runner.prove.variants import Variant, chosen, seeded_defects
from gp_lib.settings import EMBEDDED, load_target

EMPTY = "empty"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What was asked for.

    Attributes:
        target: ``embedded`` or a name of ``gpath.toml``; seeded defects there are only on the embedded platform.
        variants: ids of defects or sabotage; empty: all defects, and with ``sabotage`` all of that.
            A scenario meets those that it is expected to kill.
        sabotage: also meet sabotage on the wire.
        defects: meet seeded defects at all.
        every_pair: each selected scenario meets each selected variant.
        quick: only the first variant of each scenario.
        on_clean: also run the scenarios on the clean platform; ``None``: unless quick or with named defects.
        repeat: how often everything is run.
        stand_in: what stands in for the checks; ``None``: nothing.
    """

    target: str = EMBEDDED
    variants: tuple[str, ...] = ()
    sabotage: bool = False
    defects: bool = True
    every_pair: bool = False
    quick: bool = False
    on_clean: bool | None = None
    repeat: int = 1
    stand_in: str | None = None


def planned(scenarios: Sequence[Scenario], wishes: Wishes) -> list[Trial]:
    """The trials in their order: the clean platform first.

    Raises:
        ParameterError: nothing is left to do, or a name is unknown.
    """
    if wishes.stand_in not in (None, EMPTY):
        raise ParameterError("--stand-in", f"{wishes.stand_in!r} is no stand-in", [EMPTY])
    trials = plan(scenarios, _variants(wishes), every_pair=wishes.every_pair, quick=wishes.quick)
    on_clean = wishes.on_clean if wishes.on_clean is not None else not (wishes.quick or wishes.variants)
    if on_clean:
        trials = [*clean(scenarios), *trials]
    if not trials:
        raise ParameterError("prove", "none of these scenarios is expected to notice any of this")
    return repeated(trials, wishes.repeat)


def _variants(wishes: Wishes) -> list[Variant]:
    if wishes.target != EMBEDDED and not (wishes.sabotage or wishes.variants):
        raise ParameterError("prove", f"target {wishes.target!r} has no seeded defects: use --sabotage")
    defects = seeded_defects() if wishes.target == EMBEDDED and wishes.defects else []
    if wishes.variants:
        return chosen([*defects, *sabotage()], wishes.variants)
    return [*defects, *(sabotage() if wishes.sabotage else [])]


def prove(
    trials: Sequence[Trial],
    runs: Path,
    *,
    parameters: Mapping[str, dict[str, Value]],
    wishes: Wishes,
    stack_file: Path | None,
    watch: Watch,
) -> Proof:
    """Do ``trials`` on the target, into a fresh folder of ``runs``; the report is written whatever happens.

    ``stack_file`` is where the embedded stack describes itself; ``None`` for another target, in front of which a
    proxy is put. Nothing is broken afterwards. After Ctrl-C what is left is entered as *not run*.

    Raises:
        WorkbenchError: the platform could not be restarted, or the target does not allow a proxy in front of it.
    """
    with _stage(wishes.target, stack_file) as stage:
        proof = Proof(evidence.new_batch(runs, "-prove", latest=False), wishes.target, wishes.stand_in)
        dressed = [replace(trial, scenario=_dressed(trial.scenario, proof)) for trial in trials]
        try:
            do_all(proof, dressed, stage, parameters=parameters, watch=watch)
        finally:
            report.write_all(proof)
    return proof


def _stage(target: str, stack_file: Path | None) -> AbstractContextManager[Stage]:
    return in_front_of(load_target(target)) if stack_file is None else on_bench(stack_file)


def _dressed(scenario: Scenario, proof: Proof) -> Scenario:
    if proof.stand_in is None:
        return scenario
    folder = proof.folder / "stand-in"
    folder.mkdir(exist_ok=True)
    return with_empty_checks(scenario, folder)
