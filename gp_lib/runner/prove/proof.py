"""A proof: trials done one after the other, and what they say together, whatever happens in between."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gp_lib.clock import monotonic_s, utc_now
from gp_lib.kernels.keeper import close_keepers
from gp_lib.runner.batch import EXIT_FAIL, EXIT_PASS, EXIT_UNKNOWN
from gp_lib.runner.cases import Case
from gp_lib.runner.entry import Entry
from gp_lib.runner.execute import Interrupted, execute_alone, warm_up
from gp_lib.runner.parameters import Value
from gp_lib.runner.prove.matrix import Matrix
from gp_lib.runner.prove.outcome import Attempt, Outcome
from gp_lib.runner.prove.plan import Trial
from gp_lib.runner.reports import presentable
from gp_lib.runner.tries import entry_of_surprise
from gp_lib.runner.trouble import Troubles, Voice

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
    troubles: Troubles = field(init=False)

    def __post_init__(self) -> None:
        self.troubles = Troubles(self.folder)

    @property
    def not_run(self) -> int:
        """How many trials were never done, because the proof was ended before."""
        return sum(attempt.entry is None for attempt in self.attempts)

    @property
    def not_run_in_words(self) -> str:
        """A sentence about them; only if there are any."""
        return f"{self.not_run} of {len(self.attempts)} trials were not run: the proof was ended before."

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
        return EXIT_UNKNOWN if not outcomes or outcomes & DOUBTFUL or self.not_run else EXIT_PASS


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

    After Ctrl-C, and after an error that is raised, what is left is entered as *not run*. An error in one trial is
    that trial's *unknown*.
    """
    voice = Voice(proof.troubles)
    try:
        with proof.troubles.beside("its scenarios could not be prepared for"):
            warm_up({trial.scenario.name: trial.scenario for trial in trials}.values())
        for trial in trials:
            voice.say(watch.started, trial)
            stack_file = stage.set(trial)
            before = stage.hits(trial)
            folder = proof.folder / trial.folder
            folder.mkdir(exist_ok=True)
            entry = _executed(trial, folder, parameters[trial.scenario.name], stack_file)
            attempt = Attempt(trial, entry, _difference(before, stage.hits(trial)))
            proof.attempts.append(attempt)
            voice.say(watch.done, attempt)
    except (Interrupted, KeyboardInterrupt):
        return
    finally:
        with proof.troubles.beside("its warm kernels could not be ended"):
            close_keepers()
        proof.attempts += [Attempt(trial, None, None) for trial in trials[len(proof.attempts) :]]


def _executed(trial: Trial, folder: Path, parameters: dict[str, Value], stack_file: Path | None) -> Entry:
    """What came of a scenario; what nobody expected is its own *unknown*."""
    scenario, began_s = trial.scenario, monotonic_s()
    try:
        return presentable(execute_alone(scenario, folder, parameters=parameters, stack_file=stack_file))
    except Interrupted:
        raise
    except (Exception, SystemExit) as error:  # noqa: BLE001 - it is kept with its traceback, and decides nothing
        case, place = Case(scenario.name, scenario, parameters), folder / scenario.name
        return entry_of_surprise(case, place, error, took_s=monotonic_s() - began_s)


def _difference(before: int | None, after: int | None) -> int | None:
    return None if before is None or after is None else after - before
