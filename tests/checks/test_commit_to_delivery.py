"""From an event's commit to its receipt: the platform answers for its own time, not for the disk's."""

import pytest

from gp_lib import checks
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous


@passes(checks.commit_to_delivery_within, limit_ms=200.0)
def test_an_event_that_arrives_soon_after_its_commit_is_fast_enough() -> None:
    """
    0.40  amy       a1  supervisor  starts
    0.50  postgres  commit_times amy a1=0.25
    """


@fails(checks.commit_to_delivery_within, limit_ms=200.0, says="took 200 ms")
def test_an_event_that_arrives_long_after_its_commit_is_too_slow() -> None:
    """
      0.40  amy       a1  supervisor  starts
    ! 0.50  amy       a2  supervisor  answers yes
      0.60  postgres  commit_times amy a1=0.39 a2=0.30
    """


@passes(checks.commit_to_delivery_within, limit_ms=200.0)
def test_the_time_that_the_disk_took_for_a_commit_is_not_the_platforms() -> None:
    """
    0.60  amy       a1  supervisor  starts
    0.70  postgres  commit_times amy a1=0.21
    0.70  postgres  exchanges wire 1b@0.10+1/amy 1e@0.20+390
    """


@fails(checks.commit_to_delivery_within, limit_ms=200.0, says="took 300 ms")
def test_an_event_that_arrives_long_after_the_answer_to_its_commit_is_too_slow() -> None:
    """
    ! 0.60  amy       a1  supervisor  starts
      0.70  postgres  commit_times amy a1=0.21
      0.70  postgres  exchanges wire 1b@0.10+1/amy 1e@0.20+100
    """


@fails(checks.commit_to_delivery_within, limit_ms=200.0, says="took 300 ms")
def test_of_two_commits_at_that_moment_the_one_that_was_answered_first_counts() -> None:
    """
    ! 0.60  amy       a1  supervisor  starts
      0.70  postgres  commit_times amy a1=0.21
      0.70  postgres  exchanges wire 1b@0.10+1/amy 1e@0.20+100 2b@0.10+1/amy 2e@0.20+390
    """


@fails(checks.commit_to_delivery_within, limit_ms=200.0, says="took 390 ms")
def test_a_slow_commit_at_another_moment_and_a_slow_query_excuse_nothing() -> None:
    """
    ! 0.60  amy       a1  supervisor  starts
      0.70  postgres  commit_times amy a1=0.21
      0.70  postgres  exchanges wire 1b@0.05+1/amy 1@0.10+400 1e@0.55+100
    """


@undecided(checks.commit_to_delivery_within, limit_ms=200.0, says="took 80% of the machine")
def test_a_delivery_is_not_called_slow_on_a_machine_that_others_used_up() -> None:
    """
    ! 0.50  amy        a2  supervisor  answers yes
      0.60  postgres   commit_times amy a2=0.10
    ! 0.70  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@vacuous(checks.commit_to_delivery_within, limit_ms=200.0)
def test_without_a_commit_time_no_event_is_slow() -> None:
    """
    amy       a1  supervisor  starts
    postgres  commit_times amy
    """


def test_the_figure_is_the_slowest_delivery_in_milliseconds() -> None:
    told = tell(
        """
        0.40  amy       a1  supervisor  starts
        0.60  amy       a2  supervisor  answers yes
        0.70  postgres  commit_times amy a1=0.35 a2=0.50
        """
    )
    check = checks.commit_to_delivery_within(told.history, limit_ms=200.0)
    assert check.measured == pytest.approx(100.0)
    assert (check.unit, check.limit) == ("ms", 200.0)
