"""A check follows from its finding alone, never raises, and has a name of its own."""

from typing import Any

from gp_lib import checks
from gp_lib.checks.promise import Finding, promise
from gp_lib.history import History
from gp_lib.verdict import Ruling
from tests.histories import tell


@promise("at least {at_least} things are there", about="{at_least}")
def seen(history: History, *, at_least: int) -> Finding:
    """As many records as ``at_least``; it breaks down on a history of one."""
    if len(history) == 1:
        raise LookupError("one is a number it cannot count to")
    finding = Finding("nothing was there", seen=len(history))
    if 0 < len(history) < at_least:
        finding.break_("too few", 1, 0)
        finding.break_("much too few", 1)
        finding.doubt("who knows", 7)
    return finding


def a_history_of(count: int) -> History:
    return tell(["amy welcomed"] * count).history


def test_a_check_that_crashes_is_unknown_and_shows_the_traceback() -> None:
    check = seen(a_history_of(1), at_least=2)
    assert check.verdict is Ruling.UNKNOWN
    assert "Traceback" in check.message
    assert "LookupError: one is a number it cannot count to" in check.message


def test_a_check_that_crashes_still_has_its_name_and_its_promise() -> None:
    check = seen(a_history_of(1), at_least=2)
    assert (check.name, check.requirement) == ("seen[2]", "at least 2 things are there")


def test_a_check_with_arguments_that_it_does_not_have_is_unknown() -> None:
    nonsense: dict[str, Any] = {"at_most": 2}
    check = seen(a_history_of(2), **nonsense)
    assert (check.name, check.verdict) == ("seen", Ruling.UNKNOWN)
    assert "TypeError" in check.message


def test_a_check_says_its_promise_with_its_numbers() -> None:
    assert seen(a_history_of(2), at_least=2).requirement == "at least 2 things are there"


@promise("nobody of {names} is there")
def absent(history: History, *, names: tuple[str, ...]) -> Finding:
    """A promise about several names."""
    return Finding(f"{len(history)} records have none of {names}")


def test_names_stand_in_a_promise_as_a_sentence_lists_them() -> None:
    assert absent(a_history_of(2), names=("bob", "eve")).requirement == "nobody of bob, eve is there"
    assert absent(a_history_of(2), names=("bob",)).requirement == "nobody of bob is there"


def test_what_is_broken_outweighs_what_is_undecided() -> None:
    check = seen(a_history_of(2), at_least=3)
    assert (check.verdict, check.message) == (Ruling.FAIL, "too few (and 1 more)")


def test_a_witness_is_named_once_and_in_order() -> None:
    assert seen(a_history_of(2), at_least=3).witnesses == (0, 1)


def test_nothing_seen_is_unknown_and_says_what_that_means() -> None:
    check = seen(a_history_of(0), at_least=0)
    assert (check.verdict, check.message) == (Ruling.UNKNOWN, "nothing to look at: nothing was there")


def test_a_check_that_is_asked_for_twice_has_two_names() -> None:
    arguments = (("cost_by_service", "cost"), ("utilization_by_service", "usage_pct"))
    found = [checks.tool_results_equal_sql(a_history_of(0), tool=tool, column=column) for tool, column in arguments]
    assert [check.name for check in found] == [
        "tool_results_equal_sql[cost_by_service]",
        "tool_results_equal_sql[utilization_by_service]",
    ]
