"""What the history answers, on folders that the workbench wrote."""

from pathlib import Path

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.origin import Origin
from gp_lib.runner.past.entering import ask
from gp_lib.runner.past.questions import one_scenario
from gp_lib.runner.past.show import sparkline
from gp_lib.runner.terminal import as_json
from gp_lib.verdict import Ruling
from tests.runner.past.folders import SCENARIO, batch, failed, name, passed, told, told_of_one
from tests.runner.report.folders import a_check


def test_passes_flips_and_durations_are_counted_over_the_last_runs(tmp_path: Path) -> None:
    for day, check in enumerate((failed(), passed(), passed(), failed(), passed()), start=1):
        batch(tmp_path, day, check, took_s=float(day), commit=f"c{day}")
    row = told(tmp_path, last=4)[SCENARIO]
    assert (row["verdict"], row["passes"], row["runs"], row["flips"]) == ("pass", 3, 4, 3)
    assert (row["median_s"], row["last_s"]) == (3.5, 5.0)
    assert row["flaky"] is False


def test_different_verdicts_in_the_same_state_are_flaky(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    batch(tmp_path, 2, failed())
    assert told(tmp_path)[SCENARIO]["flaky"] is True


@pytest.mark.parametrize(
    "other",
    [
        {"commit": "def456"},
        {"commit": "abc123-dirty"},
        {"parameters": {"users": 9}},
        {"target": "staging"},
    ],
)
def test_different_verdicts_in_another_state_are_not_flaky(tmp_path: Path, other: dict[str, object]) -> None:
    batch(tmp_path, 1, passed())
    batch(tmp_path, 2, failed(), **other)  # type: ignore[arg-type]
    assert told(tmp_path)[SCENARIO]["flaky"] is False


@pytest.mark.parametrize("commit", ["abc123-dirty", "unknown"])
def test_nothing_is_flaky_where_nobody_knows_what_was_tested(tmp_path: Path, commit: str) -> None:
    batch(tmp_path, 1, passed(), commit=commit)
    batch(tmp_path, 2, failed(), commit=commit)
    assert told(tmp_path)[SCENARIO]["flaky"] is False


@pytest.mark.parametrize("signed_by", [None, "key 3f9a"])
def test_a_batch_from_elsewhere_is_one_and_neither_a_flip_nor_flaky(tmp_path: Path, signed_by: str | None) -> None:
    batch(tmp_path, 1, passed())
    origin = Origin(source="bundle.zip", taken="", signed_by=signed_by, trusted=True)
    origin.write(batch(tmp_path, 2, failed()))
    row = told(tmp_path)[SCENARIO]
    assert (row["flaky"], row["flips"], row["elsewhere"]) == (False, 0, origin.signature)
    assert [run["elsewhere"] for run in told_of_one(tmp_path)["runs"]] == ["", origin.signature]


def test_a_run_that_was_never_judged_makes_nothing_flaky(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    batch(tmp_path, 2, why="not run: the batch was interrupted")
    row = told(tmp_path)[SCENARIO]
    assert (row["verdict"], row["flaky"]) == ("unknown", False)


def test_a_run_with_other_parameters_between_two_is_no_flip(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    batch(tmp_path, 2, failed(), parameters={"limit_s": 0.1})
    batch(tmp_path, 3, passed())
    assert told(tmp_path)[SCENARIO]["flips"] == 0


def test_only_one_target_is_told_when_it_is_asked_for(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    batch(tmp_path, 2, failed(), target="staging")
    assert told(tmp_path, target="staging")[SCENARIO]["runs"] == 1


def test_one_scenario_tells_its_runs_with_the_flips_and_what_failed_first(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    batch(tmp_path, 2, passed(), failed(name="late"), failed(name="later"))
    runs = told_of_one(tmp_path)["runs"]
    assert [(run["batch"], run["verdict"], run["flipped"], run["failing"]) for run in runs] == [
        (name(1), "pass", False, ""),
        (name(2), "fail", True, "late"),
    ]


def test_a_figure_is_told_with_its_trend_and_limit(tmp_path: Path) -> None:
    for day, measured in enumerate((1.0, 5.0, 1.5), start=1):
        batch(tmp_path, day, passed(measured), a_check(name="without_a_figure"))
    (figure,) = told_of_one(tmp_path)["figures"]
    assert [figure[key] for key in ("name", "last", "least", "median", "most", "limit", "unit", "trend")] == [
        "kept", 1.5, 1.0, 1.5, 5.0, 2.0, "s", [1.0, 5.0, 1.5]
    ]  # fmt: skip


def test_a_figure_without_end_is_left_out_and_the_answer_is_still_json(tmp_path: Path) -> None:
    batch(tmp_path, 1, failed(float("inf")))
    batch(tmp_path, 2, passed(1.0))
    answer = told_of_one(tmp_path)
    assert answer["figures"][0]["trend"] == [1.0]
    assert '"began": "2026-11-01T10:00:00+00:00"' in as_json(answer, indent=1)


def test_an_unknown_scenario_is_refused_with_those_there_are(tmp_path: Path) -> None:
    batch(tmp_path, 1, passed())
    with pytest.raises(ParameterError, match="a1_one"):
        ask(tmp_path, lambda store: one_scenario(store, "z9", last=1), tell=print)


@pytest.mark.parametrize(
    ("values", "drawn"), [([], ""), ([2.0, 2.0], "▄▄"), ([0.0, 7.0], "▁█"), ([float(n) for n in range(8)], "▁▂▃▄▅▆▇█")]
)
def test_a_trend_is_drawn_between_its_lowest_and_highest(values: list[float], drawn: str) -> None:
    assert sparkline(values) == drawn


def test_a_verdict_is_the_one_of_the_last_batch_by_time_not_by_the_order_of_entering(tmp_path: Path) -> None:
    batch(tmp_path, 9, failed())
    told(tmp_path)
    batch(tmp_path, 3, passed())
    assert told(tmp_path)[SCENARIO]["verdict"] == Ruling.FAIL.value
