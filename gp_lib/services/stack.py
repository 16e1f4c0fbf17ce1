"""Start, find and stop an embedded stack; the stack itself lives in a supervisor process of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from gp_lib.clock import patience
from gp_lib.errors import NotReady
from gp_lib.services.messages import listen
from gp_lib.services.options import StackOptions
from gp_lib.services.process import read_tail
from gp_lib.services.state import StateDir
from gp_lib.settings import StackDescription

STOP_WITHIN_S = 45.0


class RunningStack:
    """A stack that is up. It goes down with ``stop``, at the end of a ``with``, or when this process dies.

    A detached one is left running by the end of this process, but not by ``stop`` or the end of a ``with``.
    """

    def __init__(self, state: StateDir, description: StackDescription, owned: "_Owned") -> None:
        self.description = description
        self._state = state
        self._owned = owned

    def stop(self) -> None:
        """Stop everything and wait until it is gone; harmless when it is down."""
        self._owned.let_go()
        stop_stack(self._state.root)
        self._owned.reap()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def start_stack(
    state_dir: Path, options: StackOptions, *, detached: bool, on_progress: Callable[[str, str], None]
) -> RunningStack:
    """Start a stack and return when everything is ready.

    ``detached`` lets it outlive this process; otherwise it ends with it, however that dies. ``on_progress`` is
    called with a service and a phase: ``starting``, ``ready 0.8 s``.

    Raises:
        NotReady: something did not start, or another stack is there; nothing is left behind but logs.
    """
    state = StateDir(state_dir)
    try:
        state.make()
        owned = _Owned.launch(state, options, detached=detached)
    except OSError as error:
        todo = "choose another state directory, or free disk space"
        raise NotReady("the stack", f"{state.root} cannot be used: {error.strerror}", todo=todo) from error
    try:
        owned.wait_until_up(on_progress)
        description = StackDescription.model_validate_json(state.description.read_bytes())
    except BaseException:
        owned.abandon()
        raise
    if detached:
        owned.set_free()
    return RunningStack(state, description, owned)


def find_stack(state_dir: Path) -> StackDescription | None:
    """The stack that is up there; ``None`` when none is, and then what a dead one left is cleaned away.

    ``None`` too while one is still starting or stopping.
    """
    state = StateDir(state_dir)
    with state.owned() as nobody_there:
        if nobody_there:
            state.clean()
            return None
    try:
        return StackDescription.model_validate_json(state.description.read_bytes())
    except (OSError, ValueError):
        return None


def stop_stack(state_dir: Path) -> bool:
    """Stop the stack there, also one that is still starting, and wait until it is gone.

    Gives False when there was none. A supervisor that does not end in time is killed; its services die with it.
    """
    state = StateDir(state_dir)
    pid = state.supervisor_pid()
    if pid is not None:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGTERM)
        with state.owned(STOP_WITHIN_S) as gone:
            if not gone:
                _kill(pid)
    with state.owned(STOP_WITHIN_S) as ours:
        if ours:
            state.clean()
    return pid is not None


def _kill(pid: int) -> None:
    with suppress(psutil.NoSuchProcess):
        supervisor = psutil.Process(pid)
        supervisor.kill()
        psutil.wait_procs([supervisor], timeout=5)


class _Owned:
    """The starter's end of a supervisor: its process, what it tells, and the pipe that keeps it alive."""

    def __init__(self, state: StateDir, process: "subprocess.Popen[str]", lifeline: int) -> None:
        self._state = state
        self._process = process
        self._lifeline: int | None = lifeline

    @classmethod
    def launch(cls, state: StateDir, options: StackOptions, *, detached: bool) -> Self:
        """Start a supervisor in a session of its own: Ctrl-C is for us to hear, and to pass on."""
        ours = [sys.executable, "-m", "gp_lib.services.supervisor", str(state.root)]
        reading, writing = os.pipe()
        try:
            with state.log("supervisor").open("ab") as log:
                process = subprocess.Popen(
                    [*ours, "--lifeline-fd", str(reading), *(["--detach"] if detached else [])],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=log,
                    cwd=state.root,  # "-m" looks for modules there first, and no folder of the user's stays in use
                    pass_fds=(reading,),
                    start_new_session=True,
                    text=True,
                )
        except BaseException:
            os.close(writing)
            raise
        finally:
            os.close(reading)
        assert process.stdin is not None
        with suppress(BrokenPipeError), process.stdin:  # it died at once: the end of its stdout says so
            process.stdin.write(options.model_dump_json() + "\n")
        return cls(state, process, writing)

    def wait_until_up(self, on_progress: Callable[[str, str], None]) -> None:
        """Pass on its progress until it is up.

        Raises:
            NotReady: it is not, and will not be.
        """
        assert self._process.stdout is not None
        if listen(self._process.stdout, on_progress):
            return
        log = self._state.log("supervisor")
        raise NotReady("the supervisor", "it ended without a word", todo=f"see {log}", log_tail=read_tail(log, 15))

    def set_free(self) -> None:
        """Let it live without us."""
        if self._lifeline is not None:
            with suppress(BrokenPipeError):
                os.write(self._lifeline, b"!")
        self.let_go()
        self.reap()

    def let_go(self) -> None:
        """Close the pipe: unless set free, the supervisor stops everything."""
        if self._lifeline is not None:
            os.close(self._lifeline)
            self._lifeline = None

    def reap(self) -> None:
        """Wait until the process we started has ended."""
        if self._process.stdout is not None:
            self._process.stdout.close()
        try:
            self._process.wait(patience(STOP_WITHIN_S))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def abandon(self) -> None:
        """Give up a start: have everything taken down, and wait until it is."""
        self.let_go()
        if self._process.stdout is not None:
            self._process.stdout.read()  # it ends with the supervisor
        self.reap()
