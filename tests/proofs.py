"""Hand-made proofs: ``"w4 S35 seq! gap?"`` is scenario w4 against S35, where ``seq`` failed and ``gap`` is unknown."""

from pathlib import Path

from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry
from gp_lib.runner.prove.matrix import Matrix
from gp_lib.runner.prove.outcome import Attempt
from gp_lib.runner.prove.plan import Trial
from gp_lib.runner.prove.proof import Proof
from gp_lib.runner.prove.variants import Variant
from gp_lib.verdict import Check, Ruling, Verdict

VARIANTS = {
    "S35": Variant("S35", "defect", "A late delta.", {"w4": "seq"}),
    "S40": Variant("S40", "defect", "<b>Slow</b> readers block.", {"w4": "slow"}),
    "S07": Variant("S07", "defect", "Silent failure.", {"a4": "pairs"}),
}
RULINGS = {"!": Ruling.FAIL, "?": Ruling.UNKNOWN}


def scenario(name: str) -> Scenario:
    """A scenario without a notebook."""
    return Scenario(name, "p0", Path(f"{name}.ipynb"), name, "?", "writes", quiet=False, parameters=())


def attempt(story: str, *, number: int = 1, hits: int | None = 1) -> Attempt:
    """One attempt; a variant called ``clean`` is none, and the only check ``not-run`` means that it was not run."""
    name, variant, *checks = story.split()
    trial = Trial(scenario(name), VARIANTS.get(variant), number)
    return Attempt(trial, None if checks == ["not-run"] else _entry(name, checks), hits)


def _entry(name: str, words: list[str]) -> Entry:
    checks = tuple(
        Check(
            name=word.rstrip("!?"),
            verdict=RULINGS.get(word[-1], Ruling.PASS),
            requirement="it holds",
            message=f"as {word} says",
        )
        for word in words
    )
    return Entry(
        scenario=name,
        title=name,
        folder=Path(name),
        parameters={},
        ruling=Verdict(checks).ruling,
        took_s=1.0,
        checks=checks,
    )


def matrix(*stories: str) -> Matrix:
    """The matrix of these attempts; the same scenario and variant again is a repetition."""
    return Matrix([attempt(story, number=number) for number, story in enumerate(stories, 1)])


def proof(*stories: str) -> Proof:
    """A proof of these attempts."""
    return Proof(Path("now-prove"), "embedded", attempts=list(matrix(*stories).attempts))
