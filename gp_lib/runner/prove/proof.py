"""A proof: trials done one after the other, and what they say together, whatever happens in between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gp_lib.clock import utc_now
from gp_lib.kernels.keeper import close_keepers
from gp_lib.runner.batch import EXIT_FAIL, EXIT_PASS, EXIT_UNKNOWN
from gp_lib.runner.execute import Interrupted, execute_alone, warm_up
from gp_lib.runner.parameters import Value
from gp_lib.runner.prove.matrix import Matrix
from gp_lib.runner.prove.outcome import Attempt, Outcome
from gp_lib.runner.prove.plan import Trial

ALARMING = {Outcome.SURVIVED.value, Outcome.FLAKY.value, Outcome.FALSE_ALARM.value}
DOUBTFUL = {Outcome.NOT_REACHED.value, Outcome.NOT_RUN.value, Outcome.UNKNOWN.value}


@dataclass(slots=True)
class Proof:
    """A proof and its attempts so far. ``stand_in`` says what stood in for the checks; ``None``: nothing did."""

    folder: Path
    target: str
    stand_in: str | None = None
    began: str = field(default_factory=lambda: utc_now().isoformat())
    attempts: list[Attempt] = field(default_factory=list)

    @property
    def matrix(self) -> Matrix:
        """What the attempts say together."""
        return Matrix(self.attempts)

    @property
    def exit_code(self) -> int:
        """0 all killed, no alarm · 1 a survivor, a flaky kill or a false alarm · 2 not reached, not run, unknown."""
        outcomes = self.matrix.counts().keys()
        if outcomes & ALARMING:
            return EXIT_FAIL
        return EXIT_UNKNOWN if not outcomes or outcomes & DOUBTFUL else EXIT_PASS


@dataclass(frozen=True, slots=True)
class Watch:
    """Who hears of it when a trial starts and when it is done."""

    started: Callable[[Trial], None]
    done: Callable[[Attempt], None]


class Stage(Protocol):
    """Where trials take place."""

    def set(self, trial: Trial) -> Path | None:
        """Break what the trial wants broken and mend the rest; where the stack describes itself, for its notebook."""

    def hits(self, trial: Trial) -> int | None:
        """How often what is broken now has struck; ``None`` when nobody knows."""


def do_all(
    proof: Proof, trials: Sequence[Trial], stage: Stage, *, parameters: Mapping[str, dict[str, Value]], watch: Watch
) -> None:
    """Do ``trials`` one after the other into the proof's folder and note what came of each.

    After Ctrl-C, and after an error that is raised, what is left is entered as *not run*.
    """
    try:
        warm_up({trial.scenario.name: trial.scenario for trial in trials}.values())
        for trial in trials:
            watch.started(trial)
            stack_file = stage.set(trial)
            before = stage.hits(trial)
            folder = proof.folder / trial.folder
            folder.mkdir(exist_ok=True)
            entry = execute_alone(
                trial.scenario, folder, parameters=parameters[trial.scenario.name], stack_file=stack_file
            )
            attempt = Attempt(trial, entry, _difference(before, stage.hits(trial)))
            proof.attempts.append(attempt)
            watch.done(attempt)
    except (Interrupted, KeyboardInterrupt):
        return
    finally:
        close_keepers()
        proof.attempts += [Attempt(trial, None, None) for trial in trials[len(proof.attempts) :]]


def _difference(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before
