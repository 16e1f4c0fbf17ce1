"""The owner's side of the template process: starts it, orders kernels, ends it."""

import atexit
import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from gp_lib.kernels.preload import MODULES, SINGLE_THREADED
from gp_lib.kernels.template import BOOT

FROZEN_PREFIXES = ("PYTHON", "LC_", "LD_", "MALLOC_", "OMP_", "OPENBLAS_", "MKL_", "NUMEXPR_", "JE_")
FROZEN = ("LANG", "LANGUAGE", "HOME", "VIRTUAL_ENV", "MPLCONFIGDIR", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "PATH")
"""Variables that an interpreter or a package reads once, at its start: where a kernel's differ from the template's,
a fork would not be what the kernel's owner asked for."""

END_WITHIN_S = 10.0


def frozen(env: Mapping[str, str]) -> dict[str, str]:
    """The variables of ``env`` that cannot be changed after an interpreter has started."""
    return {name: env[name] for name in sorted(env) if name in FROZEN or name.startswith(FROZEN_PREFIXES)}


def installed() -> tuple[object, ...]:
    """Which interpreter this is and when its packages last changed: another answer needs another template."""
    folders = [Path(entry) for entry in sys.path if entry.endswith(("site-packages", "dist-packages"))]
    return (sys.executable, sys.version, *((str(f), f.stat().st_mtime_ns) for f in folders if f.is_dir()))


class Keeper:
    """A running template. ``env`` is the environment whose frozen part it has."""

    def __init__(self, env: Mapping[str, str], modules: Sequence[str] = MODULES) -> None:
        self.installed = installed()
        self.frozen = frozen(env)
        self.orders = 0
        self._owner = os.getpid()
        self._line, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            self.process = subprocess.Popen(
                [sys.executable, "-c", BOOT.format(theirs.fileno(), os.getpid(), list(modules))],
                env={**env, **SINGLE_THREADED},
                stdin=subprocess.DEVNULL,
                stdout=2,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )

    @property
    def usable(self) -> bool:
        """Whether it is alive, ours, and has imported what is installed now."""
        return self._owner == os.getpid() and self.process.poll() is None and self.installed == installed()

    def order(self, stdout: int, stderr: int) -> socket.socket:
        """Ask for a kernel; the order itself goes over the socket that comes back, and then it is the kernel's life.

        Raises:
            OSError: the template is gone.
        """
        ours, theirs = socket.socketpair()
        try:
            with theirs:
                socket.send_fds(self._line, [b"kernel"], [theirs.fileno(), stdout, stderr])
        except OSError:
            ours.close()
            raise
        self.orders += 1
        return ours

    def ready(self, within_s: float) -> dict[str, object]:
        """Wait until it has imported everything: how many ``threads`` it has, and which modules it ``refused``.

        Raises:
            OSError: it died, or it took longer than ``within_s`` seconds.
        """
        self._line.settimeout(within_s)
        try:
            if not (packet := self._line.recv(1 << 16)):
                raise ConnectionError("the template died while it imported")
        finally:
            self._line.settimeout(None)
        return dict(json.loads(packet))

    def close(self) -> None:
        """End it, and every kernel that it still keeps."""
        self._line.close()
        if self._owner != os.getpid():
            return
        try:
            self.process.wait(END_WITHIN_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


_lock = threading.Lock()
_keepers: list[Keeper] = []


def keeper_for(env: Mapping[str, str], modules: Sequence[str] = MODULES) -> Keeper | None:
    """This process's template, started when there is none that can be used; ``None`` where there cannot be one.

    Call it early to have it import while something else is done; ``modules`` are for one that is started now.
    """
    if sys.platform != "linux" or not hasattr(os, "pidfd_open"):
        return None
    with _lock:
        if not _keepers or not _keepers[-1].usable:
            if not _keepers:
                atexit.register(close_keepers)
            with suppress(OSError):
                _keepers.append(Keeper(env, modules))
        return _keepers[-1] if _keepers and _keepers[-1].usable else None


def close_keepers() -> None:
    """End every template of this process, and what they keep. The next kernel starts a new one."""
    with _lock:
        while _keepers:
            _keepers.pop().close()
