"""Tools run, once, side by side where they should; and each way of not doing so is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous

TOGETHER = ("cost", "usage")


@passes(checks.enough_tools_run, at_least=2)
def test_two_different_tools_are_two() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  data        calls cost#1
    amy  a3  data        calls usage#2
    """


@fails(checks.enough_tools_run, at_least=2, says="ran 1 tools")
def test_the_same_tool_twice_is_one() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  data        calls cost#1
      amy  a3  data        calls cost#2
    ! amy  a4  supervisor  answers yes
      amy  asked a
    """


@undecided(checks.enough_tools_run, at_least=2, says="could not be watched")
def test_how_many_tools_ran_behind_a_lost_connection_is_not_known() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost#1
      amy  asked a, lost
    """


@vacuous(checks.enough_tools_run, at_least=2)
def test_without_a_run_no_tool_is_missing() -> None:
    """
    amy  welcomed
    """


@passes(checks.tools_overlap, together=TOGETHER)
def test_tools_that_all_began_before_one_completed_ran_side_by_side() -> None:
    """
    amy  a1  data  calls cost#1
    amy  a2  data  calls usage#2
    amy  a3  data  gets usage#2 S3=10.0
    amy  a4  data  gets cost#1 S3=9.00
    """


@passes(checks.tools_overlap, together=TOGETHER)
def test_a_tool_that_is_called_again_later_ran_side_by_side_the_first_time() -> None:
    """
    amy  a1  data  calls cost#1
    amy  a2  data  calls usage#2
    amy  a3  data  gets usage#2 S3=10.0
    amy  a4  data  gets cost#1 S3=9.00
    amy  a5  data  calls cost#3
    amy  a6  data  gets cost#3 S3=9.00
    """


@fails(checks.tools_overlap, together=TOGETHER, says="completed before another began")
def test_one_tool_after_the_other_is_not_side_by_side() -> None:
    """
      amy  a1  data  calls cost#1
    ! amy  a2  data  gets cost#1 S3=9.00
    ! amy  a3  data  calls usage#2
      amy  a4  data  gets usage#2 S3=10.0
    """


@undecided(checks.tools_overlap, together=TOGETHER)
def test_tools_that_were_not_seen_to_complete_may_have_run_side_by_side() -> None:
    """
      amy  a1  data  calls cost#1
    ! amy  a2  data  calls usage#2
      amy  asked a, lost
    """


@vacuous(checks.tools_overlap, together=TOGETHER)
def test_one_tool_alone_cannot_overlap() -> None:
    """
    amy  a1  data  calls cost#1
    amy  a2  data  gets cost#1 S3=9.00
    """


@passes(checks.every_tool_call_completed)
def test_calls_that_complete_in_another_order_or_fail_are_completed() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  data        calls cost#1
    amy  a3  data        calls invoice#2
    amy  a4  data        fails invoice#2 there is none
    amy  a5  data        gets cost#1 S3=9.00
    amy  a6  supervisor  half-answers yes
    """


@fails(checks.every_tool_call_completed, says="cost completed 0 times")
def test_a_call_that_never_completes_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost#1
      amy  a3  supervisor  answers yes
    """


@fails(checks.every_tool_call_completed, says="cost completed 2 times")
def test_a_call_that_completes_twice_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost#1
    ! amy  a3  data        gets cost#1 S3=9.00
    ! amy  a4  data        gets cost#1 S3=9.00
      amy  a5  supervisor  answers yes
    """


@fails(checks.every_tool_call_completed, says="was executed 2 times")
def test_a_call_that_is_executed_twice_and_completed_once_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost#1
    ! amy  a3  data        calls cost#1
      amy  a4  data        gets cost#1 S3=9.00
      amy  a5  supervisor  answers yes
    """


