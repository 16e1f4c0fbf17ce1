"""A lost key is served from the warm tier, and each tier is written fast enough."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.lost_key_is_served)
def test_a_run_that_is_told_again_as_before_was_not_lost() -> None:
    """
    amy     a1  supervisor  starts       [made=0.001]
    amy     a2  supervisor  answers yes  [made=0.002]
    amy     asked a
    probe   removed a 2
    amy     a1  supervisor  starts       [made=0.001 tab=2]
    amy     a2  supervisor  answers yes  [made=0.002 tab=2]
    amy     resumed a                    [since=0.045]
    """


@fails(checks.lost_key_is_served, says="amy got 1 of 2 events, 1 in all")
def test_a_run_of_which_the_end_is_not_told_again_was_lost() -> None:
    """
      amy     a1  supervisor  starts       [made=0.001]
      amy     a2  supervisor  answers yes  [made=0.002]
    ! probe   removed a 2
      amy     a1  supervisor  starts       [made=0.001 tab=2]
    ! amy     resumed a, in vain           [since=0.035]
    """


@fails(checks.lost_key_is_served, says="amy got 1 of 2 events, 2 in all")
def test_a_run_that_is_told_in_other_words_was_lost() -> None:
    """
      amy     a1  supervisor  starts       [made=0.001]
      amy     a2  supervisor  answers yes  [made=0.002]
    ! probe   removed a 2
      amy     a1  supervisor  starts       [made=0.001 tab=2]
      amy     a2  supervisor  answers no   [made=0.002 tab=2]
    ! amy     resumed a                    [since=0.035]
    """


@undecided(checks.lost_key_is_served, says="had lost nothing")
def test_a_key_that_was_not_there_was_not_lost() -> None:
    """
      amy     a1  supervisor  starts       [made=0.001]
      amy     a2  supervisor  answers yes  [made=0.002]
    ! probe   removed a 0
      amy     resumed a                    [since=0.035]
    """


@undecided(checks.lost_key_is_served, says="nobody asked for run run-a")
def test_a_lost_key_that_nobody_missed_tells_nothing() -> None:
    """
      amy     a1  supervisor  starts
      amy     a2  supervisor  answers yes
    ! probe   removed a 2
    """


@undecided(checks.lost_key_is_served, says="lost the connection while resuming")
def test_somebody_who_is_cut_off_while_resuming_does_not_know() -> None:
    """
      amy     a1  supervisor  starts
      amy     a2  supervisor  answers yes
      probe   removed a 2
    ! amy     resumed a, lost              [since=0.035]
    """


@vacuous(checks.lost_key_is_served)
def test_where_no_key_was_lost_nothing_has_to_be_served() -> None:
    """
    amy     a1  supervisor  starts
    amy     resumed a
    """


@passes(checks.writes_within, tier="hot", limit_ms=10.0, max_lag_ms=50.0)
def test_one_slow_write_among_quick_ones_does_not_matter_on_average() -> None:
    """
    0.10  probe  wrote hot 0.020
    0.20  probe  wrote hot 0.003
    0.30  probe  wrote hot 0.004
    0.30  probe  wrote cold 0.900
    """


@fails(checks.writes_within, tier="hot", limit_ms=10.0, max_lag_ms=50.0, says="2 writes took 12.0 ms on average")
def test_writes_that_are_slow_on_average_are_noticed() -> None:
    """
    ! 0.10  probe  wrote hot 0.020
      0.20  probe  wrote hot 0.004
    """


@undecided(checks.writes_within, tier="hot", limit_ms=10.0, max_lag_ms=50.0, says="but generator ran 80 ms late")
def test_slow_writes_are_not_held_against_the_tier_when_the_workbench_was_late() -> None:
    """
    ! 0.10  probe      wrote hot 0.020
      0.20  probe      wrote hot 0.004
    ! 0.30  workbench  loop_lag generator 80 80
    """


@undecided(checks.writes_within, tier="warm", limit_ms=100.0, max_lag_ms=50.0, says="before it was on disk")
def test_a_write_that_was_not_on_disk_is_no_measure() -> None:
    """
      0.10  probe  wrote warm 0.020
    ! 0.20  probe  wrote warm 0.004  [durable=no]
    """


@undecided(checks.writes_within, tier="warm", limit_ms=100.0, max_lag_ms=50.0, says="not acknowledged: it was lost")
def test_a_write_without_an_answer_took_nobody_knows_how_long() -> None:
    """
      0.10  probe  wrote warm 0.020
    ! 0.20  probe  wrote warm 0.004, lost
    """


@vacuous(checks.writes_within, tier="cold", limit_ms=200.0, max_lag_ms=50.0)
def test_writes_to_another_tier_tell_nothing_of_this_one() -> None:
    """
    0.10  probe  wrote hot 0.020
    """
