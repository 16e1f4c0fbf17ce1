import pytest

from gp_lib.runner.prove.interval import wilson


@pytest.mark.parametrize(
    ("hits", "runs", "low", "high"),
    [
        # R: prop.test(x, n, correct = FALSE)$conf.int
        (0, 20, 0.0, 0.1611),
        (20, 20, 0.8389, 1.0),
        (1, 20, 0.0089, 0.2361),
        (5, 10, 0.2366, 0.7634),
    ],
)
def test_the_interval_is_the_one_of_the_textbook(hits: int, runs: int, low: float, high: float) -> None:
    assert wilson(hits, runs) == pytest.approx((low, high), abs=5e-5)


def test_without_a_run_nothing_is_known() -> None:
    assert wilson(0, 0) == (0.0, 1.0)
