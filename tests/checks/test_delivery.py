"""What the agent said arrives, all of it, where it belongs; and each way of losing or misplacing it is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.received_equals_stored, at_least=3)
def test_whoever_received_what_is_stored_for_them_received_everything() -> None:
    """
    amy       welcomed
    bob       welcomed
    amy       a1  supervisor  starts
    bob       b1  supervisor  starts
    amy       a2  supervisor  answers yes
    postgres  stored_events amy a1-2
    postgres  stored_events bob b1
    """


@fails(checks.received_equals_stored, at_least=1, says="never arrived")
def test_a_stored_event_that_never_arrived_is_noticed() -> None:
    """
      amy       welcomed
      amy       a1  supervisor  starts
      amy       a3  supervisor  answers yes
      amy       asked a
    ! postgres  stored_events amy a1-3
    """


@fails(checks.received_equals_stored, at_least=1, says="which is not stored for them")
def test_an_event_of_somebody_else_is_noticed() -> None:
    """
      amy       welcomed
      bob       welcomed
      amy       a1  supervisor  starts
    ! amy       b1  supervisor  starts [user=bob]
      bob       b1  supervisor  starts
      postgres  stored_events amy a1
      postgres  stored_events bob b1
    """


@fails(checks.received_equals_stored, at_least=1, says="2 times")
def test_an_event_that_arrives_twice_is_noticed() -> None:
    """
      amy       welcomed
    ! amy       a1  supervisor  starts
    ! amy       a1  supervisor  starts
      postgres  stored_events amy a1
    """


@undecided(checks.received_equals_stored, at_least=10, says="only 1 events")
def test_too_few_events_say_nothing() -> None:
    """
    amy       welcomed
    amy       a1  supervisor  starts
    postgres  stored_events amy a1
    """


@undecided(checks.received_equals_stored, at_least=1)
def test_what_is_missing_behind_a_lost_connection_was_not_lost_by_the_platform() -> None:
    """
      amy       welcomed
      amy       a1  supervisor  starts
      amy       asked a, lost
    ! postgres  stored_events amy a1-2
    """


@undecided(checks.received_equals_stored, at_least=1)
def test_what_came_after_the_store_was_read_cannot_be_compared() -> None:
    """
      amy       welcomed
      amy       a1  supervisor  starts
      postgres  stored_events amy a1
    ! amy       a2  supervisor  answers yes
    """


@vacuous(checks.received_equals_stored, at_least=1)
def test_without_a_reading_nothing_can_be_compared() -> None:
    """
    amy  welcomed
    amy  a1  supervisor  starts
    """


@passes(checks.events_in_their_own_thread, threads_at_once=2)
def test_two_threads_at_once_that_keep_apart_are_in_order() -> None:
    """
    amy       a1  supervisor  starts
    amy       b1  supervisor  starts
    amy       a2  supervisor  answers yes
    amy       b2  supervisor  answers no
    postgres  stored_events amy a1-2 b1-2
    """


@fails(checks.events_in_their_own_thread, says="came with thread_id thread-b")
def test_an_event_with_the_other_threads_id_is_noticed() -> None:
    """
      amy       a1  supervisor  starts
      amy       b1  supervisor  starts
    ! amy       a2  supervisor  answers yes [thread=b]
      amy       b2  supervisor  answers no
      postgres  stored_events amy a1-2 b1-2
    """


@fails(checks.events_in_their_own_thread, says="came with run_id run-b")
def test_an_event_with_the_other_runs_id_is_noticed() -> None:
    """
      amy       a1  supervisor  starts
      amy       b1  supervisor  starts
    ! amy       b2  supervisor  answers yes [id=a2 thread=a]
      postgres  stored_events amy a1-2 b1
    """


@undecided(checks.events_in_their_own_thread, threads_at_once=2, says="nobody had 2 threads")
def test_one_thread_after_the_other_cannot_be_mixed_up() -> None:
    """
    amy       a1  supervisor  starts
    amy       a2  supervisor  answers yes
    amy       b1  supervisor  starts
    amy       b2  supervisor  answers no
    postgres  stored_events amy a1-2 b1-2
    """


@undecided(checks.events_in_their_own_thread, threads_at_once=2, says="nobody had 2 threads")
def test_the_threads_of_two_people_are_not_one_persons_threads() -> None:
    """
    amy       a1  supervisor  starts
    bob       b1  supervisor  starts
    amy       a2  supervisor  answers yes
    bob       b2  supervisor  answers no
    postgres  stored_events amy a1-2
    postgres  stored_events bob b1-2
    """


@vacuous(checks.events_in_their_own_thread)
def test_without_a_reading_nobody_knows_where_an_event_belongs() -> None:
    """
    amy  a1  supervisor  starts
    """
