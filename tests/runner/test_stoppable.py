import os
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from gp_lib.runner.stoppable import REASONS, stoppable


@pytest.mark.parametrize("number", REASONS, ids=lambda number: str(number.name))
def test_each_reason_to_stop_ends_the_block_like_ctrl_c(number: signal.Signals) -> None:
    with pytest.raises(KeyboardInterrupt), stoppable():
        os.kill(os.getpid(), number)


def test_a_second_reason_does_not_disturb_the_tidying_up() -> None:
    tidied = []

    @contextmanager
    def disturbed() -> Iterator[None]:
        try:
            yield
        finally:
            os.kill(os.getpid(), signal.SIGHUP)
            os.kill(os.getpid(), signal.SIGINT)
            tidied.append(True)

    with pytest.raises(KeyboardInterrupt), stoppable(), disturbed():
        os.kill(os.getpid(), signal.SIGTERM)
    assert tidied


def test_afterwards_signals_mean_what_they_meant_before() -> None:
    before = [signal.getsignal(number) for number in REASONS]
    with stoppable():
        assert [signal.getsignal(number) for number in REASONS] != before
    assert [signal.getsignal(number) for number in REASONS] == before


def test_what_is_ignored_stays_ignored() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with stoppable():
            os.kill(os.getpid(), signal.SIGHUP)
    finally:
        signal.signal(signal.SIGHUP, before)
