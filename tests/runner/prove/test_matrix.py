import pytest

from gp_lib.runner.prove.matrix import Matrix
from gp_lib.runner.prove.outcome import Outcome
from tests.proofs import attempt, matrix, proof


def outcome(*stories: str) -> Outcome:
    found = matrix(*stories)
    return found.outcome(found.cells[0])


@pytest.mark.parametrize(
    ("stories", "wanted"),
    [
        (["w4 S35 seq!", "w4 S35 seq!"], Outcome.KILLED),
        (["w4 S35 seq!", "w4 S35 seq"], Outcome.FLAKY),
        (["w4 S35 seq!", "w4 S35 seq gap!"], Outcome.FLAKY),
        (["w4 S35 seq", "w4 S35 seq"], Outcome.SURVIVED),
        (["w4 S35 seq gap!", "w4 S35 seq gap!"], Outcome.ELSEWHERE),
        (["w4 S35 seq gap!", "w4 S35 seq gap"], Outcome.SURVIVED),
        (["w4 S35 seq!", "w4 S35 not-run"], Outcome.KILLED),
        (["w4 S35 not-run"], Outcome.NOT_RUN),
        (["w4 S35 seq", "a4 S35 pairs!"], Outcome.ELSEWHERE),
        (["w4 S35 seq", "a4 S35 pairs"], Outcome.SURVIVED),
        (["w4 S35 seq", "a4 S40 pairs!"], Outcome.SURVIVED),
    ],
)
def test_attempts_are_summed_up(stories: list[str], wanted: Outcome) -> None:
    assert outcome(*stories) is wanted


def test_a_repeated_kill_is_counted_with_an_interval() -> None:
    cell = matrix("w4 S35 seq!", "w4 S35 seq!", "w4 S35 seq").to_json()["cells"][0]
    assert (cell["kills"], cell["runs"], cell["wilson_95"]) == (2, 3, [0.208, 0.939])


def test_false_alarms_are_counted_on_the_clean_platform_only() -> None:
    (clean,) = matrix("w4 clean seq!", "w4 clean seq", "w4 S35 seq!").to_json()["clean"]
    assert (clean["outcome"], clean["false_alarms"], clean["runs"]) == ("false alarm", 1, 2)


def test_a_check_that_fails_only_in_company_has_nothing_of_its_own() -> None:
    found = matrix("w4 S35 seq! gap! slow", "w4 S40 seq gap slow! acted_to_the_end")
    assert found.never_alone() == [("w4", "gap"), ("w4", "seq")]


def test_a_scenario_that_met_nothing_broken_is_not_blamed_for_its_checks() -> None:
    assert matrix("w4 clean seq gap", "a4 S07 pairs!").never_alone() == []


@pytest.mark.parametrize(
    ("stories", "code"),
    [
        (["w4 S35 seq!", "w4 clean seq"], 0),
        (["w4 S35 seq!", "a4 S35 pairs!"], 0),
        (["w4 S35 seq gap!"], 0),
        (["w4 S35 seq!", "w4 S40 slow"], 1),
        (["w4 S35 seq!", "w4 S35 seq"], 1),
        (["w4 S35 seq!", "w4 clean seq!"], 1),
        (["w4 S35 seq!", "w4 S40 not-run"], 2),
        (["w4 S35 seq!", "w4 clean seq?"], 2),
        ([], 2),
    ],
)
def test_the_exit_code_tells_survivors_and_false_alarms_from_gaps(stories: list[str], code: int) -> None:
    assert proof(*stories).exit_code == code


def test_a_defect_that_was_not_reached_exits_2() -> None:
    found = proof()
    found.attempts.append(attempt("w4 S35 seq", hits=0))
    assert (found.exit_code, Matrix(found.attempts).counts()) == (2, {"not reached": 1})
