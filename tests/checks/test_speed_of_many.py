"""How much the database does at once, in bulk and for a long page: connections, rates, statements."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.connections_at_once, at_least=3)
def test_three_transactions_that_overlap_are_three_connections_at_work() -> None:
    """
    postgres  exchanges wire 1b@0.10+1 2b@0.12+1 3b@0.14+1 1e@0.20+1 2e@0.20+1 3e@0.20+1
    """


@fails(checks.connections_at_once, at_least=3, says="only 2 connections")
def test_a_third_transaction_that_has_to_wait_shows_a_pool_of_two() -> None:
    """
    ! postgres  exchanges wire 1b@0.10+1 2b@0.12+1 1e@0.20+1 2e@0.30+1
    ! postgres  exchanges wire 1b@0.25+1 1e@0.35+1
    """


@fails(checks.connections_at_once, at_least=2, says="only 1 connections")
def test_a_transaction_that_begins_when_another_ends_is_not_beside_it() -> None:
    """
    ! postgres  exchanges wire 1b@0.125+125 1e@0.250+250 2b@0.500+125 2e@0.625+125
    """


@undecided(checks.connections_at_once, at_least=3, says="no room for 40 statements more")
def test_connections_that_were_perhaps_not_heard_may_have_been_at_work() -> None:
    """
      postgres  exchanges wire 1b@0.10+1 1e@0.20+1
    ! postgres  unheard wire 40
    """


@undecided(checks.connections_at_once, at_least=3, says="took 80% of the machine")
def test_connections_that_do_not_meet_on_a_machine_that_others_used_up_tell_nothing() -> None:
    """
    ! postgres   exchanges wire 1b@0.10+1 2b@0.12+1 1e@0.20+1 2e@0.30+1
    ! workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.connections_at_once, at_least=6, says="only 1 connections")
def test_fewer_connections_than_a_starved_machine_explains_are_too_few() -> None:
    """
    ! postgres   exchanges wire 1b@0.10+1 1e@0.20+1
      workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@vacuous(checks.connections_at_once, at_least=3)
def test_statements_outside_of_transactions_show_no_connection_at_work() -> None:
    """
    postgres  exchanges wire 1@0.10+1 2@0.10+1 3@0.10+1
    """


@passes(checks.bulk_rate, at_least=4.0, max_lag_ms=25.0)
def test_statements_are_counted_while_somebody_reads_in_bulk() -> None:
    """
    1.50  amy       paged-in-bulk  [since=1.00]
    1.60  postgres  exchanges wire 1@1.10+1 2@1.10+1 1@1.20+1
    """


@fails(checks.bulk_rate, at_least=7.0, max_lag_ms=25.0, says="only 4 operations a second")
def test_statements_before_and_after_the_reading_in_bulk_do_not_count() -> None:
    """
    ! 1.50  amy       paged-in-bulk  [since=1.00]
      1.60  postgres  exchanges wire 1@0.90+200 1@1.10+1 2@1.20+1 1@1.49+90 2@2.00+1
    """


@undecided(checks.bulk_rate, at_least=7.0, max_lag_ms=25.0, says="took 80% of the machine")
def test_a_rate_is_not_called_low_on_a_machine_that_others_used_up() -> None:
    """
    ! 1.50  amy        paged-in-bulk  [since=1.00]
      1.60  postgres   exchanges wire 1@1.10+1 2@1.10+1
    ! 1.60  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.bulk_rate, at_least=40.0, max_lag_ms=25.0, says="only 4 operations a second")
