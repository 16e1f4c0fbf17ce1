"""How Jupyter starts a kernel with us: forked from the template, kept by it, or an ordinary one."""

import asyncio
import json
import os
import signal
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from jupyter_client.provisioning import LocalProvisioner

from gp_lib.clock import patience
from gp_lib.kernels.keeper import Keeper, frozen, keeper_for
from gp_lib.kernels.sweep import MARK, end_marked, kill_group

BORN_WITHIN_S = 60.0
"""The longest wait for the template to import everything and fork (scaled)."""

UNDERSTOOD = {"env", "cwd", "stdout", "stderr", "stdin", "independent", "extra_arguments", "kernel_id"}
LAUNCH = ["-m", "ipykernel_launcher", "-f"]
GRACE_S = 2.0


class WarmProvisioner(LocalProvisioner):  # type: ignore[misc]
    """Asks the template for a kernel; on any doubt it starts an ordinary kernel, as Jupyter does.

    ``warm`` says which it became and ``why_not`` why it is an ordinary one. With a kernel manager that has a true
    attribute ``sweeps``, children of the kernel are ended with it, also those with a session of their own.
    """

    connection: socket.socket | None = None
    warm = False
    why_not = ""
    exit_code: int | None = None
    _heard = b""

    @property
    def has_process(self) -> bool:
        """Whether a kernel is being managed."""
        return self.connection is not None or super().has_process

    @property
    def sweeps(self) -> bool:
        """Whether nothing of the kernel may stay."""
        return bool(getattr(self.parent, "sweeps", False))

    async def pre_launch(self, **kwargs: Any) -> dict[str, Any]:
        """Mark the kernel's environment, so that its children can be found."""
        prepared: dict[str, Any] = await super().pre_launch(**kwargs)
        prepared["env"][MARK] = str(self.kernel_id)
        return prepared

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> Any:
        """Start a kernel: forked and kept by the template, or else freshly started and kept by it, or else ordinary."""
        self.exit_code, self.warm, self.why_not, self._heard = None, False, "", b""
        keeper = None
        if kwargs.get("independent") or not UNDERSTOOD.issuperset(kwargs) or kwargs.get("stdin") is not None:
            self.why_not = "it was started with options that only an ordinary kernel knows"
        elif (keeper := await asyncio.to_thread(keeper_for, kwargs["env"])) is None:
            self.why_not = "there is no template here"
        if keeper is not None:
            await self._try(keeper, cmd, doubt(cmd, kwargs["env"], keeper), **kwargs)
            if self.connection is None and (keeper := await asyncio.to_thread(keeper_for, kwargs["env"])) is not None:
                await self._try(keeper, cmd, self.why_not, **kwargs)
        if self.connection is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    async def _try(self, keeper: Keeper, cmd: list[str], why_not: str, **kwargs: Any) -> None:
        """Have the template bear the kernel, forked where nothing speaks against it."""
        self.why_not = why_not
        try:
            await asyncio.wait_for(self._be_born(keeper, cmd, **kwargs), patience(BORN_WITHIN_S))
        except (OSError, ValueError, TimeoutError) as error:
            self._disconnect()
            self.why_not = f"the template failed: {error!r}"
            self.log.warning("%s; starting an ordinary kernel", self.why_not)

    async def _be_born(self, keeper: Keeper, cmd: list[str], **kwargs: Any) -> None:
        env = kwargs["env"]
        order = {
            "argv": cmd,
            "env": dict(env),
            "cwd": str(kwargs.get("cwd") or os.getcwd()),
            "warm": not self.why_not,
            "sweep": self.sweeps,
            "mark": env[MARK],
            "folder": str(getattr(self.parent, "folder", "")),
        }
        self.connection = keeper.order(_descriptor(kwargs.get("stdout"), 1), _descriptor(kwargs.get("stderr"), 2))
        self.connection.setblocking(False)
        loop = asyncio.get_running_loop()
        await loop.sock_sendall(self.connection, json.dumps(order).encode() + b"\n")
        while (born := self._line()) is None:
            if not (more := await loop.sock_recv(self.connection, 4096)):
                raise ConnectionError("it closed the kernel's socket")
            self._heard += more
        self.pid = self.pgid = born["pid"]
        self.warm, self.why_not = born["warm"], self.why_not or born["why"]

    def _line(self) -> dict[str, Any] | None:
        line, newline, rest = self._heard.partition(b"\n")
        if not newline:
            return None
        self._heard = rest
        return dict(json.loads(line))

    async def poll(self) -> int | None:
        """``None`` while the kernel lives, then its exit code; a negative one is the signal that ended it."""
        if self.connection is None:
            return self.exit_code if self.exit_code is not None else await super().poll()
        if self.exit_code is None:
            try:
                more = self.connection.recv(4096)
            except BlockingIOError:
                return None
            except OSError:
                more = b""
            self._heard += more
            said = self._line()
            if said is not None:
                self.exit_code = int(said["exit"])
            elif not more:  # the template has died, and with it the kernel; its children have not
                self.exit_code = -signal.SIGKILL
                await asyncio.to_thread(self._tidy)
        return self.exit_code

    def _tidy(self) -> None:
        kill_group(self.pgid or 0)
        if self.sweeps:
            end_marked(str(self.kernel_id))

    async def wait(self) -> int | None:
        """Wait until the kernel has ended, without polling where it is a kept one."""
        if self.connection is None:
            return self.exit_code if self.exit_code is not None else await super().wait()
        while await self.poll() is None:
            await self._hears_something(None)
        self._disconnect()
        return self.exit_code

    async def _hears_something(self, within_s: float | None) -> None:
        """Until the kernel's socket can be read. Several may wait at the same time: each watches a copy of it."""
        assert self.connection is not None
        loop = asyncio.get_running_loop()
        heard: asyncio.Future[None] = loop.create_future()
        copy = os.dup(self.connection.fileno())
        loop.add_reader(copy, _resolve, heard)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(within_s):
                    await heard
        finally:
            loop.remove_reader(copy)
            os.close(copy)

    async def ended(self) -> int:
        """Wait until the kernel has ended, for watchers: the kernel is still managed afterwards."""
        while (code := await self.poll()) is None:
            if self.connection is not None:
                await self._hears_something(None)
            else:
                await asyncio.sleep(0.2)
        return code

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Wait for the kernel's end here, so that the manager's poll of 0.1 s finds it done."""
        if self.connection is not None and await self.poll() is None:
            await self._hears_something(GRACE_S)

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel and its process group."""
        if self.connection is None:
            await super().send_signal(signum)
        elif self.exit_code is None and self.pgid:
            kill_group(self.pgid, signum)

    async def kill(self, restart: bool = False) -> None:
        """End it now."""
        if self.connection is None:
            await super().kill(restart)
        else:
            await self.send_signal(signal.SIGKILL)

    async def terminate(self, restart: bool = False) -> None:
        """Ask it to end."""
        if self.connection is None:
            await super().terminate(restart)
        else:
            await self.send_signal(signal.SIGTERM)

    async def cleanup(self, restart: bool = False) -> None:
        """Nothing stays: a kernel that still lives ends with its socket."""
        await super().cleanup(restart)
        kept = self.connection is not None or self.exit_code is not None
        self._disconnect()
        if self.sweeps and not kept and sys.platform == "linux":
            await asyncio.to_thread(end_marked, str(self.kernel_id))

    def _disconnect(self) -> None:
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def __del__(self) -> None:
        self._disconnect()


def doubt(cmd: list[str], env: dict[str, str], keeper: Keeper) -> str:
    """Why a fork would not be what was asked for; empty: nothing speaks against it."""
    if cmd[:1] != [sys.executable] or cmd[1:4] != LAUNCH:
        return "it is no ipykernel of this interpreter"
    if (wanted := frozen(env)) != keeper.frozen:
        names = {name for name, _ in set(wanted.items()) ^ set(keeper.frozen.items())}
        return f"it needs another {', '.join(sorted(names))} than the template has"
    return ""


def _resolve(future: "asyncio.Future[None]") -> None:
    if not future.done():
        future.set_result(None)


def _descriptor(stream: Any, inherited: int) -> int:
    """The descriptor behind what ``Popen`` would accept; ours where nothing was given."""
    if stream is None:
        return inherited
    return int(stream if isinstance(stream, int) else stream.fileno())
