"""One connection through a proxy: two sockets, two pipes, and the ways in which it can end."""

import asyncio
import socket
import struct
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from gp_lib.errors import WorkbenchError
from gp_lib.faults.pipe import Cut, Pipe
from gp_lib.faults.rules import Direction, Ending
from gp_lib.faults.wire import Wire

if TYPE_CHECKING:
    from gp_lib.faults.effects import Effect

HEAD_BYTES = 16_384  # how far head_contains looks
LINGER_S = 1.0  # how long a FIN waits for the peer's, so that it does not turn into a RST
_RST = struct.pack("ii", 1, 0)


class Connection:
    """A client's connection; ``number`` counts from 1 per proxy.

    ``head`` is what the client sent first: up to the end of an HTTP head, or ``HEAD_BYTES``.
    """

    def __init__(
        self, number: int, client: socket.socket, wire: Wire, *, effects: Sequence["Effect[Any]"], limit_bytes: int
    ) -> None:
        self.number = number
        self.client_port: int = client.getpeername()[1]
        self.wire = wire
        self.head = b""
        self.pipes: dict[Direction, Pipe] = {
            "up": Pipe("up", self, effects, limit_bytes),
            "down": Pipe("down", self, effects, limit_bytes),
        }
        self._client = client
        self._server: socket.socket | None = None
        self._effects = effects
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None
        self._ending: Ending | None = None

    @property
    def queued_bytes(self) -> int:
        """How many bytes were read and not delivered, in both directions."""
        return sum(pipe.queued_bytes for pipe in self.pipes.values())

    def wake(self) -> None:
        """Look at the rules again: they have changed."""
        self._changed.set()
        for pipe in self.pipes.values():
            pipe.wake()

    def look(self, direction: Direction, data: bytes) -> None:
        """Let the parser and the head see bytes before they move on."""
        if direction == "up" and len(self.head) < HEAD_BYTES and b"\r\n\r\n" not in self.head:
            self.head = (self.head + data)[:HEAD_BYTES]
        self.wire.feed(direction, data)

    def reset(self) -> None:
        """End the connection by a true RST to both sides, very soon."""
        self._ending = "reset"
        if self._task is None:
            self.release()
        else:
            self._task.cancel()

    def hang_up(self) -> None:
        """Close the client's side by FIN; what it has sent goes on to the server, and no answer comes back."""
        with suppress(OSError):  # the client was faster
            self._client.shutdown(socket.SHUT_RDWR)

    async def run(self, dial: Callable[[], Awaitable[socket.socket]]) -> None:
        """Serve the connection to its end. An upstream that can't be reached resets the client.

        Raises:
            UnsafeTarget: the upstream's name turned out to be neither loopback nor listed.
        """
        self._task = asyncio.current_task()
        if self._ending is not None:
            return
        try:
            await self._while_hung()
            self._server = await dial()
            await self._pump(self._server)
        except OSError:
            self._ending = "reset"
        except WorkbenchError:
            self._ending = "reset"
            raise
        except asyncio.CancelledError:
            if self._ending is None:  # not our reset: the proxy closes
                raise
        finally:
            await self._close()

    async def _while_hung(self) -> None:
        while any(effect.hangs(self) for effect in self._effects):
            self._changed.clear()
            await self._changed.wait()

    async def _pump(self, server: socket.socket) -> None:
        up, down, client = self.pipes["up"], self.pipes["down"], self._client
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(up.receive(client, server))
                group.create_task(up.deliver(server))
                group.create_task(down.receive(server, client))
                group.create_task(down.deliver(client))
        except* Cut as cut:
            first = cut.exceptions[0]
            self._ending = first.how if isinstance(first, Cut) else "reset"

    async def _close(self) -> None:
        try:
            if self._ending == "close":
                await asyncio.gather(*map(_say_goodbye, self._ends()))
        finally:
            self.release()

    def release(self) -> None:
        """Close both sockets now; harmless when they are closed."""
        for end in self._ends():
            if self._ending == "reset" and end.fileno() >= 0:
                end.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RST)
            end.close()

    def _ends(self) -> list[socket.socket]:
        return [end for end in (self._client, self._server) if end is not None]


async def _say_goodbye(end: socket.socket) -> None:
    """Send FIN and read away what still comes: unread bytes would turn our close into a RST."""
    loop = asyncio.get_running_loop()
    with suppress(OSError):  # TimeoutError is one
        end.shutdown(socket.SHUT_WR)
        async with asyncio.timeout(LINGER_S):
            while await loop.sock_recv(end, 65_536):
                pass
