"""An announced state is a committed state and the other way round; and each way of breaking that is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.committed_when_announced)
def test_a_row_that_is_there_when_its_event_arrives_was_committed() -> None:
    """
    amy       a1  supervisor  starts
    postgres  event_row a1 found
    """


@fails(checks.committed_when_announced)
def test_a_row_that_is_not_there_when_its_event_arrives_was_announced_too_early() -> None:
    """
      amy       a1  supervisor  starts
      postgres  event_row a1 found
    ! amy       a2  supervisor  answers yes
    ! postgres  event_row a2 missing
      postgres  event_row a2 found
    """


@fails(checks.committed_when_announced)
def test_of_an_event_that_came_twice_the_one_before_the_reading_is_shown() -> None:
    """
    ! amy       a1  supervisor  starts
    ! postgres  event_row a1 missing
      amy       a1  supervisor  starts
      postgres  event_row a1 found
    """


@vacuous(checks.committed_when_announced)
def test_rows_of_events_that_nobody_received_tell_nothing() -> None:
    """
    amy       a1  supervisor  starts
    postgres  event_row b1 missing
    """


@passes(checks.nothing_announced_while_commit_stalled)
def test_an_event_that_arrives_after_its_stalled_commit_was_let_go_is_late_enough() -> None:
    """
    0.20  amy       a1  supervisor  starts
    1.30  amy       a2  supervisor  answers yes
    1.40  fault     StallCommit struck 0.25  [since=0.10 side=request hold_s=1.0]
    1.50  postgres  commit_times amy a1=0.15 a2=1.28
    """


@fails(checks.nothing_announced_while_commit_stalled, says="came 0.950 s before its COMMIT was let go")
def test_an_event_that_arrives_while_its_commit_is_held_back_was_announced_too_early() -> None:
    """
      0.20  amy       a1  supervisor  starts
    ! 0.30  amy       a2  supervisor  answers yes
    ! 1.40  fault     StallCommit struck 0.25  [since=0.10 side=request hold_s=1.0]
      1.50  postgres  commit_times amy a1=0.15 a2=1.28
    """


@fails(checks.nothing_announced_while_commit_stalled, says="came 0.940 s before its COMMIT was let go")
def test_an_event_that_arrives_while_the_answer_to_its_commit_is_held_back_was_announced_too_early() -> None:
    """
      0.20  amy       a1  supervisor  starts
    ! 0.30  amy       a2  supervisor  thinks hm
      1.35  amy       a3  supervisor  answers yes
    ! 1.40  fault     StallCommit struck 0.24  [since=0.10 side=answer hold_s=1.0]
      1.50  postgres  commit_times amy a1=0.15 a2=0.23 a3=1.30
    """


@fails(checks.nothing_announced_while_commit_stalled)
def test_a_commit_held_until_it_is_healed_is_let_go_then() -> None:
    """
    ! 0.30  amy       a1  supervisor  starts
    ! 1.40  fault     StallCommit struck 0.25  [since=0.10 side=answer hold_s=none]
      1.50  postgres  commit_times amy a1=0.24
    """


@undecided(checks.nothing_announced_while_commit_stalled, says="never arrived")
def test_a_stalled_commit_whose_event_never_arrived_tells_nothing() -> None:
    """
      0.05  amy       a1  supervisor  starts
    ! 1.40  fault     StallCommit struck 0.25  [since=0.10 side=request hold_s=1.0]
      1.50  postgres  commit_times amy a1=0.04 a2=1.28
    """


@undecided(checks.nothing_announced_while_commit_stalled, says="never arrived")
def test_the_event_before_one_that_was_stalled_and_lost_is_not_taken_for_it() -> None:
    """
      0.20  amy       a1  supervisor  starts
    ! 1.40  fault     StallCommit struck 0.25  [since=0.10 side=answer hold_s=1.0]
      1.50  postgres  commit_times amy a1=0.19 a2=0.24
    """


@fails(checks.nothing_announced_while_commit_stalled)
def test_an_event_that_came_too_early_and_again_in_time_came_too_early() -> None:
    """
    ! 0.30  amy       a1  supervisor  starts
      1.35  amy       a1  supervisor  starts
    ! 1.40  fault     StallCommit struck 0.25  [since=0.10 side=answer hold_s=1.0]
      1.50  postgres  commit_times amy a1=0.24
    """


@vacuous(checks.nothing_announced_while_commit_stalled)
def test_a_fault_that_stalled_no_commit_tells_nothing() -> None:
    """
    amy    a1  supervisor  starts
    fault  StallCommit              [side=request hold_s=1.0]
    fault  CutAtCommit struck 0.01  [side=request]
    """


@passes(checks.announced_events_are_stored)
def test_events_that_are_all_stored_were_rightly_announced() -> None:
    """
    amy       a1  supervisor  starts
    amy       a2  supervisor  answers yes
    postgres  stored_events amy a1-2
    """


@fails(checks.announced_events_are_stored, says="amy received agent_thinking (seq 2), which is not stored")
def test_an_event_of_a_step_that_was_rolled_back_is_noticed() -> None:
    """
      amy       a1  supervisor  starts
    ! amy       a2  supervisor  thinks hm  [id=a99]
      amy       a2  supervisor  answers yes
      postgres  stored_events amy a1-2
    """


@fails(checks.announced_events_are_stored)
def test_an_event_under_a_name_that_is_nobodys_is_stored_for_nobody() -> None:
    """
      amy       a1  supervisor  starts
    ! amy       a2  supervisor  thinks hm  [user=nobody]
      postgres  stored_events amy a1-2
    """


@fails(checks.announced_events_are_stored)
def test_what_counts_is_what_was_stored_last() -> None:
    """
      amy       a1  supervisor  starts
    ! amy       a2  supervisor  answers yes
      postgres  stored_events amy a1-2
      postgres  stored_events amy a1
    """


@undecided(checks.announced_events_are_stored, says="came after the store had been read")
def test_an_event_that_came_after_the_store_was_read_may_be_stored_or_not() -> None:
    """
      amy       a1  supervisor  starts
      postgres  stored_events amy a1
    ! amy       a2  supervisor  answers yes
    """


@vacuous(checks.announced_events_are_stored)
def test_without_a_reading_nothing_is_known_to_be_stored() -> None:
    """
    amy       a1  supervisor  starts
    postgres  stored_events bob b1
    """


@passes(checks.stored_events_arrive)
def test_stored_events_that_arrive_over_two_tabs_once_each_have_arrived() -> None:
    """
    amy       a1  supervisor  starts
    amy       asked a, lost
    amy       a2  supervisor  answers yes  [tab=2]
    amy       resumed a
    postgres  stored_events amy a1-2
    """


@fails(checks.stored_events_arrive, says="event (seq 2) of user-amy is stored and arrived 0 times")
def test_a_stored_event_that_never_arrives_is_lost() -> None:
    """
      amy       a1  supervisor  starts
      amy       a3  supervisor  answers yes
      amy       asked a
    ! postgres  stored_events amy a1-3
    """


@fails(checks.stored_events_arrive, says="arrived 2 times")
def test_a_stored_event_that_arrives_again_after_a_reconnection_is_doubled() -> None:
    """
      amy       a1  supervisor  starts
      amy       a2  supervisor  thinks hm
      amy       a2  supervisor  thinks hm    [tab=2]
      amy       a3  supervisor  answers yes  [tab=2]
    ! postgres  stored_events amy a1-3
    """


@fails(checks.stored_events_arrive, says="arrived 0 times")
def test_somebody_who_was_told_nothing_of_what_is_stored_has_lost_it() -> None:
    """
      amy       welcomed
      amy       asked, in vain
    ! postgres  stored_events amy a1-2
    """


@undecided(checks.stored_events_arrive, says="its receiver lost the connection")
def test_what_was_stored_while_the_connection_was_lost_is_not_known_to_have_arrived() -> None:
    """
      amy       a1  supervisor  starts
      amy       asked a, lost
    ! postgres  stored_events amy a1-2
    """


@undecided(checks.stored_events_arrive, says="its receiver lost the connection")
def test_a_run_that_was_started_by_a_question_on_a_lost_connection_need_not_have_arrived() -> None:
    """
      amy       welcomed
      amy       asked, lost
    ! postgres  stored_events amy a1
    """


@vacuous(checks.stored_events_arrive)
def test_where_nothing_is_stored_nothing_can_arrive() -> None:
    """
    amy       a1  supervisor  starts
    postgres  stored_events amy
    """


@vacuous(checks.stored_events_arrive, actors=["amy"])
def test_what_is_stored_of_somebody_who_is_not_judged_does_not_count() -> None:
    """
    amy       a1  supervisor  starts
    bob       b1  supervisor  starts
    postgres  stored_events bob b1-2
    """
