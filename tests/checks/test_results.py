"""What tools bring is true, reaches the answer, and an effect is there exactly once."""

from gp_lib import checks

from .judging import fails, passes, undecided, vacuous

COST = {"tool": "cost_by_service", "column": "cost"}
USAGE = {"tool": "utilization_by_service", "column": "usage_pct"}
FILING = {"tool": "file_saving", "fault": "CutAtCommit"}


@passes(checks.tool_results_equal_sql, **COST)
def test_the_same_rows_in_another_order_are_equal() -> None:
    """
    amy         a1  data  gets cost_by_service#1 S3=9.00 EC2=5.5
    clickhouse  cost_by_service amy EC2=5.50 S3=9.00
    """


@passes(checks.tool_results_equal_sql, tolerance=0.01, **USAGE)
def test_a_mean_within_the_tolerance_is_equal() -> None:
    """
    amy         a1  data  gets utilization_by_service#1 S3=10.004
    clickhouse  utilization_by_service amy S3=10.0
    """


@fails(checks.tool_results_equal_sql, tolerance=0.01, **USAGE)
def test_a_mean_beyond_the_tolerance_differs() -> None:
    """
    !  amy         a1  data  gets utilization_by_service#1 S3=10.02
       clickhouse  utilization_by_service amy S3=10.0
    """


@fails(checks.tool_results_equal_sql, says="S3: the tool says 9.01, the store 9.00", **COST)
def test_a_result_that_is_off_by_a_cent_differs() -> None:
    """
    ! amy         a1  data  gets cost_by_service#1 S3=9.01
      clickhouse  cost_by_service amy S3=9.00
    """


@fails(checks.tool_results_equal_sql, says="services differ: ['EC2']", **COST)
def test_a_result_that_lacks_a_service_differs() -> None:
    """
    ! amy         a1  data  gets cost_by_service#1 S3=9.00
      clickhouse  cost_by_service amy S3=9.00 EC2=5.50
    """


@fails(checks.tool_results_equal_sql, says="no table", **COST)
def test_a_result_that_names_a_service_twice_is_no_table() -> None:
    """
    ! amy         a1  data  gets cost_by_service#1 S3=1.00 S3=9.00
      clickhouse  cost_by_service amy S3=9.00
    """


@fails(checks.tool_results_equal_sql, says="no table", **COST)
def test_a_result_that_is_no_table_differs() -> None:
    """
    ! amy         a1  data  gets cost_by_service#1 json {"oops": true}
    ! amy         a2  data  gets cost_by_service#2 json [{"service": "S3", "cost": "plenty"}]
    ! amy         a3  data  gets cost_by_service#3 json [{"service": "S3", "cost": "NaN"}]
    ! amy         a4  data  gets cost_by_service#4 json null
      clickhouse  cost_by_service amy S3=9.00
    """


@fails(checks.tool_results_equal_sql, says="the store has no row", **COST)
def test_a_result_for_somebody_without_data_is_invented() -> None:
    """
    ! amy         a1  data  gets cost_by_service#1 S3=9.00
      clickhouse  cost_by_service amy
    """


@fails(checks.tool_results_equal_sql, **COST)
def test_a_result_with_the_numbers_of_somebody_else_differs() -> None:
    """
    ! amy         a1  data  gets cost_by_service#1 S3=7.00
      bob         b1  data  gets cost_by_service#1 S3=7.00
      clickhouse  cost_by_service amy S3=9.00
      clickhouse  cost_by_service bob S3=7.00
    """


@vacuous(checks.tool_results_equal_sql, **COST)
def test_without_an_independent_reading_there_is_nothing_to_compare_with() -> None:
    """
    amy         a1  data  gets cost_by_service#1 S3=9.00
    clickhouse  cost_by_service bob S3=9.00
    """


@passes(checks.results_reach_the_answer, idle_below_pct=20.0)
def test_an_answer_with_each_saving_has_what_the_data_holds() -> None:
    """
    amy         a1  supervisor  starts
    amy         a2  supervisor  answers "Save 1,234.50 on S3; EC2 is busy."
    clickhouse  cost_by_service amy S3=1371.67 EC2=5.00
    clickhouse  utilization_by_service amy S3=10.0 EC2=20.0
    """


@fails(checks.results_reach_the_answer, idle_below_pct=20.0, says="a saving of 8.10 on S3 is not in the answer")
def test_an_answer_without_the_amount_does_not_have_the_saving() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "Save a lot on S3."
      clickhouse  cost_by_service amy S3=9.00
      clickhouse  utilization_by_service amy S3=10.0
    """


@fails(checks.results_reach_the_answer, idle_below_pct=20.0)
def test_an_answer_without_the_service_does_not_have_the_saving() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "Save 8.10 somewhere."
      clickhouse  cost_by_service amy S3=9.00
      clickhouse  utilization_by_service amy S3=10.0
    """


