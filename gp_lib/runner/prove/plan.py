"""Which scenario is run against which variant, and how often."""

from collections.abc import Sequence
from dataclasses import dataclass

from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.prove.variants import Variant


@dataclass(frozen=True, slots=True)
class Trial:
    """One scenario against one variant; ``None`` is the clean platform. ``number`` counts repetitions from 1."""

    scenario: Scenario
    variant: Variant | None
    number: int = 1

    @property
    def expected(self) -> str | None:
        """The check that is expected to kill; ``None`` when this scenario is not expected to notice."""
        return self.variant.killers.get(self.scenario.name) if self.variant else None

    @property
    def folder(self) -> str:
        """The name of the folder that holds this trial's evidence, unique together with the scenario's."""
        return f"{self.variant.id if self.variant else 'clean'}-{self.number}"


def plan(
    scenarios: Sequence[Scenario], variants: Sequence[Variant], *, every_pair: bool = False, quick: bool = False
) -> list[Trial]:
    """Each variant with the scenarios that are expected to kill it.

    ``every_pair`` takes all scenarios for each variant, also those that are expected to stay green; ``quick`` only
    the first variant of each scenario, one that is not slow if there is any.
    """
    trials = [
        Trial(scenario, variant)
        for variant in variants
        for scenario in scenarios
        if every_pair or scenario.name in variant.killers
    ]
    return _first_of_each(trials) if quick else trials


def _first_of_each(trials: Sequence[Trial]) -> list[Trial]:
    first: dict[str, Trial] = {}
    for trial in sorted(trials, key=lambda trial: trial.variant is not None and trial.variant.slow):
        if trial.expected:
            first.setdefault(trial.scenario.name, trial)
    return list(first.values())


def clean(scenarios: Sequence[Scenario]) -> list[Trial]:
    """Each scenario on the clean platform, where every failure is a false alarm."""
    return [Trial(scenario, None) for scenario in scenarios]


def repeated(trials: Sequence[Trial], times: int) -> list[Trial]:
    """Each trial ``times`` times in a row, so that a variant is put on once for all of them."""
    return [Trial(trial.scenario, trial.variant, number) for trial in trials for number in range(1, times + 1)]