def test_a_rate_that_is_lower_than_a_starved_machine_explains_is_too_low() -> None:
    """
    ! 1.50  amy        paged-in-bulk  [since=1.00]
      1.60  postgres   exchanges wire 1@1.10+1 2@1.10+1
      1.60  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@undecided(checks.bulk_rate, at_least=4.0, max_lag_ms=25.0, says="did not come to its end")
def test_a_reading_in_bulk_that_failed_is_not_judged() -> None:
    """
    ! 1.50  amy       paged-in-bulk, in vain  [since=1.00]
      1.60  postgres  exchanges wire 1@1.10+1 2@1.10+1 1@1.20+1
    """


@undecided(checks.bulk_rate, at_least=4.0, max_lag_ms=25.0, says="no statement was heard")
def test_a_reading_in_bulk_that_nobody_heard_is_not_judged() -> None:
    """
    ! 1.50  amy       paged-in-bulk  [since=1.00]
      1.60  postgres  exchanges wire 1@0.10+1
    """


@undecided(checks.bulk_rate, at_least=7.0, max_lag_ms=25.0, says="no room for 40 statements more")
def test_a_rate_is_not_called_low_when_some_statements_were_not_heard() -> None:
    """
      1.50  amy       paged-in-bulk  [since=1.00]
      1.60  postgres  exchanges wire 1@1.10+1 2@1.10+1
    ! 1.60  postgres  unheard wire 40
    """


@vacuous(checks.bulk_rate, at_least=4.0, max_lag_ms=25.0)
def test_statements_are_no_rate_when_nobody_reads_in_bulk() -> None:
    """
    1.50  amy       paged 2  [since=1.00]
    1.60  postgres  exchanges wire 1@1.10+1
    """


@passes(checks.statements_do_not_grow_with_history, longer=4.0, says="2 statements for 2 messages, 2 for 8")
def test_a_long_page_with_as_many_statements_as_a_short_one_keeps_the_promise() -> None:
    """
    0.20  amy       paged 2  [since=0.10]
    0.40  amy       paged 8  [since=0.30]
    0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1 1b@0.31+1/amy 1e@0.32+1
    """


@fails(checks.statements_do_not_grow_with_history, longer=4.0, says="3 statements more")
def test_a_query_for_each_message_is_noticed_on_both_pages() -> None:
    """
    ! 0.20  amy       paged 2  [since=0.10]
    ! 0.40  amy       paged 8  [since=0.30]
      0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1
      0.60  postgres  exchanges wire 2b@0.31+1/amy 2@0.33+1 2@0.34+1 2@0.35+1 2e@0.36+1
    """


@fails(checks.statements_do_not_grow_with_history, longer=4.0, says="2 statements more")
def test_a_transaction_for_each_message_is_noticed_too() -> None:
    """
    ! 0.20  amy       paged 2  [since=0.10]
    ! 0.40  amy       paged 8  [since=0.30]
      0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1
      0.60  postgres  exchanges wire 2b@0.31+1/amy 2e@0.32+1 1b@0.33+1/amy 1e@0.34+1
    """


@passes(checks.statements_do_not_grow_with_history, longer=4.0)
def test_what_others_ask_meanwhile_and_the_reader_at_other_times_does_not_count() -> None:
    """
    0.20  amy       paged 2  [since=0.10]
    0.40  amy       paged 8  [since=0.30]
    0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1 1b@0.31+1/amy 1e@0.32+1
    0.60  postgres  exchanges wire 2b@0.31+1/bob 2@0.33+1 2e@0.34+1 3b@0.35+1 3e@0.36+1 1b@0.41+1/amy 1e@0.42+1
    """


@undecided(checks.statements_do_not_grow_with_history, longer=4.0, says="the pages have 2 and 6 messages")
def test_pages_of_nearly_the_same_length_tell_nothing() -> None:
    """
    ! 0.20  amy       paged 2  [since=0.10]
    ! 0.40  amy       paged 6  [since=0.30]
      0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1 1b@0.31+1/amy 1e@0.32+1
    """


@undecided(checks.statements_do_not_grow_with_history, longer=4.0, says="the pages have 2 and 2 messages")
def test_a_long_page_that_could_not_be_read_tells_nothing() -> None:
    """
    ! 0.20  amy       paged 2  [since=0.10]
      0.40  amy       paged 8, in vain  [since=0.30]
      0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1 1b@0.31+1/amy 1e@0.32+1
    """


@undecided(checks.statements_do_not_grow_with_history, longer=4.0, says="no statement was heard")
def test_a_page_that_was_read_unheard_tells_nothing() -> None:
    """
    ! 0.20  amy       paged 2  [since=0.10]
    ! 0.40  amy       paged 8  [since=0.30]
      0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1
    """


@undecided(checks.statements_do_not_grow_with_history, longer=4.0, says="no room for 40 statements more")
def test_statements_that_were_not_heard_may_have_been_more_on_the_long_page() -> None:
    """
      0.20  amy       paged 2  [since=0.10]
      0.40  amy       paged 8  [since=0.30]
      0.50  postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1 1b@0.31+1/amy 1e@0.32+1
    ! 0.60  postgres  unheard wire 40
    """


@vacuous(checks.statements_do_not_grow_with_history, longer=4.0)
def test_without_a_page_there_is_no_length() -> None:
    """
    postgres  exchanges wire 1b@0.11+1/amy 1e@0.12+1
    """
