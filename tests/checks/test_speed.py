"""Queries and transactions are fast enough, or too slow; and what was not heard is not judged."""

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
