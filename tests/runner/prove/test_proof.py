"""A proof goes on when one of its trials meets what nobody expected, and is green only when all of it was done."""

from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.runner.parameters import Value
from gp_lib.runner.prove.outcome import Attempt, Outcome
from gp_lib.runner.prove.plan import Trial
from gp_lib.runner.prove.proof import Proof, Watch, do_all
from gp_lib.runner.prove.report import write_all
from gp_lib.verdict import Ruling
from tests.proofs import proof
from tests.scenarios_made import write_scenario


class Bare:
    """A stage on which nothing is broken."""

    def set(self, trial: Trial) -> Path | None:
        return None

    def hits(self, trial: Trial) -> int | None:
        return None


def silent(about: object) -> None:
    """Nobody listens."""


def test_one_trials_surprise_is_its_unknown_and_the_others_are_done(tmp_path: Path) -> None:
    trials = [Trial(write_scenario(tmp_path, name), None) for name in ("x1", "x2")]
    done = Proof(tmp_path, "none")
    (tmp_path / "clean-1" / "x1").mkdir(parents=True)  # where its evidence was to be made
    values: dict[str, dict[str, Value]] = {"x1": {}, "x2": {}}
    do_all(done, trials, Bare(), parameters=values, watch=Watch(silent, silent))
    assert [attempt.outcome for attempt in done.attempts] == [Outcome.UNKNOWN, Outcome.GREEN]
    assert "x1/trouble.log" in done.attempts[0].doubt
    assert "FileExistsError" in (tmp_path / "clean-1" / "x1" / evidence.TROUBLE).read_text()
    assert done.exit_code == 2


def test_who_watches_decides_nothing_and_what_went_wrong_there_is_kept(tmp_path: Path) -> None:
    def breaks(about: Trial | Attempt) -> None:
        raise BrokenPipeError

    done = Proof(tmp_path, "none")
    trials = [Trial(write_scenario(tmp_path, "x1"), None)]
    do_all(done, trials, Bare(), parameters={"x1": {}}, watch=Watch(breaks, breaks))
    assert [attempt.entry and attempt.entry.ruling for attempt in done.attempts] == [Ruling.PASS]
    assert len(done.troubles.sentences) == 1


@pytest.mark.parametrize(
    "stories",
    [
        ("w4 S35 seq! gap", "w4 S07 not-run"),
        ("w4 S35 seq!", "w4 S35 not-run"),
        ("w4 clean seq", "w4 clean not-run"),
    ],
    ids=["a bystander", "a repetition", "a clean run"],
)
def test_a_proof_of_which_something_was_not_run_is_never_green(tmp_path: Path, stories: tuple[str, ...]) -> None:
    cut = proof(*stories)
    cut.folder = tmp_path
    assert (cut.exit_code, cut.not_run) == (2, 1)
    write_all(cut)
    told = evidence.read_json(tmp_path / evidence.PROOF)
    assert (told["exit_code"], told["not_run"]) == (2, 1)
    assert f"1 of {len(stories)} trials were not run" in (tmp_path / evidence.PROOF_PAGE).read_text()


def test_a_proof_that_was_done_is_green() -> None:
    assert (proof("w4 S35 seq! gap", "w4 clean seq").exit_code, proof("w4 clean seq").not_run) == (0, 0)
