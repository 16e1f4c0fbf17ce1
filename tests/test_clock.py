"""Time is monotonic, bounded, and scaled in one place."""

import asyncio

import pytest

from gp_lib.clock import Deadline, monotonic_s, patience, slow_factor, utc_now, wait_until


@pytest.fixture(autouse=True)
def an_ordinary_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GPATH_SLOW_FACTOR", raising=False)


def test_an_ordinary_machine_is_not_waited_for_longer() -> None:
    assert slow_factor() == 1.0
    assert patience(3.0) == 3.0


def test_a_slow_machine_is_waited_for_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPATH_SLOW_FACTOR", "2.5")
    assert patience(2.0) == 5.0
    assert 4.0 < Deadline.after(2.0).left_s <= 5.0


@pytest.mark.parametrize("nonsense", ["", "fast", "0.5", "-1", "nan", "inf"])
def test_a_factor_that_makes_no_sense_is_refused_by_name(nonsense: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GPATH_SLOW_FACTOR", nonsense)
    with pytest.raises(ValueError, match="GPATH_SLOW_FACTOR"):
        slow_factor()


def test_the_clock_never_goes_back() -> None:
    moments = [monotonic_s() for _ in range(100)]
    assert moments == sorted(moments)


def test_wall_clock_times_know_their_zone() -> None:
    assert utc_now().utcoffset() is not None


def test_a_deadline_in_the_past_has_nothing_left() -> None:
    deadline = Deadline(monotonic_s() - 1)
    assert deadline.left_s == 0.0
    assert deadline.passed


def test_a_deadline_ahead_has_something_left() -> None:
    assert not Deadline.after(60).passed


async def test_waiting_ends_with_the_first_true_answer() -> None:
    answers = iter(["", "", "yes", "later"])

    async def ask() -> str:
        return next(answers)

    assert await wait_until(ask, deadline_s=60, every_s=0.001) == "yes"
    assert next(answers) == "later"


async def test_waiting_for_what_never_comes_ends_at_the_deadline() -> None:
    async def ask() -> bool:
        return False

    began_s = monotonic_s()
    assert await wait_until(ask, deadline_s=0.05, every_s=0.001) is None
    assert 0.05 <= monotonic_s() - began_s < 10


async def test_a_deadline_that_has_passed_still_allows_one_question() -> None:
    async def ask() -> str:
        return "yes"

    assert await wait_until(ask, deadline_s=0.0) == "yes"


async def test_an_error_of_the_question_passes_through() -> None:
    async def ask() -> bool:
        raise LookupError("not this way")

    with pytest.raises(LookupError):
        await wait_until(ask, deadline_s=60)


async def test_waiting_leaves_the_event_loop_free() -> None:
    answers: list[str] = []

    async def ask() -> list[str]:
        return answers

    asyncio.get_running_loop().call_soon(answers.append, "somebody else's turn")
    assert await wait_until(ask, deadline_s=60, every_s=0.001) == ["somebody else's turn"]
