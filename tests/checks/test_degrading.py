"""What a user gets when a part is broken is honest and comes in time."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous

UNDER = {"amy": "Refuse"}


@passes(checks.no_success_is_claimed, under=UNDER)
def test_a_partial_answer_and_an_error_claim_no_success() -> None:
    """
    1.10  amy    a1  supervisor  starts
    1.50  amy    a2  supervisor  half-answers "some of it"
    1.50  amy    asked a  [since=1.00]
    1.60  amy    b1  supervisor  starts
    1.70  amy    b2  supervisor  gives-up
    1.70  amy    asked b  [since=1.55]
    2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@fails(checks.no_success_is_claimed, says="claims to be complete under Refuse", under=UNDER)
def test_a_complete_answer_under_a_fault_is_a_lie() -> None:
    """
      1.10  amy    a1  supervisor  starts
    ! 1.50  amy    a2  supervisor  answers "all of it"
      1.50  amy    asked a  [since=1.00]
    ! 2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@passes(checks.no_success_is_claimed, under=UNDER, says="looked at 1")
def test_answers_without_the_fault_and_answers_of_others_may_be_complete() -> None:
    """
    0.10  amy    a1  supervisor  starts
    0.50  amy    a2  supervisor  answers "all of it"
    0.50  amy    asked a
    1.10  amy    b1  supervisor  starts
    1.20  bob    c1  supervisor  starts
    1.50  amy    b2  supervisor  half-answers "some of it"
    1.50  amy    asked b  [since=1.00]
    1.60  bob    c2  supervisor  answers "all of it"
    1.60  bob    asked c  [since=1.00]
    2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@undecided(checks.no_success_is_claimed, says="did not end while Refuse was in force", under=UNDER)
def test_an_answer_that_came_when_the_fault_was_healed_may_be_complete() -> None:
    """
      1.10  amy    a1  supervisor  starts
    ! 2.00  fault  Refuse struck 1.20  [since=0.90]
      2.50  amy    a2  supervisor  answers "all of it"
      2.50  amy    asked a  [since=1.00]
    """


@vacuous(checks.no_success_is_claimed, under=UNDER)
def test_a_fault_that_touched_nothing_tells_nothing_about_success() -> None:
    """
    1.10  amy    a1  supervisor  starts
    1.50  amy    a2  supervisor  answers "all of it"
    1.50  amy    asked a  [since=1.00]
    2.00  fault  Refuse  [since=0.90]
    """


@passes(checks.partial_answer_says_so, under=UNDER, word="partial")
def test_an_answer_that_admits_to_be_partial_is_honest() -> None:
    """
    1.10  amy    a1  supervisor  starts
    1.50  amy    a2  supervisor  half-answers "Partial: the costs are missing."
    1.50  amy    asked a  [since=1.00]
    2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@fails(checks.partial_answer_says_so, says="its text does not say so", under=UNDER, word="partial")
def test_a_partial_answer_that_reads_like_a_complete_one_is_noticed() -> None:
    """
      1.10  amy    a1  supervisor  starts
    ! 1.50  amy    a2  supervisor  half-answers "Nothing can be saved."
      1.50  amy    asked a  [since=1.00]
    ! 2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@vacuous(checks.partial_answer_says_so, under=UNDER, word="partial")
def test_a_run_that_gave_up_has_no_partial_answer() -> None:
    """
    1.10  amy    a1  supervisor  starts
    1.50  amy    a2  supervisor  gives-up
    1.50  amy    asked a  [since=1.00]
    2.00  fault  Refuse struck 1.20  [since=0.90]
    """


@passes(checks.fallback_within_deadline, under=UNDER, limit_s=5.0)
def test_a_fallback_in_time_counts_from_the_strike() -> None:
    """
    1.10  amy    a1  supervisor  starts
    6.50  amy    a2  supervisor  half-answers "sorry"
    6.50  amy    asked a  [since=1.00]
    7.00  fault  Refuse struck 0.50 1.60  [since=0.40]
    """


