"""Every question starts a run, and its story is told in order; each way of telling it wrong is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.every_question_starts_a_run)
def test_a_question_that_started_a_run_is_answered() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers yes
    amy  asked a
    """


@fails(checks.every_question_starts_a_run, says="bob asked and no run was announced")
def test_a_question_for_which_no_run_was_announced_is_not_answered() -> None:
    """
      amy  a1  supervisor  starts
      amy  asked a
    ! bob  asked, in vain
    """


@undecided(checks.every_question_starts_a_run)
def test_whether_a_question_on_a_lost_connection_was_answered_is_not_known() -> None:
    """
      amy  a1  supervisor  starts
      amy  asked a
    ! bob  asked, lost
    """


@vacuous(checks.every_question_starts_a_run)
def test_without_a_question_nobody_can_be_answered() -> None:
    """
    amy  welcomed
    amy  a1  supervisor  starts
    """


@passes(checks.every_question_starts_a_run, actors=["amy"])
def test_a_question_of_somebody_who_is_not_judged_does_not_count() -> None:
    """
    amy  a1  supervisor  starts
    amy  asked a
    bob  asked, in vain
    """


@passes(checks.starts_first)
def test_a_run_that_begins_with_its_start_starts_first() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  thinks hm
    """


@fails(checks.starts_first, says="begins with agent_thinking")
def test_a_thought_before_the_start_breaks_the_order() -> None:
    """
      amy  b1  supervisor  starts
    ! amy  a2  supervisor  thinks hm
      amy  a1  supervisor  starts
    """


@vacuous(checks.starts_first)
def test_without_a_run_nothing_starts_first() -> None:
    """
    amy  welcomed
    """


@passes(checks.gap_free_sequence)
def test_a_climb_by_one_has_no_gap_whatever_happens_in_between() -> None:
    """
    amy  a1  supervisor  starts
    bob  b1  supervisor  starts
    amy  a2  supervisor  thinks hm
    bob  b2  supervisor  answers yes
    amy  a3  supervisor  answers yes
    """


@fails(checks.gap_free_sequence, says="expected seq 3, but 4 came")
def test_an_event_that_never_came_is_a_gap() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  supervisor  thinks hm
    ! amy  a4  supervisor  answers yes
    """


@fails(checks.gap_free_sequence)
def test_an_event_that_came_twice_is_no_climb() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  supervisor  thinks hm
    ! amy  a2  supervisor  thinks hm
      amy  a3  supervisor  answers yes
    """


@fails(checks.gap_free_sequence)
def test_a_run_that_does_not_begin_at_one_has_a_gap() -> None:
    """
    ! amy  a2  supervisor  starts
      amy  a3  supervisor  answers yes
    """


@fails(checks.gap_free_sequence, says="None came")
def test_an_event_without_seq_breaks_the_sequence() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a?  supervisor  thinks hm
      amy  a3  supervisor  answers yes
    """


@passes(checks.gap_free_sequence)
def test_a_run_continued_in_another_tab_is_one_sequence() -> None:
    """
    amy  a1  supervisor  starts
    amy  asked a, lost
    amy  a2  supervisor  answers yes  [tab=2]
    amy  resumed a
    """


@vacuous(checks.gap_free_sequence)
def test_without_a_run_there_is_no_sequence() -> None:
    """
    amy  asked, in vain
    """


@passes(checks.tools_inside_run)
def test_a_tool_between_start_and_answer_is_inside() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  data        calls cost#1
    amy  a3  data        gets cost#1 S3=9.00
    amy  a4  supervisor  answers yes
    """


@fails(checks.tools_inside_run)
def test_a_tool_that_runs_before_the_start_is_outside() -> None:
    """
    ! amy  a1  data        calls cost#1
      amy  a2  supervisor  starts
      amy  a3  data        gets cost#1 S3=9.00
    """


@fails(checks.tools_inside_run)
def test_a_tool_that_completes_after_the_answer_is_outside() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  data        calls cost#1
      amy  a3  supervisor  answers yes
    ! amy  a4  data        gets cost#1 S3=9.00
    """


@vacuous(checks.tools_inside_run)
def test_a_run_without_tools_has_none_inside() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers yes
    """


@undecided(checks.gap_free_sequence, says='the seq of agent_thinking is "2", which is not a whole number')
def test_a_seq_that_is_a_text_cannot_be_counted_with() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  thinks hm  [seq="2"]
      amy  a3  supervisor  answers yes
    """


@passes(checks.gap_free_sequence)
def test_a_seq_may_be_written_with_a_point() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  thinks hm  [seq=2.0]
    amy  a3  supervisor  answers yes
    """


@fails(checks.gap_free_sequence, says="expected seq 4, but 5 came")
def test_a_gap_behind_an_odd_seq_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  supervisor  thinks hm
      amy  a3  supervisor  thinks hm  [seq=true]
    ! amy  a5  supervisor  answers yes
    """
