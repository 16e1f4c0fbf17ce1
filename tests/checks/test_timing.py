"""How long a person waits; and each way of waiting too long is noticed."""

from typing import Any

import pytest

from gp_lib import checks
from tests.histories import tell

from .judging import fails, passes, undecided, vacuous

SLOW: dict[str, Any] = {"slow": "sam", "limit_s": 1.0, "at_least_unread": 50}


@passes(checks.sequence_within, limit_s=5.0)
def test_an_answer_in_time_is_in_time() -> None:
    """
    0.50  amy  a1  supervisor  starts
    4.90  amy  a2  supervisor  answers yes
    4.90  amy  asked a
    """


@fails(checks.sequence_within, limit_s=5.0, says="took 5.000 s")
def test_an_answer_at_the_limit_is_late() -> None:
    """
      0.50  amy  a1  supervisor  starts
    ! 5.00  amy  a2  supervisor  answers yes
    ! 5.00  amy  asked a
    """


@undecided(checks.sequence_within, limit_s=5.0, says="took 80% of the machine")
def test_an_answer_is_not_called_late_on_a_machine_that_others_used_up() -> None:
    """
      0.50  amy  a1  supervisor  starts
    ! 9.00  amy  a2  supervisor  answers yes
    ! 9.00  amy  asked a
    ! 9.10  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.sequence_within, limit_s=5.0, says="took 26.000 s")
def test_an_answer_that_is_later_than_a_starved_machine_explains_is_late() -> None:
    """
      00.50  amy  a1  supervisor  starts
    ! 26.00  amy  a2  supervisor  answers yes
    ! 26.00  amy  asked a
      26.10  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@undecided(checks.tools_within, limit_s=1.0, says="took 80% of the machine")
