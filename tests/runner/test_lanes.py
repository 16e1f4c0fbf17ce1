"""How many scenarios run at once, and whose logs they leave."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gp_lib.runner.lanes import MOST_BY_DEFAULT, LocalLane, lanes_by_default, lanes_for

BEGAN = datetime.now(UTC).replace(microsecond=0)
LINES = [f"{BEGAN + timedelta(seconds=after):%Y-%m-%d %H:%M:%S}.000 UTC [1] LOG: {after}\n" for after in (-3600, 0)]


def unexpected(service: str, phase: str) -> None:
    raise AssertionError(f"{service} {phase}: no stack is to be started")


def test_a_machine_gets_a_lane_for_every_two_cores_that_this_process_may_use() -> None:
    assert lanes_by_default() == max(1, min(MOST_BY_DEFAULT, len(os.sched_getaffinity(0)) // 2))


def test_a_process_that_may_use_one_core_gets_one_lane() -> None:
    all_cores = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {min(all_cores)})
    try:
        assert lanes_by_default() == 1
    finally:
        os.sched_setaffinity(0, all_cores)


def test_on_a_target_of_ones_own_lanes_need_no_stack(tmp_path: Path) -> None:
    with lanes_for(tmp_path, unexpected, wanted=3, embedded=False) as lanes:
        assert lanes == [LocalLane()] * 3
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(("fresh", "kept"), [(True, LINES), (False, LINES[1:])])
def test_of_a_stack_that_was_up_before_only_the_time_of_the_batch_is_kept(
    tmp_path: Path, fresh: bool, kept: list[str]
) -> None:
    (tmp_path / "stack" / "logs").mkdir(parents=True)
    (tmp_path / "stack" / "logs" / "postgres.log").write_text("".join(LINES))
    lane = LocalLane(tmp_path / "stack" / "stack.json", fresh=fresh, services="services-2")
    lane.keep_logs(tmp_path, BEGAN.isoformat())
    assert (tmp_path / "services-2" / "postgres.log").read_text() == "".join(kept)


def test_a_lane_without_a_stack_keeps_no_logs(tmp_path: Path) -> None:
    LocalLane().keep_logs(tmp_path, BEGAN.isoformat())
    assert list(tmp_path.iterdir()) == []
