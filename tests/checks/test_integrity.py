"""Acknowledged is there once, refused is not there, nothing is half; and each way of breaking that is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.acknowledged_is_stored_once)
def test_a_message_and_an_effect_that_are_there_once_were_rightly_acknowledged() -> None:
    """
    amy       a1  supervisor  starts
    amy       a2  data        calls file_saving#4
    amy       a3  data        gets file_saving#4 json {}
    amy       asked a
    server    unit_runs amy a
    postgres  file_saving amy a#4
    """


@fails(checks.acknowledged_is_stored_once, says="a message of amy was acknowledged and is stored 0 times")
def test_an_acknowledged_message_that_is_not_there_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
    ! amy     asked a
      server  unit_runs amy
    """


@fails(checks.acknowledged_is_stored_once, says="stored 2 times")
def test_an_acknowledged_message_that_is_there_twice_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
    ! amy     submitted a
      server  unit_runs amy a a
    """


@fails(checks.acknowledged_is_stored_once, says="an effect in amy's run run-a was acknowledged and is stored 0 times")
def test_an_acknowledged_effect_that_is_not_there_is_noticed() -> None:
    """
      amy       a1  supervisor  starts
      amy       a2  data        calls file_saving#4
    ! amy       a3  data        gets file_saving#4 json {}
      postgres  file_saving amy
    """


@undecided(checks.acknowledged_is_stored_once, says="after the store had been read")
def test_what_was_acknowledged_after_the_reading_may_have_been_stored_later() -> None:
    """
      0.10  amy       a1  supervisor  starts
      0.20  amy       a2  data        calls file_saving#4
      0.30  postgres  file_saving amy
    ! 0.40  amy       a3  data        gets file_saving#4 json {}
    """


@vacuous(checks.acknowledged_is_stored_once)
def test_what_was_acknowledged_to_somebody_of_whom_nothing_was_read_is_not_known() -> None:
    """
    amy     a1  supervisor  starts
    amy     asked a
    server  unit_runs bob
    """


@passes(checks.refused_is_not_stored)
def test_what_was_refused_and_is_not_there_was_rightly_refused() -> None:
    """
    amy       welcomed
    amy       submitted b, refused
    amy       a1  supervisor  starts
    amy       a2  data        calls file_saving#4
    amy       a3  data        fails file_saving#4 no
    server    unit_runs amy a
    postgres  file_saving amy
    """


@fails(checks.refused_is_not_stored, says="a message of amy was refused and is stored 1 times")
def test_a_refused_message_that_is_there_is_noticed() -> None:
    """
      amy     welcomed
    ! amy     submitted a, refused
      server  unit_runs amy a?
    """


@fails(checks.refused_is_not_stored, says="an effect in amy's run run-a was refused and is stored 1 times")
def test_a_failed_effect_that_is_there_is_noticed() -> None:
    """
      amy       a1  supervisor  starts
      amy       a2  data        calls file_saving#4
    ! amy       a3  data        fails file_saving#4 no
      postgres  file_saving amy a#4
    """


@vacuous(checks.refused_is_not_stored)
def test_a_message_without_any_answer_was_not_refused() -> None:
    """
    amy     welcomed
    amy     submitted a, lost
    server  unit_runs amy a
    """


@passes(checks.no_half_unit)
def test_a_run_that_is_there_with_all_its_parts_is_whole_and_so_is_one_under_way() -> None:
    """
    server    unit_threads amy a b
    server    unit_runs amy a b?
    server    unit_messages amy a b?
    postgres  stored_events amy a1-5 b1-2
    """


@fails(checks.no_half_unit, says="run run-a has no first event")
def test_a_run_without_its_first_event_is_half() -> None:
    """
      server    unit_threads amy a
    ! server    unit_runs amy a
      server    unit_messages amy a
      postgres  stored_events amy a2-5
    """


@fails(checks.no_half_unit, says="run run-a has gaps in its events")
def test_a_run_with_a_gap_in_its_events_is_half() -> None:
    """
      server    unit_threads amy a
    ! server    unit_runs amy a
      server    unit_messages amy a
      postgres  stored_events amy a1-2 a4
    """


@fails(checks.no_half_unit, says="run run-a has 0 messages (and 1 more)")
def test_a_run_without_its_message_is_half() -> None:
    """
      server    unit_threads amy a
    ! server    unit_runs amy a
      server    unit_messages amy
      postgres  stored_events amy a1-3
    """


@fails(checks.no_half_unit, says="a result without an answer")
def test_a_result_that_is_not_in_the_thread_is_half() -> None:
    """
      server    unit_threads amy a
    ! server    unit_runs amy a
      server    unit_messages amy a?
      postgres  stored_events amy a1-3
    """


@fails(checks.no_half_unit, says="run run-a has no thread (and 1 more)")
def test_a_run_in_a_thread_that_is_not_there_is_half_and_so_is_a_thread_without_a_run() -> None:
    """
      server    unit_threads amy b
    ! server    unit_runs amy a
      server    unit_messages amy a
      postgres  stored_events amy a1-3
    """


@fails(checks.no_half_unit, says="user message without a run (and 2 more)")
def test_a_message_and_an_event_without_their_run_are_half() -> None:
    """
      server    unit_threads amy
    ! server    unit_runs amy
      server    unit_messages amy a
      postgres  stored_events amy a1
    """


@vacuous(checks.no_half_unit)
def test_what_was_read_in_part_only_cannot_be_judged() -> None:
    """
    server    unit_runs amy a
    postgres  stored_events amy a1-3
    """


@passes(checks.next_user_gets_a_clean_connection, actor="eve")
def test_a_request_that_is_served_after_each_error_shows_that_nothing_was_left_behind() -> None:
    """
    0.50  fault  HoldLock struck 0.40
    0.60  eve    read /usage
    0.90  fault  Deadlock struck 0.80
    1.20  eve    read /usage
    """


@fails(checks.next_user_gets_a_clean_connection, actor="eve", says="after Deadlock eve was answered it was refused")
def test_a_refusal_after_an_error_is_noticed_also_when_the_next_request_is_served() -> None:
    """
      0.50  fault  HoldLock struck 0.40
      0.60  eve    read /usage
    ! 0.90  fault  Deadlock struck 0.80
    ! 1.20  eve    read /usage, refused
      1.30  eve    read /usage
    """


@undecided(checks.next_user_gets_a_clean_connection, actor="eve", says="eve asked for nothing after Deadlock")
def test_an_error_after_which_nobody_asked_for_anything_says_nothing() -> None:
    """
      0.50  fault  HoldLock struck 0.40
      0.60  eve    read /usage
    ! 0.90  fault  Deadlock struck 0.80
      1.20  bob    read /usage
    """


@undecided(checks.next_user_gets_a_clean_connection, actor="eve", says="had no answer")
def test_a_request_without_any_answer_may_have_been_lost_on_its_way() -> None:
    """
    ! 0.50  fault  HoldLock struck 0.40
    ! 0.60  eve    read /usage, lost
    """


@vacuous(checks.next_user_gets_a_clean_connection, actor="eve")
def test_a_planned_restart_is_no_error_to_recover_from() -> None:
    """
    0.50  fault  restart struck 0.40
    0.60  eve    read /usage
    """
