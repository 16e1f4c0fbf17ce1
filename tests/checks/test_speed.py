"""The database keeps up, or is too slow, too small, or asked too often; and what was not heard is not judged."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0, says="mean 20.0 ms")
def test_queries_below_the_limit_are_fast_whatever_begins_and_ends_them() -> None:
    """
    postgres  exchanges wire 1b@0.10+900 1@0.20+10 1@0.30+30 1e@0.40+900
    """


@fails(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0, says="1 of 2 queries were too slow")
def test_queries_that_are_slow_on_average_are_noticed() -> None:
    """
      postgres  exchanges wire 2@0.05+10
    ! postgres  exchanges wire 1@0.20+200
    """


@fails(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0, says="mean 15.8 ms, p95 60.0 ms")
def test_a_slow_tail_is_noticed_behind_a_good_average() -> None:
    """
    ! postgres  exchanges wire 1@0.1+60 1@0.2+60 1@0.3+1 1@0.4+1 1@0.5+1 1@0.6+1 1@0.7+1 1@0.8+1 1@0.9+1
    ! postgres  exchanges wire 1@1.1+60 1@1.2+1 1@1.3+1
    """


@fails(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0)
def test_a_query_that_takes_exactly_the_limit_is_too_slow() -> None:
    """
    ! postgres  exchanges wire 1@0.20+50
    """


@undecided(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0, says="the-listener ran 90 ms late")
def test_a_query_is_not_called_slow_by_a_listener_that_ran_late_itself() -> None:
    """
    ! postgres   exchanges wire 1@0.20+200
    ! workbench  loop_lag the-listener 90 90 90
    """


@undecided(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0, says="no room for 7 statements more")
def test_queries_are_not_called_fast_when_some_were_not_heard() -> None:
    """
      postgres  exchanges wire 1@0.20+10
    ! postgres  unheard wire 7
    """


@undecided(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0, says="no room for 7 statements more")
def test_queries_are_not_called_slow_when_some_were_not_heard() -> None:
    """
      postgres  exchanges wire 1@0.20+100
    ! postgres  unheard wire 7
    """


@passes(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0)
def test_what_was_not_heard_elsewhere_does_not_matter() -> None:
    """
    postgres  exchanges wire 1@0.20+10
    postgres  unheard wire 0
    valkey    unheard wire 7
    """


@vacuous(checks.queries_within, limit_ms=50.0, max_lag_ms=25.0)
def test_a_transaction_without_a_query_says_nothing_about_queries() -> None:
    """
    postgres  exchanges wire 1b@0.10+900 1e@0.40+900
    valkey    exchanges wire 1@0.20+10
    """


@passes(checks.transactions_within, limit_ms=200.0, max_lag_ms=25.0, says="mean 101.0 ms")
def test_a_transaction_lasts_from_its_first_request_to_its_last_answer() -> None:
    """
    postgres  exchanges wire 1b@0.10+1 1@0.12+5 1e@0.20+1
    """


@fails(checks.transactions_within, limit_ms=200.0, max_lag_ms=25.0, says="1 of 2 transactions were too slow")
def test_a_transaction_that_waits_between_two_fast_queries_is_too_slow() -> None:
    """
      postgres  exchanges wire 2b@0.10+1 2e@0.12+1
    ! postgres  exchanges wire 1b@0.10+1 1@0.12+5
      postgres  exchanges wire 1e@2.20+1
    """


@fails(checks.transactions_within, limit_ms=200.0, max_lag_ms=25.0)
def test_a_transaction_in_a_single_request_counts() -> None:
    """
    ! postgres  exchanges wire 1be@0.10+300
    """


@undecided(checks.transactions_within, limit_ms=200.0, max_lag_ms=25.0, says="took 80% of the machine")
def test_a_transaction_is_not_called_slow_on_a_machine_that_others_used_up() -> None:
    """
    ! postgres   exchanges wire 1b@0.10+1 1@0.12+5 1e@0.60+1
    ! workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.transactions_within, limit_ms=200.0, max_lag_ms=25.0)
def test_a_transaction_that_is_slower_than_a_starved_machine_explains_is_too_slow() -> None:
    """
    ! postgres   exchanges wire 1b@0.10+1 1@0.12+5 1e@3.00+1
      workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@undecided(checks.transactions_within, limit_ms=200.0, max_lag_ms=25.0, says="no room for 1 statements more")
def test_a_transaction_whose_end_was_perhaps_not_heard_is_not_judged() -> None:
    """
      postgres  exchanges wire 2b@0.10+1 2e@0.12+1 1b@0.10+1 1@0.12+5
    ! postgres  unheard wire 1
    """


@vacuous(checks.transactions_within, limit_ms=200.0, max_lag_ms=25.0)
def test_half_a_transaction_has_no_duration() -> None:
    """
    postgres  exchanges wire 1@0.05+1 1e@0.10+1 1b@0.20+1 2e@0.30+1 1@0.40+1
    """


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
