"""A story ends once, tells nothing afterwards, and its deltas are its answer; each way of not doing so is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.one_terminal_event)
def test_an_answer_of_the_root_agent_ends_a_run_and_a_sub_agents_does_not() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  triage      starts
    amy  a3  triage      answers done
    amy  a4  supervisor  answers yes
    amy  asked a
    """


@passes(checks.one_terminal_event)
def test_an_error_of_the_root_agent_ends_a_run_too() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  gives-up RUN_FAILED
    amy  asked a
    """


@fails(checks.one_terminal_event, says="ends 2 times")
def test_a_run_that_ends_twice_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  answers yes
    ! amy  a3  supervisor  gives-up RUN_FAILED
      amy  asked a
    """


@fails(checks.one_terminal_event, says="never ends")
def test_a_run_that_was_watched_and_did_not_end_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  triage      starts
    ! amy  a3  triage      answers done
      amy  asked a, in vain
    """


@undecided(checks.one_terminal_event, says="could not be watched to its end")
def test_whether_a_run_ended_behind_a_lost_connection_is_not_known() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  thinks hm
      amy  asked a, lost
    """


@undecided(checks.one_terminal_event, says="could not be watched to its end")
def test_a_run_that_was_announced_after_its_question_was_cut_off_ended_unseen() -> None:
    """
      amy  asked, lost  [message=m1]
      amy  a1  supervisor  starts  [message=m1]
    ! amy  a2  supervisor  thinks hm
    """


@undecided(checks.one_terminal_event, says="could not be watched to its end")
def test_a_run_that_nobody_asked_for_is_watched_until_the_act_is_cut_off() -> None:
    """
      amy       a1  supervisor  starts
    ! amy       a2  supervisor  thinks hm
      scenario  acted, lost
    """


@fails(checks.one_terminal_event, says="never ends")
def test_a_run_that_nobody_asked_for_has_the_whole_act_to_end() -> None:
    """
      amy       a1  supervisor  starts
    ! amy       a2  supervisor  thinks hm
      scenario  acted
    """


@fails(checks.one_terminal_event, says="never ends")
def test_another_question_that_was_cut_off_excuses_no_run() -> None:
    """
      amy  asked, lost  [message=m1]
      bob  asked, lost  [message=m2]
      amy  a1  supervisor  starts  [message=m2]
    ! amy  a2  supervisor  thinks hm
    """


@fails(checks.one_terminal_event, says="never ends")
def test_a_question_that_was_given_up_is_not_cut_off() -> None:
    """
      amy  asked, in vain  [message=m1]
    ! amy  a1  supervisor  starts  [message=m1]
    """


@fails(checks.one_terminal_event)
def test_a_run_that_did_not_end_after_it_was_resumed_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
      amy  asked a, lost
    ! amy  a2  supervisor  thinks hm  [tab=2]
      amy  resumed a, in vain
    """


@vacuous(checks.one_terminal_event)
def test_without_a_run_nothing_ends() -> None:
    """
    amy  welcomed
    """


@passes(checks.nothing_after_terminal)
def test_silence_after_the_answer_keeps_the_promise_also_while_others_talk() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers yes
    bob  b1  supervisor  starts
    """


@fails(checks.nothing_after_terminal, says="agent_thinking came after the terminal event")
def test_a_late_delta_after_the_answer_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  answers yes
    ! amy  a3  report      says yes
    """


@vacuous(checks.nothing_after_terminal)
def test_after_a_run_that_did_not_end_nothing_can_come() -> None:
    """
    amy  a1  supervisor  starts
    amy  asked a, lost
    """


@passes(checks.deltas_equal_result)
def test_deltas_that_add_up_to_the_answer_equal_it_and_thoughts_do_not_count() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  thinks hm
    amy  a3  report      says "Save 9"
    amy  a4  report      says ".00 on S3"
    amy  a5  supervisor  answers "Save 9.00 on S3"
    """


@fails(checks.deltas_equal_result)
def test_an_answer_of_which_a_part_was_not_streamed_differs() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  report      says "Save 9"
    ! amy  a3  supervisor  answers "Save 9.00 on S3"
    """


@fails(checks.deltas_equal_result)
def test_an_answer_that_was_not_streamed_at_all_differs() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  answers "Save 9.00 on S3"
    """


@fails(checks.deltas_equal_result)
def test_a_delta_after_the_answer_makes_it_differ() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  report      says yes
    ! amy  a3  supervisor  answers yes
    ! amy  a4  report      says yes
    """


@vacuous(checks.deltas_equal_result)
def test_a_run_that_gave_up_has_no_answer_to_compare_with() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  report      says "Save 9"
    amy  a3  supervisor  gives-up RUN_FAILED
    """


@vacuous(checks.deltas_equal_result)
def test_an_empty_answer_without_deltas_is_nothing_to_compare() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers
    """


@passes(checks.deltas_equal_result)
def test_a_delta_of_null_is_no_text() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  report      says json null
    amy  a3  report      says "Save 5 "
    amy  a4  report      says json null
    amy  a5  report      says json {"type": "text_delta", "text": "USD."}
    amy  a6  supervisor  answers json [{"type": "text", "text": "Save 5 USD."}]
    """


@fails(checks.deltas_equal_result)
def test_the_word_none_is_a_text() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  report      says None
    ! amy  a3  supervisor  answers json null
    """


@undecided(checks.deltas_equal_result, says="its delta is 5, which cannot be read")
def test_a_delta_that_is_a_number_cannot_be_compared() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  report      says json 5
      amy  a3  supervisor  answers "5"
    """
