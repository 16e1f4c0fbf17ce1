"""The process that owns a stack: starts it, takes orders, and stops it when its own owner is gone.

``python -m gp_lib.services.supervisor STATE_DIR [--lifeline-fd N] [--detach]`` reads the options as one JSON line
from stdin (nothing: from the environment) and tells on stdout how the start goes. When the pipe at the lifeline
descriptor closes it stops everything; one byte through the pipe sets it free to live without its owner.

When it is killed itself, Linux ends its services (see ``launch``). Elsewhere nothing tells them; the next look
into the state directory ends them by the ledger.
"""

import argparse
import asyncio
import logging
import os
import signal
import sys
from pathlib import Path

from gp_lib.errors import NotReady, WorkbenchError
from gp_lib.faults.control import ControlServer, fault_handlers
from gp_lib.services.assembly import Assembly
from gp_lib.services.describe import describe
from gp_lib.services.messages import tell, tell_failure
from gp_lib.services.options import StackOptions
from gp_lib.services.orders import ProcessOrders
from gp_lib.services.state import StateDir

_log = logging.getLogger("supervisor")
LOCK_WITHIN_S = 1.0


class Supervisor:
    """One stack, from start to stop; ``run`` is its whole life."""

    def __init__(self, state: StateDir, options: StackOptions) -> None:
        self._state = state
        self._stop = asyncio.Event()
        self._stack = Assembly(state, options, progress=_tell_progress)
        orders = ProcessOrders(self._stack.services, self._stop.set)
        handlers = {**orders.handlers(), **fault_handlers(self._stack.proxies)}
        self._control = ControlServer(handlers, self._stack.credentials.control)

    async def run(self, lifeline: int | None) -> None:
        """Start, serve until told to stop, and stop.

        Raises:
            WorkbenchError: the stack did not come up, or was told to stop before it did.
        """
        self._heed(lifeline)
        try:
            await self._start_unless_stopped()
            await self._stop.wait()
        finally:
            _log.info("stopping")
            self._state.description.unlink(missing_ok=True)  # nobody finds a stack that is going down
            await self._control.close()
            await self._stack.stop()

    async def _start(self) -> None:
        await self._stack.start()
        await self._control.start()
        self._describe()
        self._stack.on_moved = self._describe
        _log.info("up")
        tell(sys.stdout, "up")
        _leave_stdout()

    async def _start_unless_stopped(self) -> None:
        starting, stopping = asyncio.create_task(self._start()), asyncio.create_task(self._stop.wait())
        await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if self._stop.is_set():
            starting.cancel()
        stopping.cancel()
        try:
            await starting
        except asyncio.CancelledError:
            todo = "start it again"
            raise NotReady("the stack", "it was told to stop while it was starting", todo=todo) from None

    def _describe(self) -> None:
        description = describe(self._stack, self._control.address)
        self._state.write(self._state.description, description.model_dump_json(indent=1))

    def _heed(self, lifeline: int | None) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        if lifeline is not None:
            loop.add_reader(lifeline, self._hear_owner, lifeline)

    def _hear_owner(self, lifeline: int) -> None:
        asyncio.get_running_loop().remove_reader(lifeline)
        if os.read(lifeline, 1):
            _log.info("set free by the owner")
        else:
            _log.info("the owner is gone")
            self._stop.set()


def _tell_progress(service: str, phase: str) -> None:
    tell(sys.stdout, "progress", service=service, phase=phase)


def _leave_stdout() -> None:
    """The starter has heard all it needs; it waits for the end of this stream."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _read_options() -> StackOptions:
    text = "" if sys.stdin.isatty() else sys.stdin.readline()
    return StackOptions.model_validate_json(text) if text.strip() else StackOptions.from_environment()


def _own_and_run(state: StateDir, lifeline: int | None) -> None:
    """Be the only supervisor of this directory from start to stop, and leave nothing in it but logs."""
    options = _read_options()
    state.make()
    with state.owned(LOCK_WITHIN_S) as ours:
        if not ours:
            raise _occupied(state)
        state.sign()
        if survivors := state.clean():
            _log.warning("ended what an earlier stack had left running: %s", ", ".join(survivors))
        state.forget_logs()
        state.make()
        try:
            asyncio.run(Supervisor(state, options).run(lifeline))
        finally:
            state.clean()


def _occupied(state: StateDir) -> NotReady:
    return NotReady(
        "the stack",
        f"{state.root} belongs to another stack that is up or starting (supervisor {state.supervisor_pid()})",
        todo="use that one, stop it with `gpath down`, or choose another state directory",
    )


def _go_on_in_background() -> None:
    """Continue in a child that the starter need not wait for."""
    if os.fork():
        os._exit(0)


def main() -> int:
    """Run a supervisor; the exit code is 0 when the stack was up and came down in good order."""
    parser = argparse.ArgumentParser(prog="python -m gp_lib.services.supervisor", description=__doc__)
    parser.add_argument("state_dir", type=Path)
    parser.add_argument("--lifeline-fd", type=int, default=None)
    parser.add_argument("--detach", action="store_true")
    arguments = parser.parse_args()
    logging.basicConfig(stream=sys.stderr, level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if arguments.detach:
        _go_on_in_background()
    try:
        _own_and_run(StateDir(arguments.state_dir), arguments.lifeline_fd)
    except Exception as error:  # noqa: BLE001  the starter must hear of it, whatever it is
        _log.log(logging.ERROR, "not up: %s", error, exc_info=not isinstance(error, WorkbenchError))
        tell_failure(sys.stdout, error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
