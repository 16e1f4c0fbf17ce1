"""Executes one scenario's notebook, in a folder of its own. Many can be executed at once in one event loop."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gp_lib import evidence
from gp_lib.clock import monotonic_s
from gp_lib.errors import WorkbenchError
from gp_lib.kernels import spec
from gp_lib.kernels.keeper import keeper_for
from gp_lib.kernels.preload import modules_for
from gp_lib.runner.catalogue import ROLES, Scenario, notebook_cells
from gp_lib.runner.entry import Entry, read_outcome
from gp_lib.runner.notebook_digest import notebook_digest
from gp_lib.runner.prepared import prepared
from gp_lib.values import Value

if TYPE_CHECKING:
    from gp_lib.engine.states import Ending

CELL_TIMEOUT_S = 300.0
"""The longest that one cell may run (scaled). The act has a deadline of its own, far below this."""

DEADLINE_S = 600.0
"""The longest that one scenario may take (scaled), from its first cell to its last."""

START_TIMEOUT_S = 60.0

OnCell = Callable[[str, str], None]


class Interrupted(Exception):
    """The batch was interrupted; ``entry`` is what became of the scenario under way."""

    def __init__(self, entry: Entry) -> None:
        self.entry = entry
        super().__init__(entry.why)


@dataclass(frozen=True, slots=True, kw_only=True)
class How:
    """How scenarios are executed; times are in seconds and scaled.

    Args:
        kernel: the kernelspec: ours is warm where it can be, ``python3`` is always an ordinary one.
        cell_s: the longest for one cell.
        deadline_s: the longest for all cells of a scenario.
        on_cell: hears the role of a cell (``act``) and its new state.
        interrupted: when it is set, the scenario under way is stopped and entered as interrupted.
    """

    kernel: str = spec.NAME
    cell_s: float = CELL_TIMEOUT_S
    deadline_s: float = DEADLINE_S
    on_cell: OnCell = field(default=lambda role, state: None)
    interrupted: asyncio.Event | None = None


async def execute(
    scenario: Scenario,
    folder: Path,
    *,
    parameters: dict[str, Value],
    stack_file: Path | None,
    how: How | None = None,
) -> Entry:
    """Run ``scenario`` into ``folder``, which is made, and read what its notebook decided.

    ``stack_file`` tells the notebook where the embedded stack describes itself; ``None`` for other targets. Nothing
    of this process is changed meanwhile: no environment, no folder, no logging. When it is cancelled the kernel is
    ended, the notebook is saved as it is, and ``CancelledError`` passes.
    """
    env = _make(scenario, folder, stack_file)
    started_s, notebook = monotonic_s(), notebook_digest(scenario.path)
    trouble = await _run(scenario, folder, parameters, env, how or How())
    outcome = read_outcome(folder, trouble)
    return Entry(
        scenario=scenario.name,
        title=scenario.title,
        folder=folder,
        parameters=parameters,
        ruling=outcome.ruling,
        took_s=monotonic_s() - started_s,
        checks=outcome.checks,
        why=outcome.why.replace(f"{folder.parent}{os.sep}", ""),  # evidence tells nothing about the machine's folders
        notebook=notebook,
    )


def _make(scenario: Scenario, folder: Path, stack_file: Path | None) -> dict[str, str]:
    """Make the folder; returns the environment of the kernel that writes into it."""
    folder.mkdir()
    env = {**os.environ, evidence.VARIABLE: str(folder.resolve()), evidence.OF_SCENARIO: scenario.name}
    if stack_file is not None:
        env["GPATH_STACK"] = str(stack_file.resolve())
    return env


async def _run(scenario: Scenario, folder: Path, parameters: dict[str, Value], env: dict[str, str], how: How) -> str:
    """Run the notebook; what went wrong beside its own verdict, in words (empty: nothing)."""
    if scenario.unreadable:
        return f"its notebook cannot be read: {scenario.unreadable}"
    from gp_lib.engine.imports import import_papermill

    import_papermill()  # not at the top: it costs a second that `gpath --help` should not pay
    from gp_lib.engine.execution import Listeners, Plan
    from gp_lib.engine.execution import execute as execute_record

    output = folder / evidence.EXECUTED
    with evidence.log_without_secrets(folder / evidence.KERNEL_LOG) as log:
        plan = Plan(
            kernel_name=how.kernel,
            env=env,
            cwd=str(scenario.path.parent),
            log=log,
            start_s=START_TIMEOUT_S,
            cell_s=how.cell_s,
            deadline_s=how.deadline_s,
            arguments=(f"--IPKernelApp.log_level={logging.CRITICAL}",),
        )
        try:
            record = _prepared(scenario, output, parameters)
            listeners = Listeners(cell=lambda index, state: how.on_cell(_role(record.nb.cells[index]), state))
            ending = await execute_record(record, plan, listeners, how.interrupted)
        except (OSError, ValueError, WorkbenchError) as error:
            return f"its notebook could not be executed: {type(error).__name__}: {error}"
    return _trouble(ending)


def _prepared(scenario: Scenario, output: Path, parameters: dict[str, Value]) -> Any:
    """The record of the notebook, with the injected cell and papermill's metadata, before anything is executed."""
    from gp_lib.engine.record import Record

    notebook = prepared(scenario.path, parameters)
    # names only: evidence is read elsewhere, and tells nothing about the machine's folders
    notebook.metadata.papermill |= {"input_path": scenario.path.name, "output_path": output.name}
    return Record(notebook, str(output), progress_bar=False)


