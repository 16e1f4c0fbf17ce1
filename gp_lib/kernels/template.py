"""The template process: imports once, then keeps kernels. Single-threaded; Linux only.

Whoever starts it holds the other end of ``line``, a packet socket. One packet is one order for a kernel and carries
three descriptors: the kernel's own socket, its stdout and its stderr. The order itself, a JSON line, comes over the
kernel's socket; over it go back ``{"pid", "warm", "why"}`` and, when the kernel has ended, ``{"exit"}``. A kernel
whose socket is closed by its owner is killed; when ``line`` closes, or the owner dies, all are.

It imports, but it never runs anything before a fork: no thread, no event loop, no ZMQ context, no connection. A child
returns to ``main`` first, so that it has none of the server's frames, and has closed all of its descriptors.
"""

import json
import os
import selectors
import shutil
import socket
import sys
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from gp_lib.kernels.birth import PR_SET_CHILD_SUBREAPER, Birth, control, detach, run_ordinary, run_warm
from gp_lib.kernels.preload import Preload, native_threads
from gp_lib.kernels.sweep import ROUNDS, children, is_marked, kill_all, kill_group, with_descendants

ORDER_WITHIN_S = 10.0
REAP_EVERY_S = 1.0
DESCRIPTORS = 3


@dataclass(slots=True)
class Kept:
    """A kernel that is alive: its socket, its process and how it is to be tidied up after."""

    connection: socket.socket
    pidfd: int
    birth: Birth


