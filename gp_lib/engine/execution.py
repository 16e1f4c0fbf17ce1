"""One execution of a notebook, from its first banner to its last. Many can run at once in one event loop."""

import asyncio
import os
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import IO, Any

from gp_lib.clock import Deadline
from gp_lib.engine.cells import Cells
from gp_lib.engine.client import Client
from gp_lib.engine.kernel import KernelFailed, open_kernel
from gp_lib.engine.record import OnCell, Record
from gp_lib.engine.states import Ending, State

START_S = 60.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to execute. All times are in seconds and scaled for slow machines.

    Args:
        kernel_name: a kernelspec's name.
        env: the kernel's whole environment; ``None``: ours.
        cwd: the kernel's folder; ``None``: ours.
        log: takes what the kernel process itself writes, beside its cells' outputs; ``None``: our stdout and stderr.
        start_s: the longest that the kernel may take to start.
        cell_s: the longest that one cell may run; ``None``: no limit.
        deadline_s: the longest that all cells may run together; ``None``: no limit.
        arguments: further words for the kernel's command line.
    """

    kernel_name: str
    env: Mapping[str, str] | None = None
    cwd: str | None = None
    log: IO[bytes] | None = None
    start_s: float = START_S
    cell_s: float | None = None
    deadline_s: float | None = None
    arguments: tuple[str, ...] = ()


@dataclass(slots=True)
class Listeners:
    """Who hears of a cell's new state, and of each output."""

    cell: OnCell = field(default=lambda index, state: None)
    output: Callable[[Any], None] = field(default=lambda output: None)


async def execute(
    record: Record, plan: Plan, listeners: Listeners | None = None, interrupted: asyncio.Event | None = None
) -> Ending:
    """Execute the record's notebook. It always ends with a saved record, and with no process left.

    When ``interrupted`` is set the cell that runs is stopped and the execution ends; so it does when cancelled.

    Raises:
        WorkbenchError: the notebook could not be saved.
    """
    listeners = listeners or Listeners()
    record.begin()
    saving = asyncio.ensure_future(record.keep_saved())
    ending = Ending(State.FAILED, "EngineFailed", "the engine itself failed")
    try:
        ending = await _execute(record, plan, listeners, interrupted or asyncio.Event())
    except asyncio.CancelledError:
        ending = Ending(State.INTERRUPTED, "Interrupted", "the execution was cancelled")
        raise
    except KernelFailed as error:
        ending = Ending(State.KERNEL_DIED, "KernelFailed", str(error))
    except Exception as error:  # noqa: BLE001 - whatever it is: nothing passed, and the record says so
        ending = Ending(State.FAILED, "EngineFailed", f"the engine itself failed: {type(error).__name__}: {error}")
        _keep_traceback(plan.log)
    finally:
        saving.cancel()
        await asyncio.gather(saving, return_exceptions=True)  # what kept it from saving meets the last save too
        record.finish(ending)
    return record.ending


def _keep_traceback(log: IO[bytes] | None) -> None:
    """A defect of ours is found by its traceback, which is nothing for a reader of the notebook."""
    if log is not None:
        log.write(traceback.format_exc().encode("utf-8", "replace"))


async def _execute(record: Record, plan: Plan, listeners: Listeners, interrupted: asyncio.Event) -> Ending:
    opening = open_kernel(
        plan.kernel_name,
        env=os.environ if plan.env is None else plan.env,
        cwd=plan.cwd,
        log=plan.log,
        start_s=plan.start_s,
        arguments=list(plan.arguments),
    )
    async with opening as kernel:
        record.nb.metadata["language_info"] = kernel.language
        record.nb.metadata.papermill["kernel"] = "warm" if kernel.warm else "ordinary"
        client = Client(record.nb, kernel, _both(record, listeners), record.autosave_cell)
        deadline = None if plan.deadline_s is None else Deadline.after(plan.deadline_s)
        cells = Cells(client, kernel, deadline, plan.cell_s, interrupted)
        return await _run_all(record, cells, listeners)


def _both(record: Record, listeners: Listeners) -> Callable[[Any], None]:
    def on_output(output: Any) -> None:
        record.autosave_cell()
        listeners.output(output)

    return on_output


async def _run_all(record: Record, cells: Cells, listeners: Listeners) -> Ending:
    """Run cell after cell until one does not pass, and see that the kernel outlives them."""
    for index, cell in enumerate(record.nb.cells):
        if cells.interrupted.is_set():
            return Ending(State.INTERRUPTED, "Interrupted", "it was interrupted between two cells")
        if cell.cell_type != "code":
            continue
        record.started(cell, index)
        listeners.cell(index, State.RUNNING)
        try:
            ending = await cells.run(cell, index)
        except asyncio.CancelledError:
            record.ended(cell, index, Ending(State.INTERRUPTED, "Interrupted", "the execution was cancelled"))
            raise
        record.ended(cell, index, ending)
        listeners.cell(index, ending.state)
        if ending.state is not State.PASSED:
            return ending
    ending = await cells.end()
    cells.client.set_widgets_metadata()
    return ending
