"""The listening side of a proxy: a port that stays ours while nobody listens on it."""

import asyncio
import errno
import socket
from collections.abc import Callable
from contextlib import suppress

from gp_lib.errors import NotReady

BACKLOG = 1024
RETRY_S = 0.05  # after the process ran out of file descriptors


class Door:
    """Accepts clients on a loopback port and hands each socket to ``greet``; ``name`` is for errors.

    While shut, the port refuses connections as a dead process would, and still nobody else can take it.
    """

    def __init__(self, name: str, address: tuple[str, int], greet: Callable[[socket.socket], None]) -> None:
        self.name = name
        self.address = address
        self._greet = greet
        self._guard: socket.socket | None = None
        self._listener: socket.socket | None = None

    def open(self) -> None:
        """Listen; the first time the port is chosen, and kept until :meth:`close`.

        Raises:
            NotReady: somebody else has the port.
        """
        if self._guard is None:
            self._guard = self._take_port()
        if self._listener is None:
            self._listener = _socket()
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
            self._listener.bind(self.address)
            self._listener.listen(BACKLOG)
            asyncio.get_running_loop().add_reader(self._listener, self._accept)

    def shut(self) -> None:
        """Refuse: who is not yet accepted gets a RST, who comes gets ECONNREFUSED."""
        if self._listener is not None:
            asyncio.get_running_loop().remove_reader(self._listener)
            self._listener.close()
            self._listener = None

    def close(self) -> None:
        """Shut, and give the port back."""
        self.shut()
        if self._guard is not None:
            self._guard.close()
            self._guard = None

    def _take_port(self) -> socket.socket:
        guard = _socket()
        try:
            guard.bind(self.address)
        except OSError as error:
            guard.close()
            todo = "choose another port, or stop what uses this one"
            raise NotReady(f"fault proxy {self.name!r}", f"bind {self.address}: {error}", todo=todo) from error
        # Only now: with SO_REUSEPORT from the start, a port that somebody shares would be shared with us.
        guard.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        self.address = guard.getsockname()
        return guard

    def _accept(self) -> None:
        while self._listener is not None:
            try:
                client, _ = self._listener.accept()
            except BlockingIOError:
                return
            except OSError as error:
                if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
                    self._pause()
                    return
                continue  # this client gave up while it waited
            with suppress(OSError):
                self._greet(client)

    def _pause(self) -> None:
        loop = asyncio.get_running_loop()
        if self._listener is not None:
            loop.remove_reader(self._listener)
        loop.call_later(RETRY_S, self._resume, self._listener)

    def _resume(self, paused: socket.socket | None) -> None:
        if self._listener is not None and self._listener is paused:
            asyncio.get_running_loop().add_reader(self._listener, self._accept)


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    return made
