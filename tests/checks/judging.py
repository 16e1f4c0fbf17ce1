"""Makes a test of a check and a story: the story is the test's docstring, the witnesses are its marked lines.

Every test made here is entered in ``CASES``, so that a check without one can be found.
"""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from gp_lib.checks.promise import CheckFunction
from gp_lib.verdict import Check, Ruling
from tests.histories import Told, tell

PASSING, FAILING, VACUOUS, UNDECIDED = "passing", "failing", "vacuous", "undecided"
CASES: dict[str, set[str]] = defaultdict(set)

Case = Callable[[], None]
MakeTest = Callable[[Case], Case]


def passes(check: CheckFunction[...], *, says: str = "looked at", **arguments: Any) -> MakeTest:
    """The story keeps the promise, and something was looked at."""
    return _making(check, arguments, kind=PASSING, ruling=Ruling.PASS, says=says)


def fails(check: CheckFunction[...], *, says: str = "", **arguments: Any) -> MakeTest:
    """The story breaks the promise, as exactly the marked lines show; the message contains ``says``."""
    return _making(check, arguments, kind=FAILING, ruling=Ruling.FAIL, says=says)


def vacuous(check: CheckFunction[...], *, says: str = "nothing to look at", **arguments: Any) -> MakeTest:
    """The story has nothing that the promise speaks of."""
    return _making(check, arguments, kind=VACUOUS, ruling=Ruling.UNKNOWN, says=says)


def undecided(check: CheckFunction[...], *, says: str = "", **arguments: Any) -> MakeTest:
    """The story does not tell whether the promise was kept, as exactly the marked lines show."""
    return _making(check, arguments, kind=UNDECIDED, ruling=Ruling.UNKNOWN, says=says)


def _making(check: CheckFunction[...], arguments: dict[str, Any], *, kind: str, ruling: Ruling, says: str) -> MakeTest:
    def make(case: Case) -> Case:
        CASES[check.__name__].add(kind)
        told = tell(case.__doc__ or "")

        def test() -> None:
            found = check(told.history, **arguments)
            _compare(found, told, ruling=ruling, says=says)

        test.__name__, test.__qualname__, test.__module__ = case.__name__, case.__qualname__, case.__module__
        return test

    return make


def _compare(found: Check, told: Told, *, ruling: Ruling, says: str) -> None:
    assert found.verdict is ruling, found.message
    assert found.witnesses == told.marked
    assert says in found.message