class Template:
    """Forks kernels on order, keeps their lives tied to their owners, reports their ends."""

    def __init__(self, line: socket.socket, owner: int, preload: Preload) -> None:
        self._line = line
        self._preload = preload
        self._waiting: list[tuple[Birth, socket.socket, tuple[int, int]]] = []
        self._owner = os.pidfd_open(owner)
        self._kept: dict[int, Kept] = {}
        self._sweeping = False
        self._wake = selectors.DefaultSelector()
        self._wake.register(line, selectors.EVENT_READ, self._order)
        self._wake.register(self._owner, selectors.EVENT_READ, self._end)

    def serve(self) -> Birth:
        """Serve until the owner is gone; returns only in a forked child, with what it is born with."""
        while True:
            for key, _ in self._wake.select(REAP_EVERY_S if self._preload.done else 0):
                if key.fileobj in self._wake.get_map() and (born := key.data()):
                    return born  # type: ignore[no-any-return]
            self._reap()
            if not self._preload.done:
                self._import()
            while self._preload.done and self._waiting:
                if born := self._bear(*self._waiting.pop(0)):
                    return born

    def _import(self) -> None:
        """One more module. Orders for fresh interpreters need not wait for all of them, orders for forks do."""
        self._preload.step()
        if self._preload.done:
            with suppress(OSError):  # the owner is gone
                self._line.send(json.dumps({"threads": native_threads(), "refused": self._preload.refused}).encode())

    def _order(self) -> Birth | None:
        try:
            packet, descriptors, _, _ = socket.recv_fds(self._line, 16, DESCRIPTORS)
        except ConnectionResetError:  # closed, with our own words unread
            packet, descriptors = b"", []
        if not packet:
            self._end()
        connection = socket.socket(fileno=descriptors[0])
        output = (descriptors[1], descriptors[2])
        try:
            birth = _read_order(connection)
        except (OSError, ValueError, TypeError):
            connection.close()
            for descriptor in output:
                os.close(descriptor)
            return None
        if birth.warm and not self._preload.done:
            self._waiting.append((birth, connection, output))
            return None
        return self._bear(birth, connection, output)

    def _bear(self, birth: Birth, connection: socket.socket, output: tuple[int, int]) -> Birth | None:
        threads = native_threads()
        warm = birth.warm and threads == 1
        keeper = os.getpid()
        pid = os.fork()
        if pid == 0:
            detach(keeper, output)
            self._close(connection)
            return replace(birth, warm=warm)
        for descriptor in output:
            os.close(descriptor)
        kept = self._kept[pid] = Kept(connection, os.pidfd_open(pid), birth)
        self._sweeping |= birth.sweep
        self._wake.register(kept.pidfd, selectors.EVENT_READ, self._reap)
        self._wake.register(connection, selectors.EVENT_READ, lambda: self._abandoned(pid))
        why = "" if warm or not birth.warm else f"the template has {threads} threads"
        _tell(connection, {"pid": pid, "warm": warm, "why": why})
        return None

    def _close(self, connection: socket.socket) -> None:
        """In a child: none of the server's descriptors stays open."""
        self._wake.close()
        for _, waiting, output in self._waiting:
            waiting.close()
            for descriptor in output:
                os.close(descriptor)
        for kept in self._kept.values():
            kept.connection.close()
            os.close(kept.pidfd)
        connection.close()
        self._line.close()
        os.close(self._owner)

    def _abandoned(self, pid: int) -> None:
        """The owner has closed the kernel's socket (or said something, which it never does)."""
        kept = self._kept.get(pid)
        if kept is not None:
            self._wake.unregister(kept.connection)
            kill_group(pid)

    def _reap(self) -> None:
        """Meet every child that has ended: kernels, and orphans of theirs that came to us."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            if pid in self._kept:
                self._ended(pid, os.waitstatus_to_exitcode(status))

    def _ended(self, pid: int, code: int) -> None:
        kept = self._kept.pop(pid)
        kill_group(pid)
        if kept.birth.sweep:
            self._sweep(kept.birth.mark)
        _remove(kept.birth.folder)
        self._wake.unregister(kept.pidfd)
        os.close(kept.pidfd)
        with suppress(KeyError, ValueError):
            self._wake.unregister(kept.connection)
        _tell(kept.connection, {"exit": code})
        kept.connection.close()

    def _sweep(self, mark: str) -> None:
        """Kill what the ended kernel has left. It is our child now: we are the subreaper of all that kernels start.

        An orphan that has thrown its environment away is everybody's when other kernels live, and goes at the end.
        """
        for _ in range(ROUNDS):
            orphans = {pid for pid in children(os.getpid()) if pid not in self._kept}
            ours = {pid for pid in orphans if is_marked(pid, mark)} if self._kept else orphans
            if not ours:
                break
            kill_all(with_descendants(ours))
            self._reap()

    def _end(self) -> None:
        """Nobody wants kernels any more."""
        for pid in self._kept:
            kill_group(pid)
        for _ in range(ROUNDS if self._sweeping else 0):
            left = with_descendants({os.getpid()}) - {os.getpid()}
            if not left:
                break
            kill_all(left)
            with suppress(ChildProcessError):
                os.waitpid(-1, 0)
        for kept in self._kept.values():
            _remove(kept.birth.folder)
        os._exit(0)


def _read_order(connection: socket.socket) -> Birth:
    connection.settimeout(ORDER_WITHIN_S)
    text = b""
    while not text.endswith(b"\n"):
        if not (more := connection.recv(1 << 16)):
            raise ConnectionError("the order ended early")
        text += more
    connection.settimeout(None)
    return Birth.from_json(json.loads(text))


def _remove(folder: str) -> None:
    if folder:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(connection: socket.socket, words: dict[str, Any]) -> None:
    with suppress(OSError):  # the owner has gone: its kernels are being killed
        connection.sendall(json.dumps(words).encode() + b"\n")


def main(descriptor: int, owner: int, modules: list[str]) -> None:
    """Run the template; what returns here from ``serve`` is a kernel."""
    line = socket.socket(fileno=descriptor)
    if os.getppid() != owner:
        sys.exit(0)
    control(PR_SET_CHILD_SUBREAPER, 1)
    preload = Preload(modules)
    birth = Template(line, owner, preload).serve()
    if birth.warm:
        run_warm(birth, preload.variables)
    else:
        run_ordinary(birth)


BOOT = "import sys; sys.path.pop(0); from gp_lib.kernels.template import main; main({}, {}, {!r})"
"""The template's program. ``-c`` puts the current folder on the path, and nothing may be imported from there."""
