"""Fixtures for every test: one shared embedded stack, private ones, and a look for what was left running."""

import copy
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import psutil
import pytest
from hypothesis import settings

from gp_lib import redaction
from gp_lib.engine.imports import IRIS, without
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import RunningStack, start_stack
from gp_lib.settings import StackDescription

with without(IRIS):  # else each worker compiles that grammar while it collects tests
    import nbformat  # noqa: F401 - imports jsonschema, for whoever imports either later

StartStack = Callable[..., RunningStack]

settings.register_profile("the same each time", derandomize=True, deadline=None)
settings.load_profile("the same each time")


def pytest_configure() -> None:
    """Heed signals also under ``nohup`` or in the background: commands that tests start inherit what is ignored."""
    for number in (signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_IGN:
            signal.signal(number, signal.default_int_handler if number == signal.SIGINT else signal.SIG_DFL)


def processes_under(folder: Path) -> list[str]:
    """Every live process that works in ``folder`` or names it: each service of a stack does."""
    found = []
    for process in psutil.process_iter():
        try:
            words = [process.cwd(), *process.cmdline()]
            if process.status() != psutil.STATUS_ZOMBIE and any(str(folder) in word for word in words):
                found.append(f"{process.pid}: {' '.join(process.cmdline())[:200]}")
        except psutil.Error:
            continue  # gone meanwhile, or somebody else's
    return found


@pytest.fixture(autouse=True)
def secrets_of_a_test_are_forgotten() -> Iterator[None]:
    """What a test made known is not looked for in the texts of the others: hundreds of odd passwords are slow."""
    ours = redaction.know.__self__  # type: ignore[attr-defined]
    before = copy.deepcopy(vars(ours))
    yield
    vars(ours).update(before)


@pytest.fixture(scope="session", autouse=True)
def nothing_is_left_running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """The last thing of a session: no process of a stack that a test started is alive."""
    folder = tmp_path_factory.getbasetemp()
    yield
    assert processes_under(folder) == []


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StackDescription]:
    """One complete stack, shared by all tests that ask for it; who breaks it must mend it.

    After a restart of a service, read its new pid with ``load_stack(stack.state_dir / "stack.json")``.
    """
    folder = tmp_path_factory.mktemp("stack")
    with start_stack(folder, StackOptions(), detached=False, on_progress=_quiet) as running:
        yield running.description


@pytest.fixture
def private_stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[StartStack]:
    """Start a stack for this test alone: ``private_stack(services=("valkey",), defects=("S07",), ...)``.

    The keywords are those of ``StackOptions``; it is stopped at the end of the test.
    """
    with ExitStack() as running:

        def start(**options: object) -> RunningStack:
            folder = tmp_path_factory.mktemp("private")
            chosen = StackOptions.model_validate(options)
            return running.enter_context(start_stack(folder, chosen, detached=False, on_progress=_quiet))

        yield start


def _quiet(service: str, phase: str) -> None:
    """Progress is for people."""
