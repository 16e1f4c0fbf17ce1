"""A check is trusted once it was seen to pass, to fail, and to have nothing to look at: on stories told by hand."""

import importlib
import inspect
import pkgutil
from pathlib import Path
from types import ModuleType

import pytest

from gp_lib import checks

from .judgements import NAMES
from .judging import CASES, FAILING, PASSING, UNDECIDED, VACUOUS
from .test_broken_stories import NEVER_FAIL

NEEDED = {PASSING, FAILING, VACUOUS}


def modules(package: str, folder: Path) -> list[ModuleType]:
    """Every module in ``folder``."""
    return [importlib.import_module(f"{package}.{found.name}") for found in pkgutil.iter_modules([str(folder)])]


@pytest.mark.parametrize("name", NAMES)
def test_a_check_has_stories_that_pass_and_fail_and_tell_nothing(name: str) -> None:
    modules("tests.checks", Path(__file__).parent)
    needed = {PASSING, UNDECIDED, VACUOUS} if name in NEVER_FAIL else NEEDED
    assert needed <= CASES[name]


def test_only_what_can_never_fail_has_no_failing_story() -> None:
    modules("tests.checks", Path(__file__).parent)
    assert {name for name in NAMES if FAILING not in CASES[name]} == NEVER_FAIL


def test_every_promise_that_is_written_is_exported() -> None:
    written = {
        name
        for module in modules("gp_lib.checks", Path(inspect.getfile(checks)).parent)
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if hasattr(function, "__wrapped__")
    }
    assert written == set(NAMES)
