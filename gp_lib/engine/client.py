"""Executes one cell after the other in a kernel, and says truly how each ended."""

import asyncio
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from gp_lib.clock import Deadline, patience
from gp_lib.engine.bounds import Bounds
from gp_lib.engine.kernel import Kernel
from gp_lib.engine.states import Ending, State, how_it_ended

INTERRUPT_GRACE_S, TERMINATE_GRACE_S, KILL_GRACE_S = 5.0, 2.0, 5.0
"""How long a cell may take to heed an interrupt, then a SIGTERM, then how long the system may take to kill it."""

LAST_WORDS_S = 0.05
"""What a dying kernel has sent just before is still on its way."""

INTERRUPTIONS = ("KeyboardInterrupt",)


class Client(NotebookClient):  # type: ignore[misc]
    """nbclient's handling of messages and outputs, bounded, with a kernel whose death is seen at once."""

    def __init__(self, nb: Any, kernel: Kernel, on_output: Callable[[Any], None]) -> None:
        # nbclient's own joining of streams takes time with the square of a line's length: minutes for a megabyte
        super().__init__(nb, km=kernel.manager, timeout=None, iopub_timeout=int(patience(10)), coalesce_streams=False)
        self.kc = kernel.client
        self.kernel = kernel
        self.bounds = Bounds()
        self._on_output = on_output

    async def _async_poll_kernel_alive(self) -> None:
        """The base class asks once a second; the end of our kernels is an event."""
        await self.kernel.ended()
        await asyncio.sleep(LAST_WORDS_S)
        if self.task_poll_for_reply is not None:
            self.task_poll_for_reply.cancel()

    def process_message(self, msg: dict[str, Any], cell: Any, cell_index: int) -> Any:
        """Keep an output, or count it as dropped."""
        if msg["msg_type"] in ("stream", "display_data", "execute_result", "error", "update_display_data"):
            if not self.bounds.admits(msg):
                return None
            output = super().process_message(msg, cell, cell_index)
            if output is not None:
                self._on_output(output)
            return output
        return super().process_message(msg, cell, cell_index)


def joined(outputs: Sequence[Any]) -> list[Any]:
    """The outputs, with those of one stream that follow each other as one."""
    kept: list[Any] = []
    for (kind, stream), group in groupby(outputs, key=lambda output: (output.output_type, output.get("name"))):
        together = list(group)
        if kind == "stream":
            text = "".join(output.text for output in together)
            together = [nbformat.v4.new_output("stream", name=stream, text=text)]
        kept += together
    return kept


@dataclass(slots=True)
class Cells:
    """The cells of a notebook in a kernel. ``deadline`` is the whole execution's, ``cell_s`` one cell's (scaled)."""

    client: Client
    kernel: Kernel
    deadline: Deadline | None = None
    cell_s: float | None = None
    interrupted: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self, cell: Any, index: int) -> Ending:
        """Execute ``cell``; it never raises for what the cell does.

        Cancelled, it stops the cell and lets ``CancelledError`` pass.
        """
        self.client.bounds.next_cell()
        work = asyncio.ensure_future(self.client.async_execute_cell(cell, index))
        stop = asyncio.ensure_future(self.interrupted.wait())
        limit_s, which = self._limit()
        try:
            await asyncio.wait({work, stop}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            await self._stop(work)
            raise
        finally:
            stop.cancel()
        if work.done():
            ending = await self._how(work)
        elif self.interrupted.is_set():
            ending = await self._stopped(work, State.INTERRUPTED, "it was interrupted")
        else:
            ending = await self._stopped(work, State.TIMED_OUT, f"{which} of {limit_s:.1f} s has passed")
        cell.outputs = joined(cell.outputs)
        if mark := self.client.bounds.mark():
            cell.outputs.append(nbformat.v4.new_output("stream", name="stderr", text=mark))
        return ending

    def _limit(self) -> tuple[float | None, str]:
        cell_s = None if self.cell_s is None else patience(self.cell_s)
        left_s = None if self.deadline is None else self.deadline.left_s
        if left_s is not None and (cell_s is None or left_s < cell_s):
            return left_s, "the rest of the deadline"
        return cell_s, "the time-out for one cell"

    async def _how(self, work: "asyncio.Future[Any]") -> Ending:
        """How a cell ended that ended by itself."""
        try:
            work.result()
        except CellExecutionError as error:
            state = State.INTERRUPTED if error.ename in INTERRUPTIONS else State.FAILED
            return Ending(state, error.ename, error.evalue)
        except DeadKernelError:
            code = await self.kernel.ended()
            return Ending(State.KERNEL_DIED, "KernelDied", how_it_ended(code), exit_code=code)
        except CellTimeoutError:
            return Ending(State.FAILED, "OutputLost", "its outputs did not all arrive")
        except Exception as error:  # noqa: BLE001 - a message that nbclient cannot handle is this cell's failure
            return Ending(State.FAILED, type(error).__name__, str(error))
        return Ending(State.PASSED)

    async def _stopped(self, work: "asyncio.Future[Any]", state: State, why: str) -> Ending:
        pending = await self.kernel.pending()
        how = await self._stop(work)
        ename = "CellTimedOut" if state is State.TIMED_OUT else "Interrupted"
        return Ending(state, ename, f"{why}; {how}", pending=pending)

    async def _stop(self, work: "asyncio.Future[Any]") -> str:
        """Interrupt, then terminate, then kill; says what helped."""
        steps = (
            (signal.SIGINT, INTERRUPT_GRACE_S, "an interrupt ended the cell"),
            (signal.SIGTERM, TERMINATE_GRACE_S, "it did not heed an interrupt, SIGTERM ended the kernel"),
            (signal.SIGKILL, KILL_GRACE_S, "it heeded neither an interrupt nor SIGTERM, SIGKILL ended the kernel"),
        )
        for number, grace_s, how in steps:
            await self.kernel.send(number)
            done, _ = await asyncio.wait({work}, timeout=patience(grace_s))
            if done:
                work.exception()  # known by its stop
                return how
        work.cancel()
        return "even SIGKILL did not end the kernel in time"
