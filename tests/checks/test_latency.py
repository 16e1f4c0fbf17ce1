"""How long people wait who come when they like; and each way of waiting too long is noticed."""

from typing import Any

import pytest

from gp_lib import checks
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous

EVENTS: dict[str, Any] = {"limit_ms": 100.0, "max_lag_ms": 50.0}
CONNECT: dict[str, Any] = {"limit_ms": 500.0, "max_lag_ms": 50.0}
ANSWER: dict[str, Any] = {"limit_s": 3.0, "max_lag_ms": 50.0}


@passes(checks.event_latency_mean, says="p95 87.5 ms", **EVENTS)
def test_events_that_come_at_once_are_in_real_time() -> None:
    """
    1.04  amy  a1  supervisor  starts       [made=1.00]
    1.09  amy  a2  supervisor  answers yes  [made=1.00]
    0.50  bob  welcomed
    """


@fails(checks.event_latency_mean, says="1 of 2 events were late, 110 ms on average", **EVENTS)
def test_events_that_are_late_on_average_are_not_in_real_time() -> None:
    """
      1.02  amy  a1  supervisor  starts       [made=1.00]
    ! 1.20  amy  a2  supervisor  answers yes  [made=1.00]
    """


@vacuous(checks.event_latency_mean, **EVENTS)
def test_a_welcome_is_no_event_of_a_run() -> None:
    """
    0.50  amy  welcomed
    """


@passes(checks.connected_within, **CONNECT)
def test_a_welcome_within_the_limit_is_quick() -> None:
    """
    1.40  amy  connected  [since=1.00]
    """


@fails(checks.connected_within, says="amy was not connected within 600 ms", **CONNECT)
def test_a_welcome_after_the_limit_is_slow() -> None:
    """
      1.40  bob  connected  [since=1.00]
    ! 1.60  amy  connected  [since=1.00]
    """


@fails(checks.connected_within, **CONNECT)
def test_whoever_is_turned_away_is_not_connected_however_quickly() -> None:
    """
    ! 1.10  amy  connected, in vain  [since=1.00]
    """


@undecided(checks.connected_within, **CONNECT)
def test_how_long_a_welcome_takes_behind_a_lost_connection_is_not_known() -> None:
    """
      1.40  bob  connected        [since=1.00]
    ! 1.10  amy  connected, lost  [since=1.00]
    """


@vacuous(checks.connected_within, **CONNECT)
def test_where_nobody_connects_nobody_waits() -> None:
    """
    1.00  amy  a1  supervisor  starts
    """


@passes(checks.answered_within, **ANSWER)
def test_an_answer_soon_after_somebody_meant_to_ask_is_in_time() -> None:
    """
    1.00  amy  arrived a  [since=1.00]
    1.10  amy  a1  supervisor  starts
    3.90  amy  a2  supervisor  answers yes
    3.90  amy  asked a  [since=1.00]
    """


@fails(checks.answered_within, says="took 3.400 s", **ANSWER)
def test_the_time_before_a_question_could_be_put_counts() -> None:
    """
    ! 1.90  amy  arrived a  [since=0.50]
      2.00  amy  a1  supervisor  starts
    ! 3.90  amy  a2  supervisor  answers yes
      3.90  amy  asked a  [since=1.90]
    """


@fails(checks.answered_within, says="took 8.000 s", **ANSWER)
def test_an_answer_that_did_not_come_is_late() -> None:
    """
    ! 1.00  amy  arrived a  [since=1.00]
      1.10  amy  a1  supervisor  starts
    ! 9.00  amy  asked a, in vain  [since=1.00]
    """


@undecided(checks.answered_within, says="not watched to its end", **ANSWER)
def test_an_answer_behind_a_lost_connection_may_have_come_in_time() -> None:
    """
    ! 1.00  amy  arrived a  [since=1.00]
      1.10  amy  a1  supervisor  starts
    ! 9.00  amy  asked a, lost  [since=1.00]
    """


@vacuous(checks.answered_within, **ANSWER)
def test_a_question_that_was_on_no_schedule_is_none_of_the_load() -> None:
    """
    1.10  amy  a1  supervisor  starts
    9.90  amy  a2  supervisor  answers yes
    9.90  amy  asked a
    """


@passes(checks.load_is_shared, at_least=2)
def test_two_people_whose_runs_overlap_share_the_platform() -> None:
    """
    1.00  amy  arrived a  [since=1.00]
    1.10  amy  a1  supervisor  starts
    1.20  bob  arrived b  [since=1.20]
    1.30  bob  b1  supervisor  starts
    1.90  amy  a2  supervisor  answers yes
    1.95  bob  b2  supervisor  answers yes
    1.90  amy  asked a  [since=1.00]
    1.95  bob  asked b  [since=1.20]
    """


@undecided(checks.load_is_shared, at_least=2, says="no two people")
def test_people_who_come_one_after_the_other_are_no_load() -> None:
    """
      1.00  amy  arrived a  [since=1.00]
    ! 1.10  amy  a1  supervisor  starts
      1.20  amy  a2  supervisor  answers yes
      1.20  amy  asked a  [since=1.00]
      1.30  bob  arrived b  [since=1.30]
    ! 1.40  bob  b1  supervisor  starts
      1.50  bob  b2  supervisor  answers yes
      1.50  bob  asked b  [since=1.30]
    """


@undecided(checks.load_is_shared, at_least=3, says="only 2 people")
def test_fewer_people_than_planned_are_not_the_planned_load() -> None:
    """
      1.00  amy  arrived a  [since=1.00]
    ! 1.10  amy  a1  supervisor  starts
      1.10  bob  arrived b  [since=1.10]
    ! 1.20  bob  b1  supervisor  starts
      1.50  amy  asked a  [since=1.00]
      1.50  bob  asked b  [since=1.10]
    """


@vacuous(checks.load_is_shared, at_least=2)
def test_without_a_schedule_there_is_no_load() -> None:
    """
    1.10  amy  a1  supervisor  starts
    """


def test_the_figures_are_the_mean_and_the_tail() -> None:
    lines = [f"2.0 amy a{age} supervisor thinks hm [made={2 - age / 1000:.3f}]" for age in range(1, 101)]
    check = checks.event_latency_mean(tell(lines).history, **EVENTS)
    assert check.measured == pytest.approx(50.5)
    assert check.message == "looked at 100; p95 95.0 ms, p99 99.0 ms"
