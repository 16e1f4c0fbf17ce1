"""Executes one cell after the other in a kernel, and says truly how each ended."""

import asyncio
import signal
from dataclasses import dataclass, field
from typing import Any

from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from gp_lib.clock import Deadline, patience
from gp_lib.engine.client import Client, KernelLeaves
from gp_lib.engine.kernel import Kernel
from gp_lib.engine.states import Ending, State, how_it_ended

INTERRUPT_GRACE_S, TERMINATE_GRACE_S, KILL_GRACE_S = 5.0, 2.0, 5.0
"""How long a cell may take to heed an interrupt, then a SIGTERM, then how long the system may take to kill it."""

ANSWER_S = 30.0
"""How long an idle kernel may take to answer after its last cell (scaled)."""

INTERRUPTIONS = ("KeyboardInterrupt",)
EXIT = "SystemExit"


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
        work = asyncio.ensure_future(self.client.async_execute_cell(cell, index))
        stop = asyncio.ensure_future(self.interrupted.wait())
        limit_s, which = self._limit()
        try:
            await asyncio.wait({work, stop}, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
            if work.done():
                return await self._how(work)
            if self.interrupted.is_set():
                return await self._stopped(work, State.INTERRUPTED, "it was interrupted")
            return await self._stopped(work, State.TIMED_OUT, f"{which} of {limit_s:.1f} s has passed")
        except asyncio.CancelledError:
            await self._stop(work)
            raise
        finally:
            stop.cancel()
            self.client.outputs.settle()

    async def end(self) -> Ending:
        """After the last cell: *passed* if the kernel is still there and stays.

        A cell may have asked it to end, or left something behind that ends it a moment later: then its cells' work
        is not known to be whole, whether or not that moment came before the last one had run.
        """
        answer = asyncio.ensure_future(self.client.still_there())
        dead = asyncio.ensure_future(self.kernel.ended())
        try:
            await asyncio.wait({answer, dead}, timeout=patience(ANSWER_S), return_when=asyncio.FIRST_COMPLETED)
            if not answer.done() and not dead.done():
                why = f"after the last cell the kernel did not answer within {patience(ANSWER_S):.0f} s"
                return Ending(State.FAILED, "KernelSilent", why)
            ending = await self._how(answer) if answer.done() else died(await dead)
            if ending.state is State.PASSED and (code := await self.kernel.leave()) is not None:
                return died(code)
            return ending
        finally:
            answer.cancel()
            dead.cancel()
            self.client.outputs.settle()

    def _limit(self) -> tuple[float | None, str]:
        cell_s = None if self.cell_s is None else patience(self.cell_s)
        left_s = None if self.deadline is None else self.deadline.left_s
        if left_s is not None and (cell_s is None or left_s < cell_s):
            return left_s, "the rest of the deadline"
        return cell_s, "the time-out for one cell"

    async def _how(self, work: "asyncio.Future[Any]") -> Ending:
        """How work of the kernel ended that ended by itself."""
        try:
            work.result()
        except CellExecutionError as error:
            return _failed(error)
        except KernelLeaves:
            return died(0)
        except DeadKernelError:
            return died(await self.kernel.ended())
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


def _failed(error: CellExecutionError) -> Ending:
    """The ending of a cell that an exception ended. Who leaves by ``SystemExit`` has not run the rest either."""
    if error.ename == EXIT:
        return Ending(State.FAILED, EXIT, f"the cell called sys.exit({error.evalue}), and nothing after it was run")
    state = State.INTERRUPTED if error.ename in INTERRUPTIONS else State.FAILED
    return Ending(state, error.ename, error.evalue)


def died(code: int) -> Ending:
    """The ending of a kernel that has ended with this exit code, or (0) that was asked to by a cell of its own."""
    return Ending(State.KERNEL_DIED, "KernelDied", how_it_ended(code), exit_code=code)
