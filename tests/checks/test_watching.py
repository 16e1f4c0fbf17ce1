"""Everything an agent does is told, while it does it; and a run that is told too little or too late is noticed."""

from typing import Any

import pytest

from gp_lib import checks
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous

LIVE: dict[str, Any] = {"max_age_s": 1.0, "first_within_pct": 25.0}


@passes(checks.all_five_event_types)
def test_a_run_that_tells_everything_can_be_watched() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  thinks hm
    amy  a3  data        calls cost#1
    amy  a4  data        gets cost#1 S3=9.00
    amy  a5  supervisor  answers yes
    amy  asked a
    """


@fails(checks.all_five_event_types, says="never told agent_thinking")
def test_a_run_without_a_thought_is_noticed_also_beside_a_complete_one() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  data        calls cost#1
      amy  a3  data        gets cost#1 S3=9.00
    ! amy  a4  supervisor  answers yes
      bob  b1  supervisor  starts
      bob  b2  supervisor  says yes
      bob  b3  data        calls cost#1
      bob  b4  data        gets cost#1 S3=9.00
      bob  b5  supervisor  answers yes
    """


@fails(checks.all_five_event_types, says="never told tool_executing, tool_completed")
def test_a_run_without_a_tool_is_noticed() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  supervisor  thinks hm
    ! amy  a3  supervisor  answers yes
    """


@fails(checks.all_five_event_types, says="never told agent_completed")
def test_the_completion_of_a_sub_agent_is_not_that_of_the_run() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  supervisor  thinks hm
      amy  a3  data        calls cost#1
      amy  a4  data        gets cost#1 S3=9.00
    ! amy  a5  data        answers found
      amy  asked a, in vain
    """


@fails(checks.all_five_event_types, says="never told agent_completed")
def test_a_run_that_gives_up_is_not_complete() -> None:
    """
      amy  a1  supervisor  starts
      amy  a2  supervisor  thinks hm
      amy  a3  data        calls cost#1
      amy  a4  data        fails cost#1 down
    ! amy  a5  supervisor  gives-up
    """


@undecided(checks.all_five_event_types, says="could not be watched")
def test_what_a_run_told_behind_a_lost_connection_is_not_known() -> None:
    """
      amy  a1  supervisor  starts
    ! amy  a2  supervisor  thinks hm
      amy  asked a, lost
    """


@vacuous(checks.all_five_event_types)
def test_without_a_run_there_is_nothing_to_watch() -> None:
    """
    amy  welcomed
    """


@passes(checks.streamed_not_batched, **LIVE)
def test_events_that_arrive_as_they_are_made_are_streamed() -> None:
    """
    1.00  amy  a1  supervisor  starts       [made=0.99]
    2.50  amy  a2  supervisor  thinks hm    [made=2.40]
    4.00  amy  a3  supervisor  answers yes  [made=3.99]
    """


@fails(checks.streamed_not_batched, says="agent_started (seq 1) was 3.000 s old (and 2 more)", **LIVE)
def test_a_run_that_arrives_all_at_once_is_batched() -> None:
    """
    ! 4.00  amy  a1  supervisor  starts       [made=1.00]
    ! 4.00  amy  a2  supervisor  thinks hm    [made=2.50]
    ! 4.00  amy  a3  supervisor  answers yes  [made=3.99]
    """


@fails(checks.streamed_not_batched, says="its first event came after 80 % of the run", **LIVE)
def test_a_short_run_that_arrives_all_at_once_is_batched_although_no_event_is_old() -> None:
    """
    ! 1.80  amy  a1  supervisor  starts       [made=1.00]
      1.90  amy  a2  supervisor  thinks hm    [made=1.50]
    ! 2.00  amy  a3  supervisor  answers yes  [made=2.00]
    """


@fails(checks.streamed_not_batched, says="tool_executing (seq 2) was 1.500 s old", **LIVE)
def test_events_that_are_held_back_in_the_middle_are_batched() -> None:
    """
      1.00  amy  a1  supervisor  starts            [made=1.00]
    ! 3.50  amy  a2  data  calls cost#1            [made=2.00]
      3.50  amy  a3  data  gets cost#1 S3=9.00     [made=3.20]
      4.00  amy  a4  supervisor  answers yes       [made=4.00]
    """


@undecided(checks.streamed_not_batched, says="the clocks disagree", **LIVE)
def test_an_event_that_comes_before_it_was_made_shows_that_the_clocks_disagree() -> None:
    """
      1.00  amy  a1  supervisor  starts       [made=1.00]
    ! 2.00  amy  a2  supervisor  answers yes  [made=2.30]
    """


@vacuous(checks.streamed_not_batched, **LIVE)
def test_without_an_event_nothing_is_streamed() -> None:
    """
    amy  asked, in vain
    """


def test_the_figure_is_the_age_of_the_oldest_event() -> None:
    told = tell(
        """
        1.00  amy  a1  supervisor  starts       [made=0.99]
        3.00  amy  a2  supervisor  thinks hm    [made=2.60]
        6.00  amy  a3  supervisor  answers yes  [made=5.90]
        """
    )
    check = checks.streamed_not_batched(told.history, **LIVE)
    assert check.measured == pytest.approx(0.4)
    assert (check.unit, check.limit) == ("s", 1.0)


@undecided(checks.streamed_not_batched, says="its timestamp is null", max_age_s=5.0, first_within_pct=90.0)
def test_an_event_without_a_time_may_be_of_any_age() -> None:
    """
      amy  a1  supervisor  starts       [made=0.005]
    ! amy  a2  supervisor  thinks hm    [stamp=null]
      amy  a3  supervisor  answers yes  [made=0.025]
    """


@undecided(checks.streamed_not_batched, says='its timestamp is "now"', max_age_s=5.0, first_within_pct=90.0)
def test_a_time_in_words_is_no_time() -> None:
    """
      amy  a1  supervisor  starts       [made=0.005]
    ! amy  a2  supervisor  answers yes  [stamp="now"]
    """