def test_tools_are_not_called_slow_on_a_machine_that_others_used_up() -> None:
    """
      0.10  amy  a1  supervisor  starts
    ! 0.20  amy  a2  triage  calls look#1
    ! 2.00  amy  a3  triage  gets look#1 S3=9.00
      2.10  amy  a4  supervisor  answers yes
      2.10  amy  asked a
    ! 2.20  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.sequence_within, limit_s=5.0, says="took 20.000 s")
def test_an_answer_that_did_not_come_while_somebody_waited_longer_is_late() -> None:
    """
      00.50  amy  a1  supervisor  starts
    ! 20.00  amy  asked a, in vain
    """


@fails(checks.sequence_within, limit_s=5.0, says="took 9.000 s")
def test_the_time_counts_from_the_first_of_several_identical_questions() -> None:
    """
      0.50  amy  a1  supervisor  starts
    ! 9.00  amy  a2  supervisor  answers yes
    ! 9.00  amy  asked a
      9.10  amy  asked a  [since=8.50]
    """


@undecided(checks.sequence_within, limit_s=5.0, says="was watched for only 2.000 s")
def test_an_answer_that_was_not_waited_for_long_enough_may_have_come_in_time() -> None:
    """
      0.50  amy  a1  supervisor  starts
    ! 2.00  amy  asked a, in vain
    """


@undecided(checks.sequence_within, limit_s=5.0, says="could not be watched")
def test_whether_an_answer_came_in_time_behind_a_lost_connection_is_not_known() -> None:
    """
      0.50  amy  a1  supervisor  starts
    ! 8.00  amy  asked a, lost
    """


@vacuous(checks.sequence_within, limit_s=5.0)
def test_without_a_question_no_answer_is_late() -> None:
    """
    amy  a1  supervisor  starts
    amy  a2  supervisor  answers yes
    """


@passes(checks.gaps_within, limit_s=3.0)
def test_short_silences_are_no_gap_however_long_the_run() -> None:
    """
    2.00  amy  a1  supervisor  starts
    4.00  amy  a2  supervisor  thinks hm
    6.00  amy  a3  supervisor  answers yes
    6.00  amy  asked a
    """


@fails(checks.gaps_within, limit_s=3.0, says="was silent for 3.500 s")
def test_a_long_silence_between_two_events_is_a_gap_also_while_others_are_told_something() -> None:
    """
    ! 1.00  amy  a1  supervisor  starts
      3.00  bob  b1  supervisor  starts
    ! 4.50  amy  a2  supervisor  answers yes
      4.50  amy  asked a
    """


@fails(checks.gaps_within, limit_s=3.0, says="was silent for 3.100 s")
def test_a_long_silence_after_the_question_is_a_gap() -> None:
    """
    ! 3.10  amy  a1  supervisor  starts
      3.20  amy  a2  supervisor  answers yes
    ! 3.20  amy  asked a
    """


@fails(checks.gaps_within, limit_s=3.0, says="was silent for 19.000 s")
def test_a_run_that_falls_silent_for_good_is_silent_for_as_long_as_somebody_waited() -> None:
    """
    ! 01.00  amy  a1  supervisor  starts
    ! 20.00  amy  asked a, in vain
    """


@undecided(checks.gaps_within, limit_s=3.0, says="not connected all the time")
def test_a_silence_in_which_the_person_was_away_may_be_their_own() -> None:
    """
    ! 1.00  amy  a1  supervisor  starts
      1.00  amy  asked a, lost
    ! 9.00  amy  a2  supervisor  answers yes  [tab=2]
      9.00  amy  resumed a  [since=8.90]
    """


@vacuous(checks.gaps_within, limit_s=3.0)
def test_one_event_alone_has_no_silence_before_it() -> None:
    """
    amy  a1  supervisor  starts
    """


@passes(checks.tools_within, limit_s=5.0)
def test_tools_that_complete_in_time_are_fast_enough() -> None:
    """
    1.00  amy  a1  data  calls cost#1
    1.00  amy  a2  data  calls usage#2
    2.00  amy  a3  data  gets usage#2 S3=10.0
    5.90  amy  a4  data  gets cost#1 S3=9.00
    """


@fails(checks.tools_within, limit_s=5.0, says="took 5.500 s")
def test_tools_that_take_too_long_together_are_too_slow() -> None:
    """
    ! 1.00  amy  a1  data  calls cost#1
      4.00  amy  a2  data  gets cost#1 S3=9.00
      4.00  amy  a3  data  calls usage#2
    ! 6.50  amy  a4  data  gets usage#2 S3=10.0
    """


@undecided(checks.tools_within, limit_s=5.0, says="usage was not seen to complete")
def test_how_long_a_tool_takes_that_never_completes_is_not_known() -> None:
    """
      1.00  amy  a1  data  calls cost#1
    ! 1.00  amy  a2  data  calls usage#2
      2.00  amy  a3  data  gets cost#1 S3=9.00
    """


@vacuous(checks.tools_within, limit_s=5.0)
def test_without_a_tool_none_is_slow() -> None:
    """
    amy  a1  supervisor  starts
    """


@passes(checks.slow_reader_changes_nothing, **SLOW)
def test_others_who_are_told_everything_at_once_do_not_notice_the_slow_reader() -> None:
    """
    1.20  amy  a1  supervisor  starts       [made=1.10]
    1.40  amy  a2  supervisor  answers yes  [made=1.30]
    1.40  amy  asked a                      [since=1.05]
    3.00  sam  paused 60                    [since=1.00]
    """


@passes(checks.slow_reader_changes_nothing, **SLOW)
def test_what_the_slow_reader_reads_late_is_the_slow_readers_own_affair() -> None:
    """
    1.20  amy  a1  supervisor  starts       [made=1.10]
    1.40  amy  a2  supervisor  answers yes  [made=1.30]
    1.40  amy  asked a                      [since=1.05]
    3.10  sam  b1  supervisor  starts       [made=1.10]
    3.20  sam  b2  supervisor  answers yes  [made=1.30]
    3.20  sam  asked b                      [since=1.02]
    3.30  sam  paused 60                    [since=1.00]
    """


@fails(checks.slow_reader_changes_nothing, says="agent_completed arrived after 1.500 s", **SLOW)
def test_an_event_that_reaches_somebody_else_late_is_noticed() -> None:
    """
      1.20  amy  a1  supervisor  starts       [made=1.10]
    ! 2.80  amy  a2  supervisor  answers yes  [made=1.30]
      2.80  amy  asked a                      [since=1.05]
      3.00  sam  paused 60                    [since=1.00]
    """


@fails(checks.slow_reader_changes_nothing, says="never ended", **SLOW)
def test_a_run_of_somebody_else_that_never_ends_is_noticed() -> None:
    """
      1.20  amy  a1  supervisor  starts  [made=1.10]
    ! 9.20  amy  asked a, in vain        [since=1.05]
      9.30  sam  paused 60               [since=1.00]
    """


@fails(checks.slow_reader_changes_nothing, says="amy asked and nothing came", **SLOW)
def test_a_question_of_somebody_else_that_is_not_heard_at_all_is_noticed() -> None:
    """
    ! 9.20  amy  asked, in vain  [since=1.05]
      9.30  sam  paused 60       [since=1.00]
    """


@undecided(checks.slow_reader_changes_nothing, says="could not be watched", **SLOW)
def test_whether_others_were_held_up_behind_a_lost_connection_is_not_known() -> None:
    """
      1.20  amy  a1  supervisor  starts  [made=1.10]
    ! 2.00  amy  asked a, lost           [since=1.05]
      3.00  sam  paused 60               [since=1.00]
    """


@undecided(checks.slow_reader_changes_nothing, says="left only 3 events unread", **SLOW)
def test_a_slow_reader_who_misses_hardly_anything_proves_nothing() -> None:
    """
      1.20  amy  a1  supervisor  starts       [made=1.10]
      1.40  amy  a2  supervisor  answers yes  [made=1.30]
      1.40  amy  asked a                      [since=1.05]
    ! 3.00  sam  paused 3                     [since=1.00]
    """


@undecided(checks.slow_reader_changes_nothing, says="sam never stopped reading", **SLOW)
def test_without_a_slow_reader_nothing_is_proven() -> None:
    """
    1.20  amy  a1  supervisor  starts       [made=1.10]
    1.40  amy  a2  supervisor  answers yes  [made=1.30]
    1.40  amy  asked a                      [since=1.05]
    """


@vacuous(checks.slow_reader_changes_nothing, **SLOW)
def test_a_slow_reader_who_is_alone_can_hold_up_nobody() -> None:
    """
    0.90  amy  a1  supervisor  starts       [made=0.80]
    0.95  amy  a2  supervisor  answers yes  [made=0.85]
    0.95  amy  asked a                      [since=0.50]
    3.00  sam  paused 60                    [since=1.00]
    """


def test_the_figure_is_that_of_the_slowest() -> None:
    told = tell(
        """
        1.00  amy  a1  supervisor  starts
        2.00  amy  a2  supervisor  answers yes
        2.00  amy  asked a
        3.00  bob  b1  supervisor  starts
        4.50  bob  b2  supervisor  answers yes
        4.50  bob  asked b  [since=2.00]
        """
    )
    check = checks.sequence_within(told.history, limit_s=5.0)
    assert check.measured == pytest.approx(2.5)
    assert (check.unit, check.limit) == ("s", 5.0)
