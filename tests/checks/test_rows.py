"""The database keeps users apart and gives back what it was given; and each way of mixing them up is noticed."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.foreign_rows_are_invisible)
def test_two_users_who_see_their_own_rows_only_are_kept_apart() -> None:
    """
    server  sees amy threads=amy:2 runs=amy:1
    server  sees bob threads=bob:1 runs=bob:7
    """


@fails(checks.foreign_rows_are_invisible, says="user-bob sees 3 rows of user-amy in runs")
def test_a_foreign_row_in_one_table_is_noticed() -> None:
    """
      server  sees amy threads=amy:2 runs=amy:3
    ! server  sees bob threads=bob:1 runs=bob:7,amy:3
    """


@undecided(checks.foreign_rows_are_invisible, says="user-bob has no row in runs")
def test_a_table_without_an_own_row_proves_nothing() -> None:
    """
      server  sees amy threads=amy:2 runs=amy:3
    ! server  sees bob threads=bob:1 runs=
    """


@undecided(checks.foreign_rows_are_invisible, says="only one user looked")
def test_one_user_alone_is_kept_apart_from_nobody() -> None:
    """
    server  sees amy threads=amy:2
    """


@vacuous(checks.foreign_rows_are_invisible)
def test_without_a_look_as_a_user_nothing_is_known_of_foreign_rows() -> None:
    """
    server  sees nobody threads=amy:2
    """


@passes(checks.nothing_is_visible_without_a_user)
def test_a_session_without_a_user_that_sees_nothing_is_as_it_should_be() -> None:
    """
    server  sees amy threads=amy:2 runs=amy:1
    server  sees nobody threads= runs=
    """


@fails(checks.nothing_is_visible_without_a_user, says="3 rows of 2 users are visible in runs")
def test_a_session_without_a_user_that_sees_rows_is_noticed() -> None:
    """
      server  sees amy threads=amy:2 runs=amy:1
    ! server  sees nobody threads= runs=amy:1,bob:2
    """


@undecided(checks.nothing_is_visible_without_a_user, says="nobody has a row in runs")
def test_an_empty_table_hides_nothing_from_nobody() -> None:
    """
      server  sees amy threads=amy:2 runs=
    ! server  sees nobody threads= runs=
    """


@vacuous(checks.nothing_is_visible_without_a_user)
def test_without_a_look_as_nobody_nothing_is_known() -> None:
    """
    server  sees amy threads=amy:2
    """


@passes(checks.no_user_is_carried_over)
def test_users_who_take_turns_and_see_their_own_threads_are_not_mixed_up() -> None:
    """
    amy  a1  supervisor  starts
    bob  b1  supervisor  starts
    amy  read /threads a
    bob  read /threads b
    amy  read /threads a
    """


@fails(checks.no_user_is_carried_over, says="amy was shown 1 threads that are not theirs")
def test_the_threads_of_whoever_came_before_are_noticed() -> None:
    """
      amy  a1  supervisor  starts
      bob  b1  supervisor  starts
      amy  read /threads a
      bob  read /threads b
    ! amy  read /threads b
    """


@fails(checks.no_user_is_carried_over, says="bob was not shown 1 of their threads")
def test_a_thread_that_is_missing_is_noticed_too() -> None:
    """
      amy  a1  supervisor  starts
      bob  b1  supervisor  starts
      amy  read /threads a
    ! bob  read /threads
      amy  read /threads a
    """


@undecided(checks.no_user_is_carried_over, says="did not take turns")
def test_users_who_do_not_take_turns_cannot_be_mixed_up() -> None:
    """
    amy  a1  supervisor  starts
    amy  read /threads a
    amy  read /threads a
    """


@undecided(checks.no_user_is_carried_over, says="bob could not read")
def test_a_list_that_could_not_be_read_may_have_been_anybodys() -> None:
    """
      amy  a1  supervisor  starts
      amy  read /threads a
    ! bob  read /threads, refused
      bob  read /threads
      amy  read /threads a
    """


@vacuous(checks.no_user_is_carried_over)
def test_without_a_list_nobody_is_mixed_up() -> None:
    """
    amy  a1  supervisor  starts
    amy  read /usage threads=1
    """


@passes(checks.aggregates_count_own_rows)
def test_a_usage_that_equals_ones_own_rows_is_right() -> None:
    """
    amy     a1  supervisor  starts
    bob     welcomed
    amy     read /usage threads=1 events=1
    bob     read /usage
    server  row_counts amy threads=1 events=1
    server  row_counts bob
    """


@fails(checks.aggregates_count_own_rows, says="bob has 0 threads, told are 1")
def test_a_usage_of_somebody_else_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
      bob     welcomed
      amy     read /usage threads=1
    ! bob     read /usage threads=1
      server  row_counts amy threads=1
    ! server  row_counts bob
    """


@undecided(checks.aggregates_count_own_rows, says="all users have the same counts")
def test_users_with_the_same_counts_cannot_be_told_apart() -> None:
    """
    amy     a1  supervisor  starts
    bob     b1  supervisor  starts
    amy     read /usage threads=1
    server  row_counts amy threads=1
    server  row_counts bob threads=1
    """


@undecided(checks.aggregates_count_own_rows, says="amy could not read")
def test_a_usage_that_could_not_be_read_says_nothing() -> None:
    """
      amy     a1  supervisor  starts
      bob     welcomed
    ! amy     read /usage, refused
      server  row_counts amy threads=1
      server  row_counts bob
    """


@vacuous(checks.aggregates_count_own_rows)
def test_without_a_count_of_rows_a_usage_cannot_be_judged() -> None:
    """
    amy  a1  supervisor  starts
    amy  read /usage threads=1
    """


@passes(checks.texts_survive)
def test_a_text_that_comes_back_from_both_places_survives() -> None:
    """
    amy     a1  supervisor  starts
    amy     asked a
    amy     read /threads/a/messages a
    server  unit_messages amy a
    """


@fails(checks.texts_survive, says="'question a' is stored as 'oops'")
def test_a_text_that_is_stored_otherwise_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
    ! amy     asked a
      amy     read /threads/a/messages a
    ! server  unit_messages amy a=oops
    """


@fails(checks.texts_survive, says="'question a' is returned as 'oops'")
def test_a_text_that_is_returned_otherwise_is_noticed() -> None:
    """
      amy     a1  supervisor  starts
    ! amy     submitted a
    ! amy     read /threads/a/messages a=oops
      server  unit_messages amy a
    """


@undecided(checks.texts_survive, says="was not looked for where it is returned")
def test_a_text_that_nobody_read_may_have_changed() -> None:
    """
      amy     a1  supervisor  starts
    ! amy     asked a
      server  unit_messages amy a
    """


@vacuous(checks.texts_survive)
def test_a_message_that_was_refused_has_no_text_to_survive() -> None:
    """
    amy  submitted a, refused
    """
