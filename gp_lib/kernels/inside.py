"""What is installed inside a kernel: interrupts that also break an idle ``await``, and a dump of what hangs.

Standard library only: its text is also sent to ordinary kernels. Linux and macOS.
"""

import asyncio
import atexit
import faulthandler
import os
import signal
import sys
from typing import Any, TextIO

OURS = ("/ipykernel/", "/tornado/", "/zmq/", "/IPython/")
MAX_TASKS, MAX_FRAMES = 50, 30
IN_ORDER = "(ended in order)"
SHUT_DOWN = {"source": "ask_exit", "keepkernel": False}
"""What a reply says of a kernel that is about to end."""


def install(loop: asyncio.AbstractEventLoop, dump: str | None = None) -> None:
    """Make signals wake ``loop`` up; with ``dump``, SIGUSR1 writes there where every thread and task is.

    A signal does not end the wait of an idle event loop unless a wakeup descriptor is set (ipykernel#881), and
    registering any handler with the loop sets it. Only for the main thread.
    """
    loop.add_signal_handler(signal.SIGUSR2, int)
    announce_exits()
    if dump is None:
        return
    file = open(dump, "w", encoding="utf-8")  # noqa: SIM115 - open as long as the kernel lives
    atexit.register(write_end, file, os.getpid())

    def on_signal(number: int, frame: Any) -> None:
        write_tasks(loop, file)

    signal.signal(signal.SIGUSR1, on_signal)
    faulthandler.register(signal.SIGUSR1, file, all_threads=True, chain=True)


def announce_exits() -> None:
    """Have the reply to a cell say that the kernel is about to end, whatever asks for it.

    ``exit()`` says so by itself; ``do_shutdown()`` and ``exit_now`` end the kernel a moment later without a word.
    """

    def on_exit(change: Any) -> None:
        if change["new"]:
            shell.payload_manager.write_payload(SHUT_DOWN)

    if (shell := _shell()) is not None:
        shell.observe(on_exit, "exit_now")


def write_end(file: TextIO, process: int) -> None:
    """Write that the interpreter has come to its end in order: nothing that a cell has left behind has ended it."""
    shell = _shell()
    left = [] if shell is None else shell.payload_manager.read_payload()
    if os.getpid() == process and not any(one["source"] == "ask_exit" and one is not SHUT_DOWN for one in left):
        print(IN_ORDER, file=file, flush=True)


def _shell() -> Any:
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def write_tasks(loop: asyncio.AbstractEventLoop, file: TextIO) -> None:
    """Write what is pending on ``loop``, and a last line that says the list is complete."""
    for line in pending_tasks(loop):
        print(line, file=file)
    print("(end of tasks)", file=file, flush=True)


def pending_tasks(loop: asyncio.AbstractEventLoop) -> list[str]:
    """One text a pending task of ``loop``: its name, and its chain of awaits, innermost last."""
    told = [_told(task) for task in asyncio.all_tasks(loop)]
    return sorted(text for text in told if text)[:MAX_TASKS]


def _told(task: "asyncio.Task[Any]") -> str:
    frames = awaits(task.get_coro())
    while frames and any(part in frames[0] for part in OURS):
        frames.pop(0)
    if not frames or any(part in frames[-1] for part in OURS):
        return ""
    return "\n".join([f"task {task.get_name()}:", *(f"  {frame}" for frame in frames[-MAX_FRAMES:])])


def awaits(coroutine: Any) -> list[str]:
    """Where a suspended coroutine is: ``file:line in function``, outermost first."""
    frames: list[str] = []
    while coroutine is not None and len(frames) < 1000:
        found = (getattr(coroutine, name, None) for name in ("cr_frame", "gi_frame", "ag_frame"))
        frame = next((frame for frame in found if frame is not None), None)
        if frame is None:
            break
        frames.append(f"{frame.f_code.co_filename}:{frame.f_lineno} in {frame.f_code.co_name}")
        links = (getattr(coroutine, name, None) for name in ("cr_await", "gi_yieldfrom", "ag_await"))
        coroutine = next((link for link in links if link is not None), None)
    return frames


def prepare_source(dump: str | None) -> str:
    """Code that installs this in an ordinary kernel and leaves no name in the user's namespace."""
    with open(__file__, encoding="utf-8") as file:
        text = file.read()
    steps = "import asyncio\ninstall(asyncio.get_running_loop(), DUMP)\n"
    return f"exec(compile({text + steps!r}, 'gpath', 'exec'), {{'__name__': 'gpath', 'DUMP': {dump!r}}})"