@fails(checks.results_reach_the_answer, idle_below_pct=20.0)
def test_an_amount_inside_another_number_is_another_amount() -> None:
    """
      amy         a1  supervisor  starts
    ! amy         a2  supervisor  answers "Save 18.10 or 8.105 on S3."
      clickhouse  cost_by_service amy S3=9.00
      clickhouse  utilization_by_service amy S3=10.0
    """


@vacuous(checks.results_reach_the_answer, idle_below_pct=20.0)
def test_without_an_answer_no_saving_can_be_missing() -> None:
    """
    amy         a1  supervisor  starts
    amy         a2  supervisor  gives-up RUN_FAILED
    clickhouse  cost_by_service amy S3=9.00
    clickhouse  utilization_by_service amy S3=10.0
    """


@vacuous(checks.results_reach_the_answer, idle_below_pct=20.0)
def test_where_nothing_is_idle_there_is_no_saving_to_look_for() -> None:
    """
    amy         a1  supervisor  starts
    amy         a2  supervisor  answers "Nothing to save."
    clickhouse  cost_by_service amy S3=9.00
    clickhouse  utilization_by_service amy S3=99.0
    """


@passes(checks.effect_happened_once, **FILING)
def test_one_effect_for_the_call_that_the_fault_met_is_right() -> None:
    """
    amy       a1  optimization  calls file_saving#1
    fault     CutAtCommit struck 0.01
    amy       a2  optimization  gets file_saving#1 json {}
    amy       a3  supervisor  answers filed
    postgres  file_saving amy a#1
    """


@fails(checks.effect_happened_once, says="1 successful calls of file_saving, 2 effects", **FILING)
def test_two_effects_of_one_call_are_noticed() -> None:
    """
      amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       a2  optimization  gets file_saving#1 json {}
    ! postgres  file_saving amy a#1 a#2
    """


@fails(checks.effect_happened_once, says="1 successful calls of file_saving, 0 effects", **FILING)
def test_a_success_without_an_effect_is_noticed() -> None:
    """
      amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       a2  optimization  gets file_saving#1 json {}
    ! postgres  file_saving amy
    """


@fails(checks.effect_happened_once, says="0 successful calls of file_saving, 1 effects", **FILING)
def test_an_effect_of_a_call_that_is_told_as_failed_is_noticed() -> None:
    """
      amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       a2  optimization  fails file_saving#1 connection lost
    ! postgres  file_saving amy a#1
    """


@fails(checks.effect_happened_once, says="0 successful calls of file_saving, 1 effects", **FILING)
def test_an_effect_in_a_run_that_called_nothing_is_noticed() -> None:
    """
      amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       a2  optimization  gets file_saving#1 json {}
      amy       b1  supervisor  starts
    ! postgres  file_saving amy a#1 b#1
    """


@fails(checks.effect_happened_once, says="a run that nobody saw", **FILING)
def test_an_effect_in_a_run_that_nobody_saw_is_noticed() -> None:
    """
      amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       a2  optimization  gets file_saving#1 json {}
    ! postgres  file_saving amy a#1 x#1
    """


@undecided(checks.effect_happened_once, says="was not seen to complete", **FILING)
def test_whether_a_call_behind_a_lost_connection_needs_an_effect_is_not_known() -> None:
    """
    ! amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       asked a, lost
      postgres  file_saving amy
    """


@undecided(checks.effect_happened_once, says="0 successful calls of file_saving, 1 effects", **FILING)
def test_an_effect_behind_a_lost_connection_may_belong_to_a_call_that_was_not_seen() -> None:
    """
      amy       a1  supervisor  starts
      fault     CutAtCommit struck 0.01
      amy       asked a, lost
    ! postgres  file_saving amy a#1
    """


@fails(checks.effect_happened_once, says="0 successful calls of file_saving, 2 effects", **FILING)
def test_two_effects_are_too_many_also_behind_a_lost_connection() -> None:
    """
      amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       asked a, lost
    ! postgres  file_saving amy a#1 a#2
    """


@undecided(checks.effect_happened_once, says="touched nothing", **FILING)
def test_an_effect_that_nothing_disturbed_proves_nothing() -> None:
    """
    amy       a1  optimization  calls file_saving#1
    fault     CutAtCommit
    amy       a2  optimization  gets file_saving#1 json {}
    postgres  file_saving amy a#1
    """


@undecided(checks.effect_happened_once, says="nobody read what file_saving did", **FILING)
def test_an_effect_that_nobody_looked_for_may_be_there_or_not() -> None:
    """
    ! amy       a1  optimization  calls file_saving#1
      fault     CutAtCommit struck 0.01
      amy       a2  optimization  gets file_saving#1 json {}
    """


@vacuous(checks.effect_happened_once, **FILING)
def test_without_a_call_there_is_no_effect_to_count() -> None:
    """
    amy       a1  supervisor  starts
    fault     CutAtCommit struck 0.01
    amy       a2  supervisor  answers yes
    postgres  file_saving amy
    """
