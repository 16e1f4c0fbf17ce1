"""The charts about the database show what was counted, seen and recovered."""

from collections.abc import Callable
from functools import partial

import pytest

from gp_lib import charts
from gp_lib.charts import Chart
from gp_lib.history import History
from tests.histories import tell

DRAWN: list[Callable[[History], Chart]] = [
    partial(charts.sessions, limit=10),
    charts.visible_rows,
    partial(charts.recovery_times, actor="eve"),
    charts.tiers,
    partial(charts.write_times, limits_ms={"hot": 10.0}),
]


@pytest.mark.parametrize("draw", DRAWN)
@pytest.mark.parametrize("story", ["", "amy read /usage, lost", "fault HoldLock"])
def test_a_chart_of_hardly_anything_can_be_drawn(draw: Callable[[History], Chart], story: str) -> None:
    assert draw(tell(story).history).png


def test_sessions_are_shown_with_their_limit() -> None:
    story = ["server sessions 4/2", "server sessions 9/1", "amy submitted a, refused", "amy asked, in vain"]
    chart = charts.sessions(tell(story).history, limit=10)
    assert chart.says == "2 counts of sessions, at most 9 with a limit of 10"


def test_foreign_rows_are_counted_by_table_and_user() -> None:
    story = ["server sees amy threads=amy:2 runs=amy:1,bob:3", "server sees nobody threads= runs=bob:1"]
    chart = charts.visible_rows(tell(story).history)
    assert chart.says == "2 tables by 2 users: 4 foreign rows"


def test_recovery_is_shown_for_each_disturbance_but_a_planned_restart() -> None:
    story = ["fault restart struck 0.1", "fault HoldLock struck 0.1", "eve read /usage", "fault Deadlock struck 0.2"]
    chart = charts.recovery_times(tell(story).history, actor="eve")
    assert chart.says == "recovery after 2 disturbances"
    assert b"<svg" in chart.svg


def test_a_tier_that_holds_something_else_stands_out() -> None:
    story = ["valkey tier_contents amy a1-3", "postgres tier_contents amy a1-3", "clickhouse tier_contents amy a1-2"]
    chart = charts.tiers(tell(story).history)
    assert chart.says == "1 runs in 3 tiers: 1 times no other tier holds the same"


def test_write_times_are_shown_with_their_mean() -> None:
    story = ["probe wrote hot 0.010", "probe wrote hot 0.020", "probe wrote cold 0.900", "probe wrote hot 0.5, lost"]
    chart = charts.write_times(tell(story).history, limits_ms={"hot": 10.0, "warm": 100.0})
    assert chart.says == "mean of the workbench's own writes: hot 15.0 ms"
