"""A kernel for one notebook: started without fixed sleeps, on private sockets, and ended with all of its children."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from jupyter_client.kernelspec import KernelSpecManager, NoSuchKernel
from jupyter_client.manager import AsyncKernelManager

from gp_lib.clock import Deadline, monotonic_s, patience
from gp_lib.engine.states import how_it_ended
from gp_lib.errors import WorkbenchError
from gp_lib.kernels.birth import DUMP_VARIABLE
from gp_lib.kernels.inside import IN_ORDER, prepare_source
from gp_lib.kernels.spec import KERNELS

FOLDER_PREFIX = "gpath-kernel-"
LONGEST_SOCKET_PATH = 100
DUMP_WITHIN_S = 0.5
LEAVE_WITHIN_S = 3.0
END_OF_DUMP = "(end of tasks)"
MACHINERY = ("/ipykernel/", "/IPython/", "/zmq/", "/tornado/")


class KernelFailed(WorkbenchError):
    """The kernel did not start, or died while it did."""


class Manager(AsyncKernelManager):  # type: ignore[misc]
    """A kernel manager whose kernel leaves nothing behind. ``folder`` holds its sockets and goes with it."""

    sweeps = True
    folder: str = ""


@dataclass(slots=True)
class Kernel:
    """A kernel that answers."""

    manager: Manager
    client: Any
    folder: Path
    language: dict[str, Any]

    @property
    def warm(self) -> bool:
        """Whether it was forked from the template."""
        return bool(getattr(self.manager.provisioner, "warm", False))

    async def ended(self) -> int:
        """Wait until it has ended, for whatever reason; returns its exit code, a negative one is a signal."""
        provisioner = self.manager.provisioner
        if hasattr(provisioner, "ended"):
            return int(await provisioner.ended())
        while (code := await provisioner.poll()) is None:  # noqa: ASYNC110 - somebody else's provisioner has no event
            await asyncio.sleep(0.2)
        return int(code)

    async def send(self, number: signal.Signals) -> None:
        """Signal the kernel and its process group."""
        with suppress(OSError, RuntimeError):  # it has just ended
            await self.manager.signal_kernel(number)

    async def leave(self) -> int | None:
        """Ask it to end and wait until it has; ``None``: it did so in order, or had to be made to.

        Else its exit code: a thread that a cell has left behind, or a hook of its own, has ended it on the way.
        """
        with _opened(self.folder / "tasks") as dump:
            await self.manager.request_shutdown()
            with suppress(TimeoutError):
                code = await asyncio.wait_for(self.ended(), patience(LEAVE_WITHIN_S))
                return None if dump is None or IN_ORDER in dump.read() else code
            await self.manager.finish_shutdown()
            return None

    async def pending(self) -> str:
        """Where its threads and asyncio tasks are, by its own word; empty when it can say nothing."""
        dump, pid = self.folder / "tasks", getattr(self.manager.provisioner, "pid", None)
        if pid is None or not dump.exists():
            return ""
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGUSR1)
        deadline = Deadline.after(DUMP_WITHIN_S)
        while not deadline.passed and END_OF_DUMP not in _text(dump):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.01)
        return _without_machinery(_text(dump))


def _without_machinery(dump: str) -> str:
    """The main thread, the user's own threads and tasks; not the kernel's threads, which always wait."""
    blocks = [block.strip() for block in dump.removesuffix(END_OF_DUMP + "\n").split("\n\n")]
    return "\n\n".join(
        block for block in blocks if not (block.startswith("Thread 0x") and any(part in block for part in MACHINERY))
    )


@contextmanager
def _opened(dump: Path) -> Iterator[IO[str] | None]:
    """The dump, which goes with its folder when the kernel has ended, opened before; ``None``: it writes none."""
    if not dump.exists():
        yield None
        return
    with open(dump, encoding="utf-8", errors="replace") as file:
        yield file


def _text(path: Path) -> str:
    return path.read_text(errors="replace")


@asynccontextmanager
async def open_kernel(
    name: str, *, env: Mapping[str, str], cwd: str | None, log: IO[bytes] | None, start_s: float, arguments: list[str]
) -> AsyncIterator[Kernel]:
    """A kernel that answers; in the end it is gone, asked first.

    Raises:
        KernelFailed: it did not start within ``start_s`` (scaled) seconds, or died.
    """
    folder = Path(tempfile.mkdtemp(prefix=FOLDER_PREFIX))
    manager = _manager(name, folder)
    client = None
    try:
        try:
            async with asyncio.timeout(patience(start_s)):
                await manager.start_kernel(
                    env={**env, DUMP_VARIABLE: str(folder / "tasks")},
                    cwd=cwd or os.getcwd(),
                    extra_arguments=arguments,
                    **({"stdout": log, "stderr": log} if log else {}),
                )
                client = await _connected(manager, folder)
                kernel = Kernel(manager, client, folder, await _ready(manager, client))
                await _prepare(kernel)
        except TimeoutError:
            raise KernelFailed(f"the kernel {name!r} did not answer within {patience(start_s):.0f} s") from None
        except NoSuchKernel:
            raise KernelFailed(_not_installed(name, manager)) from None
        except Exception as error:  # a kernelspec or a provisioner of somebody else's may fail in any way
            raise KernelFailed(f"the kernel {name!r} did not start: {error or type(error).__name__}") from error
        yield kernel
        if await manager.is_alive():
            await kernel.leave()
    finally:
        await _end(manager, client)
        shutil.rmtree(folder, ignore_errors=True)


def _not_installed(name: str, manager: Manager) -> str:
    if name in manager.kernel_spec_manager.find_kernel_specs():
        return f"the kernel {name!r} did not start: its kernelspec names a provisioner that is not installed"
    return f"there is no kernel {name!r} here; `jupyter kernelspec list` shows those that are installed"


def _manager(name: str, folder: Path) -> Manager:
    specs = KernelSpecManager()
    specs.kernel_dirs = [*specs.kernel_dirs, str(KERNELS)]
    files: dict[str, str] = {"connection_file": str(folder / "connection.json")}
    if os.name == "posix" and len(str(folder)) < LONGEST_SOCKET_PATH - 10:  # no port that another could take first
        files |= {"transport": "ipc", "ip": str(folder / "s")}
    manager = Manager(kernel_name=name, kernel_spec_manager=specs, **files)
    manager.folder = str(folder)
    return manager


async def _connected(manager: Manager, folder: Path) -> Any:
    """A client that connects once the kernel listens: a connection refused is tried again only 0.1 s later."""
    client = manager.client()
    if manager.transport == "ipc":
        wanted = [Path(f"{manager.ip}-{port}") for port in (manager.shell_port, manager.iopub_port)]
        while not all(path.exists() for path in wanted):
            await _require_alive(manager)
            await asyncio.sleep(0.005)
    client.start_channels(stdin=False, hb=False, control=False)
    client.allow_stdin = False
    return client


async def _require_alive(manager: Manager) -> None:
    if (code := await manager.provisioner.poll()) is not None:
        raise RuntimeError(how_it_ended(code))


async def _ready(manager: Manager, client: Any) -> dict[str, Any]:
    """Wait until both channels carry messages; returns what the kernel says of its language."""
    client.kernel_info()
    asked_s = monotonic_s()
    shell = asyncio.ensure_future(client.shell_channel.get_msg(timeout=None))
    iopub = asyncio.ensure_future(client.iopub_channel.get_msg(timeout=None))
    try:
        while not (shell.done() and iopub.done()):
            await asyncio.wait({f for f in (shell, iopub) if not f.done()}, timeout=0.1, return_when="FIRST_COMPLETED")
            await _require_alive(manager)
            if not iopub.done() and monotonic_s() - asked_s > 0.5:  # it had not subscribed yet
                client.kernel_info()
                asked_s = monotonic_s()
        return dict(shell.result()["content"].get("language_info", {}))
    finally:
        for future in (shell, iopub):
            future.cancel()


async def _prepare(kernel: Kernel) -> None:
    """Give an ordinary Python kernel what a warm one is born with: signals that wake it up, and the dump."""
    if kernel.warm or kernel.language.get("name") != "python" or os.name != "posix":
        return
    asked = kernel.client.execute(prepare_source(str(kernel.folder / "tasks")), silent=True, store_history=False)
    dead = asyncio.ensure_future(kernel.ended())
    try:
        while (reply := await _unless(dead, kernel.client.shell_channel.get_msg(timeout=None))) is not None:
            if reply["parent_header"].get("msg_id") == asked:
                return
        raise RuntimeError(how_it_ended(await dead))
    finally:
        dead.cancel()


async def _unless(dead: "asyncio.Future[int]", message: Coroutine[Any, Any, Any]) -> Any:
    """The message; ``None`` when the kernel ends before it comes."""
    awaited = asyncio.ensure_future(message)
    await asyncio.wait({awaited, dead}, return_when=asyncio.FIRST_COMPLETED)
    if awaited.done():
        return awaited.result()
    awaited.cancel()
    return None


async def _end(manager: Manager, client: Any) -> None:
    """End what is still there, by force: a kernel that was asked to end has ended."""
    if client is not None:
        client.stop_channels()
    if manager.has_kernel:
        await manager.provisioner.kill()
        await manager.provisioner.wait()
    await manager.cleanup_resources()