def _role(cell: Any) -> str:
    """The role of a cell by its tag; papermill's injected cell is one of parameters too."""
    return next((role for role in ROLES for tag in cell.metadata.get("tags", ()) if tag.endswith(role)), "")


def _trouble(ending: "Ending") -> str:
    from gp_lib.engine.states import State

    if ending.state is State.PASSED or ending.ename == "ScenarioFailed":
        return ""
    words = {
        State.FAILED: f"{ending.ename}: {ending.why}",
        State.TIMED_OUT: f"a cell was stopped: {ending.why}",
        State.INTERRUPTED: "interrupted by the user" if ending.ename == "Interrupted" else "a cell was interrupted",
        State.KERNEL_DIED: f"its kernel died: {ending.why}",
    }
    return words.get(ending.state, f"it ended as {ending.state}: {ending.why}")


def warm_up(scenarios: Iterable[Scenario]) -> None:
    """Start the template for these scenarios, if there is none: it imports while something else is done.

    It also makes the kernelspec known to this environment, for `papermill -k gpath` and JupyterLab.
    """
    spec.install()
    readable = [scenario for scenario in scenarios if not scenario.unreadable]
    sources = (source for scenario in readable for _, source in notebook_cells(scenario.path))
    keeper_for(os.environ, modules_for(sources))


def execute_alone(scenario: Scenario, batch: Path, **options: Any) -> Entry:
    """``execute`` for callers without an event loop, into a folder of ``batch``.

    Raises:
        Interrupted: by Ctrl-C or another reason to stop; the kernel is gone then.
    """

    async def run() -> tuple[Entry, bool]:
        interrupted = asyncio.Event()
        with heeding(interrupted):
            entry = await execute(scenario, batch / scenario.name, how=How(interrupted=interrupted), **options)
        return entry, interrupted.is_set()

    entry, stopped = asyncio.run(run())
    if stopped:
        raise Interrupted(entry)
    return entry


@contextmanager
def heeding(interrupted: asyncio.Event) -> Iterator[None]:
    """Reasons to stop set the event, instead of raising somewhere in the event loop; ignored ones stay ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    loop = asyncio.get_running_loop()
    before = {n: signal.getsignal(n) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    heeded = [number for number, handler in before.items() if handler is not signal.SIG_IGN]
    for number in heeded:
        loop.add_signal_handler(number, interrupted.set)
    try:
        yield
    finally:
        for number in heeded:
            loop.remove_signal_handler(number)
            signal.signal(number, before[number])
