import pytest

from gp_lib.runner.prove.outcome import Outcome, is_called
from tests.proofs import attempt


@pytest.mark.parametrize(
    ("story", "outcome"),
    [
        ("w4 S35 seq! gap", Outcome.KILLED),
        ("w4 S35 seq! gap!", Outcome.KILLED),
        ("w4 S35 seq[a]! gap", Outcome.KILLED),
        ("w4 S35 seq gap!", Outcome.ELSEWHERE),
        ("w4 S35 seq gap", Outcome.SURVIVED),
        ("w4 S35 seq? gap", Outcome.SURVIVED),
        ("w4 S35 not-run", Outcome.NOT_RUN),
        ("w4 S07 seq", Outcome.GREEN),
        ("w4 S07 seq?", Outcome.UNKNOWN),
        ("w4 S07 seq!", Outcome.ELSEWHERE),
        ("w4 clean seq", Outcome.GREEN),
        ("w4 clean seq?", Outcome.UNKNOWN),
        ("w4 clean seq!", Outcome.FALSE_ALARM),
    ],
)
def test_an_attempt_comes_out_as_its_checks_say(story: str, outcome: Outcome) -> None:
    assert attempt(story).outcome is outcome


def test_a_defect_that_never_struck_was_not_reached() -> None:
    assert attempt("w4 S35 seq gap", hits=0).outcome is Outcome.NOT_REACHED


def test_a_defect_whose_counter_nobody_could_read_counts_as_survivor() -> None:
    assert attempt("w4 S35 seq gap", hits=None).outcome is Outcome.SURVIVED


@pytest.mark.parametrize(
    ("story", "doubt"),
    [
        ("w4 S35 seq gap? late?", "gap: as gap? says"),
        ("w4 S35 seq! gap?", ""),
        ("w4 S35 seq", ""),
        ("w4 S35 not-run", ""),
    ],
)
def test_an_attempt_that_decided_nothing_says_why(story: str, doubt: str) -> None:
    assert attempt(story).doubt == doubt
    assert attempt(story).to_json()["why"] == doubt


def test_a_check_about_something_is_called_by_its_plain_name_too() -> None:
    assert is_called("equal[cost]", "equal")
    assert is_called("equal[cost]", "equal[cost]")
    assert not is_called("equal[cost]", "equal[use]")
    assert not is_called("equal", None)