@fails(checks.fallback_within_deadline, says="ended 5.100 s after Refuse struck", under=UNDER, limit_s=5.0)
def test_a_fallback_that_is_late_is_noticed() -> None:
    """
      1.10  amy    a1  supervisor  starts
    ! 6.60  amy    a2  supervisor  half-answers "sorry"
      6.60  amy    asked a  [since=1.00]
    ! 7.00  fault  Refuse struck 1.50  [since=0.90]
    """


@undecided(checks.fallback_within_deadline, says="took 80% of the machine", under=UNDER, limit_s=5.0)
def test_a_fallback_is_not_called_late_on_a_machine_that_others_used_up() -> None:
    """
      1.10  amy    a1  supervisor  starts
    ! 6.60  amy    a2  supervisor  half-answers "sorry"
      6.60  amy    asked a  [since=1.00]
    ! 7.00  fault  Refuse struck 1.50  [since=0.90]
    ! 7.10  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.fallback_within_deadline, says="had not ended 18.500 s after", under=UNDER, limit_s=5.0)
def test_a_fallback_that_never_came_is_noticed() -> None:
    """
    ! 01.10  amy    a1  supervisor  starts
      20.00  amy    asked a, in vain  [since=1.00]
    ! 21.00  fault  Refuse struck 1.50  [since=0.90]
    """


@undecided(checks.fallback_within_deadline, says="was not watched to its end", under=UNDER, limit_s=5.0)
def test_a_fallback_that_was_not_waited_for_long_enough_is_not_known() -> None:
    """
      1.10  amy    a1  supervisor  starts
      3.00  amy    asked a, in vain  [since=1.00]
    ! 4.00  fault  Refuse struck 1.50  [since=0.90]
    """


@undecided(checks.fallback_within_deadline, says="struck nothing while", under=UNDER, limit_s=5.0)
def test_a_fault_that_struck_before_the_question_says_nothing_about_the_wait() -> None:
    """
      1.10  amy    a1  supervisor  starts
      1.50  amy    a2  supervisor  half-answers "sorry"
      1.50  amy    asked a  [since=1.00]
    ! 4.00  fault  Refuse struck 0.95  [since=0.90]
    """


@vacuous(checks.fallback_within_deadline, under=UNDER, limit_s=5.0)
def test_without_the_fault_there_is_no_fallback() -> None:
    """
    1.10  amy    a1  supervisor  starts
    1.50  amy    a2  supervisor  answers yes
    1.50  amy    asked a  [since=1.00]
    2.00  fault  Stall struck 1.20  [since=0.90]
    """


@passes(checks.interrupted_runs_resume)
def test_a_run_that_goes_on_behind_a_lost_connection_survives_it() -> None:
    """
    amy  a1  supervisor  starts
    amy  asked a, lost
    amy  a2  supervisor  answers yes  [tab=2]
    amy  resumed a
    bob  b1  supervisor  starts
    bob  b2  supervisor  gives-up
    bob  asked b
    """


@fails(checks.interrupted_runs_resume, says="ended with an error when its connection was lost")
def test_a_run_that_dies_with_its_connection_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  asked a, lost
    ! amy  a2  supervisor  gives-up RUN_INTERRUPTED  [tab=2]
      amy  resumed a
    """


@fails(checks.interrupted_runs_resume, says="was resumed and never told to its end")
def test_a_run_that_cannot_be_taken_up_again_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  asked a, lost
    ! amy  resumed a, in vain
    """


@undecided(checks.interrupted_runs_resume, says="was not taken up again")
def test_somebody_who_does_not_come_back_cannot_tell() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  asked a, lost
    """


@vacuous(checks.interrupted_runs_resume)
def test_a_run_on_one_connection_was_not_interrupted() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers yes
    amy  asked a
    """
