"""A scenario that did not reach its end, or whose fault met nobody, can tell nothing."""

from gp_lib import checks
from gp_lib.verdict import Ruling
from tests.histories import tell

from .judging import passes, undecided, vacuous


@passes(checks.acted_to_the_end)
def test_an_act_that_ended_by_itself_is_complete() -> None:
    """
    amy       asked, in vain
    scenario  acted
    """


@undecided(checks.acted_to_the_end, says="the act did not reach its end: it was lost")
def test_an_act_that_was_cut_off_is_not_complete() -> None:
    """
      amy       asked, in vain
    ! scenario  acted, lost
    """


@vacuous(checks.acted_to_the_end)
def test_an_act_without_an_end_was_killed() -> None:
    """
    amy  asked, in vain
    """


@passes(checks.every_fault_struck)
def test_faults_that_all_interfered_have_struck() -> None:
    """
    fault  StallCommit struck 0.50
    fault  CutAtCommit struck 0.60
    """


@undecided(checks.every_fault_struck, says="CutAtCommit on postgres touched nothing")
def test_a_fault_that_touched_nothing_proves_nothing() -> None:
    """
      fault  StallCommit struck 0.50
    ! fault  CutAtCommit
    """


@vacuous(checks.every_fault_struck)
def test_without_a_fault_there_is_nothing_to_strike() -> None:
    """
    amy  asked, in vain
    """


def test_a_history_cut_short_by_a_kill_is_never_complete() -> None:
    history = tell("scenario  acted").history
    history.truncated = True
    assert checks.acted_to_the_end(history).verdict is Ruling.UNKNOWN


def test_faults_are_judged_only_where_there_are_any() -> None:
    without, with_one = tell("scenario  acted").history, tell("fault  CutAtCommit").history
    assert [check.name for check in checks.conduct(without)] == ["acted_to_the_end"]
    assert [check.name for check in checks.conduct(with_one)] == ["acted_to_the_end", "every_fault_struck"]
