"""A bad network loses and doubles nothing of a run that is resumed; and each way of doing so is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.resumed_equals_clean, at_least=1)
def test_a_run_that_goes_on_where_it_was_cut_off_equals_the_undisturbed_one() -> None:
    """
    amy     a1  supervisor  starts [made=0.1]
    tablet  a1  supervisor  starts [made=0.1 user=amy]
    amy     asked a, lost
    tablet  a2  supervisor  answers yes [made=0.2 user=amy]
    amy     a2  supervisor  answers yes [made=0.2 tab=2]
    amy     resumed a
    """


@fails(checks.resumed_equals_clean, at_least=1, says="agent_completed (seq 3) against agent_thinking (seq 2)")
def test_an_event_that_a_resumed_run_skips_is_noticed() -> None:
    """
      amy     a1  supervisor  starts [made=0.1]
      tablet  a1  supervisor  starts [made=0.1 user=amy]
      amy     asked a, lost
    ! tablet  a2  supervisor  thinks hm [made=0.2 user=amy]
      tablet  a3  supervisor  answers yes [made=0.3 user=amy]
    ! amy     a3  supervisor  answers yes [made=0.3 tab=2]
      amy     resumed a
    """


@fails(checks.resumed_equals_clean, at_least=1, says="against nothing more")
def test_an_event_that_is_told_again_after_a_cut_is_noticed() -> None:
    """
      amy     a1  supervisor  starts [made=0.1]
      tablet  a1  supervisor  starts [made=0.1 user=amy]
      amy     asked a, lost
      amy     a2  supervisor  answers yes [made=0.2]
      tablet  a2  supervisor  answers yes [made=0.2 user=amy]
    ! amy     a2  supervisor  answers yes [made=0.2 tab=2]
      amy     resumed a
    """


@fails(checks.resumed_equals_clean, at_least=1, says="part")
def test_an_event_that_is_another_one_after_a_cut_is_noticed() -> None:
    """
      amy     a1  supervisor  starts [made=0.1]
      tablet  a1  supervisor  starts [made=0.1 user=amy]
      amy     asked a, lost
    ! tablet  a2  supervisor  answers yes [made=0.2 user=amy]
    ! amy     a2  supervisor  answers no [made=0.2 tab=2]
      amy     resumed a
    """


@undecided(checks.resumed_equals_clean, at_least=1, says="amy's run run-a could not be watched to its end")
def test_what_would_have_come_behind_the_last_cut_is_not_known() -> None:
    """
      amy     a1  supervisor  starts [made=0.1]
      tablet  a1  supervisor  starts [made=0.1 user=amy]
      amy     asked a, lost
    ! amy     a2  supervisor  thinks hm [made=0.2 tab=2]
      tablet  a2  supervisor  thinks hm [made=0.2 user=amy]
      tablet  a3  supervisor  answers yes [made=0.3 user=amy]
      amy     resumed a, lost
    """


@fails(checks.resumed_equals_clean, at_least=1, says="part")
def test_a_last_cut_excuses_nothing_that_was_told_before_it() -> None:
    """
      amy     a1  supervisor  starts [made=0.1]
      tablet  a1  supervisor  starts [made=0.1 user=amy]
      amy     asked a, lost
    ! amy     a3  supervisor  thinks ho [made=0.3 tab=2]
    ! tablet  a2  supervisor  thinks hm [made=0.2 user=amy]
      tablet  a3  supervisor  thinks ho [made=0.3 user=amy]
      amy     resumed a, lost
    """


@undecided(checks.resumed_equals_clean, at_least=2, says="only 1 times")
def test_too_few_cuts_say_nothing() -> None:
    """
      amy     a1  supervisor  starts [made=0.1]
      tablet  a1  supervisor  starts [made=0.1 user=amy]
      amy     asked a, lost
    ! amy     resumed a
    """


@undecided(checks.resumed_equals_clean, at_least=1, says="nobody saw amy's run undisturbed")
def test_without_an_undisturbed_device_there_is_nothing_to_compare_with() -> None:
    """
      amy     a1  supervisor  starts
      amy     asked a, lost
      amy     a2  supervisor  answers yes [tab=2]
    ! amy     resumed a
    """


@vacuous(checks.resumed_equals_clean, at_least=1)
def test_a_run_that_was_never_cut_off_was_not_resumed() -> None:
    """
    amy     a1  supervisor  starts
    tablet  a1  supervisor  starts [user=amy]
    amy     asked a
    """
