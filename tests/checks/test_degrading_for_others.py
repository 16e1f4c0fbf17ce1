"""A fault is nobody else's, leaves nothing behind when it is healed, and tells no secret."""

import pytest

from gp_lib import checks
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous

OTHERS = ("bob",)


@passes(checks.others_are_unaffected, actors=OTHERS, limit_s=5.0)
def test_somebody_who_is_answered_completely_beside_a_fault_does_not_notice_it() -> None:
    """
    1.10  amy    a1  supervisor  starts
    1.20  bob    b1  supervisor  starts
    1.50  amy    a2  supervisor  half-answers "some of it"
    1.50  amy    asked a  [since=1.00]
    1.60  bob    b2  supervisor  answers "all of it"
    1.60  bob    asked b  [since=1.00]
    2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@fails(checks.others_are_unaffected, says="was not completed beside Refuse", actors=OTHERS, limit_s=5.0)
def test_a_fault_that_costs_somebody_else_their_answer_is_noticed() -> None:
    """
      1.20  bob    b1  supervisor  starts
    ! 1.60  bob    b2  supervisor  half-answers "some of it"
      1.60  bob    asked b  [since=1.00]
    ! 2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@fails(checks.others_are_unaffected, says="took 5.500 s beside Refuse", actors=OTHERS, limit_s=5.0)
def test_a_fault_that_keeps_somebody_else_waiting_is_noticed() -> None:
    """
      1.20  bob    b1  supervisor  starts
    ! 6.50  bob    b2  supervisor  answers "all of it"
    ! 6.50  bob    asked b  [since=1.00]
    ! 7.00  fault  Refuse struck 1.20  [since=0.90]
    """


@undecided(checks.others_are_unaffected, says="nobody else asked anything", actors=OTHERS, limit_s=5.0)
def test_somebody_who_asked_at_another_time_cannot_tell() -> None:
    """
      0.20  bob    b1  supervisor  starts
      0.60  bob    b2  supervisor  answers "all of it"
      0.60  bob    asked b
    ! 2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@undecided(checks.others_are_unaffected, says="could not be watched", actors=OTHERS, limit_s=5.0)
def test_what_became_of_somebody_else_behind_a_lost_connection_is_not_known() -> None:
    """
      1.20  bob    b1  supervisor  starts
      1.60  bob    asked b, lost  [since=1.00]
    ! 2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@vacuous(checks.others_are_unaffected, actors=OTHERS, limit_s=5.0)
def test_without_a_fault_nobody_is_beside_it() -> None:
    """
    1.20  bob    b1  supervisor  starts
    1.60  bob    b2  supervisor  answers "all of it"
    1.60  bob    asked b  [since=1.00]
    """


@passes(checks.runs_without_fault_complete, says="looked at 2")
def test_complete_answers_before_and_after_the_fault_are_clean() -> None:
    """
    0.10  amy    a1  supervisor  starts
    0.50  amy    a2  supervisor  answers yes
    0.50  amy    asked a
    1.10  amy    b1  supervisor  starts
    1.50  amy    b2  supervisor  half-answers "some of it"
    1.50  amy    asked b  [since=1.00]
    2.00  fault  Refuse struck 1.20  [since=0.90]
    2.20  amy    c1  supervisor  starts
    2.50  amy    c2  supervisor  answers yes
    2.50  amy    asked c  [since=2.10]
    """


@fails(checks.runs_without_fault_complete, says="ends partial although no fault was in force")
def test_a_fault_that_still_has_effects_when_it_is_healed_is_noticed() -> None:
    """
      1.10  amy    b1  supervisor  starts
      1.50  amy    b2  supervisor  half-answers "some of it"
      1.50  amy    asked b  [since=1.00]
      2.00  fault  Refuse struck 1.20  [since=0.90]
      2.20  amy    c1  supervisor  starts
    ! 2.50  amy    c2  supervisor  half-answers "some of it"
      2.50  amy    asked c  [since=2.10]
    """


@undecided(checks.runs_without_fault_complete, says="nobody who met Refuse asked again")
def test_that_others_are_served_after_the_fault_says_nothing_of_those_who_met_it() -> None:
    """
      1.10  amy    b1  supervisor  starts
      1.50  amy    b2  supervisor  half-answers "some of it"
      1.50  amy    asked b  [since=1.00]
    ! 2.00  fault  Refuse struck 1.20  [since=0.90]
      2.20  bob    c1  supervisor  starts
      2.50  bob    c2  supervisor  answers yes
      2.50  bob    asked c  [since=2.10]
    """


@undecided(checks.runs_without_fault_complete, says="could not be watched")
def test_a_clean_run_behind_a_lost_connection_is_not_known() -> None:
    """
    ! 1.10  amy    b1  supervisor  starts
      1.50  amy    asked b, lost  [since=1.00]
    """


@vacuous(checks.runs_without_fault_complete)
def test_without_a_question_there_is_no_clean_run() -> None:
    """
    amy  a1  supervisor  starts
    """


@passes(checks.no_secret_in_any_frame)
def test_words_about_passwords_and_selections_are_no_secret() -> None:
    """
    amy  welcomed
    amy  a1  supervisor  starts
    amy  a2  data        fails cost#1 "Please select the best from your services; no password is needed."
    amy  a3  supervisor  answers "see https://example.com/prices"
    """


LEAKS = {
    "a secret that the workbench took out of it": "«redacted:jwt:3f2a»",
    "a URL with a password": "postgresql://gp_app:pw123@127.0.0.1:5432/golden",
    "a token": "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbXkifQ.c2lnbmF0dXJlIQ",
    "a bearer header": "authorization: Bearer abcdefghijklmnop1234",
    "a password": "user=gp_app password=hunter22",
    "a key": "S3 refused AKIAIOSFODNN7EXAMPLE",
    "a stack trace": "Traceback (most recent call last): ...",
    "SQL": "select service, cost from golden_path.cost_facts",
}


@pytest.mark.parametrize("kind", LEAKS)
def test_every_kind_of_secret_is_found_in_an_error(kind: str) -> None:
    check = checks.no_secret_in_any_frame(tell(f"amy a1 data fails cost#1 {LEAKS[kind]}").history)
    assert f"tool_completed of amy carries {kind}" in check.message
    assert check.witnesses == (0,)


@fails(checks.no_secret_in_any_frame, says="error_message of amy carries a stack trace")
def test_a_frame_that_belongs_to_no_run_is_searched_too() -> None:
    """
    ! amy  shown  File "/srv/app.py", line 7
    """


@fails(checks.no_secret_in_any_frame, says="the answer to amy carries a URL with a password")
def test_a_secret_that_is_split_over_deltas_is_put_together() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  report  says "https://gp_app:"
    ! amy  a3  report  says "pw123@127.0.0.1/golden"
    """


@vacuous(checks.no_secret_in_any_frame)
def test_without_a_frame_nothing_can_leak() -> None:
    """
    amy  asked, in vain
    """
