"""A clock that runs late, or a machine that others use up, makes a timing unknown; and nothing else does."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous


@passes(checks.generator_kept_pace, limit_ms=50.0)
def test_questions_that_are_put_when_they_were_planned_are_on_schedule() -> None:
    """
    0.52  amy        arrived a  [since=0.50]
    0.70  bob        arrived b  [since=0.70]
    1.00  workbench  loop_lag generator 1 2 3
    """


@undecided(checks.generator_kept_pace, limit_ms=50.0, says="ms behind schedule")
def test_questions_that_are_put_late_are_the_generators_fault() -> None:
    """
    ! 0.58  amy        arrived a  [since=0.50]
    ! 0.76  bob        arrived b  [since=0.70]
      0.90  cat        arrived c  [since=0.89]
      1.00  workbench  loop_lag generator 1 2 3
    """


@undecided(checks.generator_kept_pace, limit_ms=50.0, says="generator ran 90.0 ms late")
def test_a_generator_whose_loop_runs_late_receives_late() -> None:
    """
      0.50  amy        arrived a  [since=0.50]
    ! 1.00  workbench  loop_lag generator 90 90 90
    """


@undecided(checks.generator_kept_pace, limit_ms=50.0, says="nobody measured")
def test_without_the_loops_own_lag_the_generator_may_have_been_late() -> None:
    """
    0.50  amy  arrived a  [since=0.50]
    """


@vacuous(checks.generator_kept_pace, limit_ms=50.0)
def test_without_a_schedule_nobody_is_behind_it() -> None:
    """
    1.00  workbench  loop_lag generator 90
    """


@undecided(checks.event_latency_mean, limit_ms=100.0, max_lag_ms=50.0, says="generator ran 90 ms late")
def test_an_event_is_not_called_late_by_a_clock_that_ran_late_itself() -> None:
    """
    ! 0.70  amy        a1  supervisor  starts  [made=0.50]
    ! 1.00  workbench  loop_lag generator 90 90 90
    """


@undecided(checks.event_latency_mean, limit_ms=100.0, max_lag_ms=50.0, says="took 80% of the machine")
def test_an_event_is_not_called_late_on_a_machine_that_others_used_up() -> None:
    """
    ! 0.90  amy        a1  supervisor  starts  [made=0.50]
    ! 1.00  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.event_latency_mean, limit_ms=100.0, max_lag_ms=50.0)
def test_an_event_that_is_later_than_a_starved_machine_explains_is_late() -> None:
    """
    ! 1.10  amy        a1  supervisor  starts  [made=0.50]
      1.20  workbench  machine cpu 0.0/0.8 0.0/0.8
    """


@fails(checks.event_latency_mean, limit_ms=100.0, max_lag_ms=50.0)
def test_a_platform_that_uses_up_the_machine_by_itself_has_no_excuse() -> None:
    """
    ! 0.70  amy        a1  supervisor  starts  [made=0.50]
      1.00  workbench  machine cpu 0.0/0.1 0.0/0.1
    """


@fails(checks.event_latency_mean, limit_ms=100.0, max_lag_ms=50.0)
def test_a_short_burst_beside_the_platform_excuses_nothing() -> None:
    """
    ! 0.70  amy        a1  supervisor  starts  [made=0.50]
      1.00  workbench  machine cpu 0.0/0.8 0.5/0.1 0.5/0.1 0.5/0.1 0.5/0.1
    """


@passes(checks.event_latency_mean, limit_ms=100.0, max_lag_ms=50.0)
def test_what_is_fast_enough_on_a_starved_machine_is_fast_enough() -> None:
    """
    0.55  amy        a1  supervisor  starts  [made=0.50]
    1.00  workbench  machine cpu 0.0/0.8 0.0/0.8
    1.00  workbench  loop_lag generator 90 90 90
    """