@fails(checks.every_tool_call_completed, says="at the wrong time")
def test_a_call_that_completes_after_the_run_ended_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost#1
      amy  a3  supervisor  answers yes
    ! amy  a4  data        gets cost#1 S3=9.00
    """


@fails(checks.every_tool_call_completed, says="at the wrong time")
def test_a_call_that_completes_before_it_is_executed_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        gets cost#1 S3=9.00
    ! amy  a3  data        calls cost#1
      amy  a4  supervisor  answers yes
    """


@fails(checks.every_tool_call_completed, says="completed that was never executed")
def test_a_completion_without_a_call_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        gets cost#1 S3=9.00
      amy  a3  supervisor  answers yes
    """


@fails(checks.every_tool_call_completed, says="has no call id")
def test_a_call_without_a_call_id_can_be_matched_by_nothing() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost
      amy  a3  data        gets cost S3=9.00
      amy  a4  supervisor  answers yes
    """


@passes(checks.every_tool_call_completed)
def test_the_same_call_id_in_another_run_is_another_call() -> None:
    """
    amy  a1  supervisor  starts
    bob  b1  supervisor  starts
    amy  a2  data        calls cost#1
    bob  b2  data        calls cost#1
    amy  a3  data        gets cost#1 S3=9.00
    bob  b3  data        gets cost#1 S3=7.00
    amy  a4  supervisor  answers yes
    bob  b4  supervisor  answers yes
    """


@undecided(checks.every_tool_call_completed, says="could not be watched")
def test_whether_a_call_completed_behind_a_lost_connection_is_not_known() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls cost#1
      amy  asked a, lost
    """


@vacuous(checks.every_tool_call_completed)
def test_without_a_call_nothing_can_complete() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers yes
    """


@passes(checks.failing_tool_is_told, tool="invoice")
def test_a_failure_that_is_told_and_makes_the_answer_partial_is_honest() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  data        calls invoice#1
    amy  a3  data        fails invoice#1 there is none
    amy  a4  supervisor  half-answers "all but the invoice"
    """


@fails(checks.failing_tool_is_told, tool="invoice", says="the failure of invoice is not told")
def test_a_failing_tool_that_reports_a_result_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls invoice#1
    ! amy  a3  data        gets invoice#1 S3=9.00
      amy  a4  supervisor  half-answers "all but the invoice"
    """


@fails(checks.failing_tool_is_told, tool="invoice", says="the failure of invoice is not told")
def test_a_failing_tool_that_reports_nothing_at_all_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls invoice#1
      amy  a3  supervisor  half-answers "all but the invoice"
    """


@fails(checks.failing_tool_is_told, tool="invoice", says="the failure of invoice is not told")
def test_a_failure_without_a_reason_is_not_told() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls invoice#1
    ! amy  a3  data        fails invoice#1
      amy  a4  supervisor  half-answers "all but the invoice"
    """


@fails(checks.failing_tool_is_told, tool="invoice", says="ends completed although invoice failed")
def test_an_answer_that_claims_to_be_complete_although_a_tool_failed_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls invoice#1
      amy  a3  data        fails invoice#1 there is none
    ! amy  a4  supervisor  answers "everything"
    """


@fails(checks.failing_tool_is_told, tool="invoice", says="ends with agent_error although invoice failed")
def test_a_failing_tool_must_not_cost_the_person_the_whole_answer() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls invoice#1
      amy  a3  data        fails invoice#1 there is none
    ! amy  a4  supervisor  gives-up RUN_FAILED
    """


@undecided(checks.failing_tool_is_told, tool="invoice", says="was not seen to end")
def test_what_the_answer_said_behind_a_lost_connection_is_not_known() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  data        calls invoice#1
      amy  a3  data        fails invoice#1 there is none
      amy  asked a, lost
    """


@vacuous(checks.failing_tool_is_told, tool="invoice")
def test_a_tool_that_was_not_called_cannot_fail() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  data        calls cost#1
    amy  a3  data        gets cost#1 S3=9.00
    amy  a4  supervisor  answers yes
    """
