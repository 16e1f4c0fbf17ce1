"""Connections suffice for everybody, stay within their limit, and none is lost; and each way of failing is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.everybody_was_answered, users=2)
def test_two_people_who_ask_at_once_and_get_an_answer_are_answered() -> None:
    """
    amy  a1  supervisor  starts
    bob  b1  supervisor  starts
    amy  a2  supervisor  answers yes
    bob  b2  supervisor  half-answers "as far as I can"
    amy  asked a
    bob  asked b
    """


@fails(checks.everybody_was_answered, users=2, says="bob got no answer")
def test_somebody_whose_run_ends_in_an_error_was_not_answered() -> None:
    """
      amy  a1  supervisor  starts
      bob  b1  supervisor  starts
      amy  a2  supervisor  answers yes
      bob  b2  supervisor  gives-up
      amy  asked a
    ! bob  asked b
    """


@fails(checks.everybody_was_answered, users=2, says="bob got no answer: it was in vain")
def test_somebody_who_hears_nothing_was_not_answered() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  supervisor  answers yes
      amy  asked a
    ! bob  asked, in vain
    """


@undecided(checks.everybody_was_answered, users=2, says="bob lost the connection")
def test_whether_somebody_behind_a_lost_connection_was_answered_is_not_known() -> None:
    """
      amy  a1  supervisor  starts
      bob  b1  supervisor  starts
      amy  a2  supervisor  answers yes
      amy  asked a
    ! bob  asked b, lost
    """


@undecided(checks.everybody_was_answered, users=2, says="at most 1 questions")
def test_people_who_ask_one_after_the_other_were_no_crowd() -> None:
    """
    0.10  amy  a1  supervisor  starts
    0.20  amy  a2  supervisor  answers yes
    0.20  amy  asked a
    0.40  bob  b1  supervisor  starts
    0.50  bob  b2  supervisor  answers yes
    0.50  bob  asked b  [since=0.30]
    """


@vacuous(checks.everybody_was_answered, users=2)
def test_without_a_question_nobody_was_answered() -> None:
    """
    amy  welcomed
    """


@passes(checks.sessions_within_pool, limit=10)
def test_a_full_pool_is_within_its_limit() -> None:
    """
    0.10  server  sessions 10/10
    0.50  amy     asked, in vain
    """


@fails(checks.sessions_within_pool, limit=10, says="there were 11 sessions")
def test_one_session_too_many_is_noticed_whenever_it_was_counted() -> None:
    """
      0.10  server  sessions 10/10
      0.50  amy     asked, in vain
    ! 0.60  server  sessions 11/0
    """


@vacuous(checks.sessions_within_pool, limit=10)
def test_what_was_counted_while_nobody_asked_says_nothing() -> None:
    """
    0.50  amy     asked, in vain
    0.60  server  sessions 3/0
    """


@passes(checks.sessions_open_within, limit_ms=100.0)
def test_one_slow_session_among_fast_ones_does_not_matter_on_average() -> None:
    """
    0.10  server  opened 0.200
    0.30  server  opened 0.020
    0.40  server  opened 0.030
    0.50  amy     asked, in vain
    """


@fails(checks.sessions_open_within, limit_ms=100.0, says="2 sessions took 120 ms on average")
def test_sessions_that_open_slowly_on_average_are_noticed_with_the_slowest() -> None:
    """
      0.10  server  opened 0.040
    ! 0.30  server  opened 0.200
      0.50  amy     asked, in vain
    """


@fails(checks.sessions_open_within, limit_ms=100.0, says="refused")
def test_a_session_that_is_refused_is_noticed() -> None:
    """
      0.10  server  opened 0.040
    ! 0.30  server  opened 0.001, refused
      0.50  amy     asked, in vain
    """


@undecided(checks.sessions_open_within, limit_ms=100.0, says="given up")
def test_whether_a_session_would_have_opened_that_was_given_up_is_not_known() -> None:
    """
      0.10  server  opened 0.040
    ! 0.30  server  opened 0.001, lost
      0.50  amy     asked, in vain
    """


@vacuous(checks.sessions_open_within, limit_ms=100.0)
def test_a_session_that_was_opened_while_nobody_asked_says_nothing() -> None:
    """
    0.50  amy     asked, in vain
    0.60  server  opened 0.500
    """


@passes(checks.sessions_return_to_start, failures=2, limit=10)
def test_sessions_that_were_opened_meanwhile_and_closed_again_are_no_leak() -> None:
    """
    0.10  server  sessions 3/0
    0.20  amy     submitted a, refused
    0.30  server  sessions 5/1
    0.40  amy     submitted b, refused
    0.50  server  sessions 4/0
    0.60  server  sessions 3/0
    """


@fails(checks.sessions_return_to_start, failures=2, limit=10, says="3 sessions before and 5 after 2 failing requests")
def test_sessions_that_stay_open_after_errors_are_a_leak() -> None:
    """
      0.05  server  sessions 9/0
    ! 0.10  server  sessions 3/0
      0.20  amy     submitted a, refused
      0.40  amy     submitted b, refused
      0.50  server  sessions 4/0
    ! 0.60  server  sessions 5/0
    """


@undecided(checks.sessions_return_to_start, failures=1, limit=10, says="a lost one would not show")
def test_a_pool_that_is_full_from_the_start_hides_a_leak() -> None:
    """
    ! 0.10  server  sessions 10/0
      0.20  amy     submitted a, refused
      0.30  server  sessions 10/0
    """


@undecided(checks.sessions_return_to_start, failures=2, limit=10, says="only 1 requests failed")
def test_fewer_failures_than_planned_prove_too_little() -> None:
    """
    0.10  server  sessions 3/0
    0.20  amy     submitted a, refused
    0.25  amy     submitted b
    0.30  server  sessions 3/0
    """


@undecided(checks.sessions_return_to_start, failures=1, limit=10, says="both before and after")
def test_sessions_that_were_not_counted_afterwards_may_have_been_lost() -> None:
    """
    0.10  server  sessions 3/0
    0.20  amy     submitted a, refused
    """


@vacuous(checks.sessions_return_to_start, failures=2, limit=10)
def test_without_a_failure_there_is_nothing_to_return_from() -> None:
    """
    0.10  server  sessions 3/0
    0.20  amy     submitted a
    0.30  server  sessions 3/0
    """
