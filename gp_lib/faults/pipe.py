"""One direction of one connection: reads, keeps in one due-time queue, delivers, under the rules in force."""

import asyncio
import fcntl
import math
import socket
import struct
import termios
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Literal

from gp_lib.clock import monotonic_s, wait_until
from gp_lib.faults.rules import Direction, Ending
from gp_lib.faults.wire import Mark

if TYPE_CHECKING:
    from gp_lib.faults.connection import Connection
    from gp_lib.faults.editor import Editor
    from gp_lib.faults.effects import Effect
    from gp_lib.faults.event_frames import EventFrame

READ_BYTES = 65_536
CHUNK_COST_BYTES = 512  # what a queued piece costs beside its data, so that tiny pieces are bounded too
FAIR_READS = 16  # how many reads in a row one connection may have
DRAIN_S = 1.0  # how long a cut waits for the bytes before it to reach the peer's kernel


class Cut(Exception):
    """A rule ends the connection; ``how``: by RST or by FIN."""

    def __init__(self, how: Ending) -> None:
        self.how = how
        super().__init__(how)


@dataclass(eq=False)
class Chunk:
    """Bytes that arrived together, or the end of the stream; ``delays_s`` are added by rules."""

    data: bytes
    arrived_s: float
    end: Literal["eof", "reset"] | None = None
    delays_s: dict["Effect[Any]", float] = field(default_factory=dict)


class Pipe:
    """One direction; two tasks run :meth:`receive` and :meth:`deliver`.

    ``delivered`` bytes were handed to the receiver's kernel, out of ``received``. The queue holds at most
    ``limit_bytes`` plus one read; then nothing is read any more, which the sender feels. Bytes leave in the order in
    which they came, whatever the rules: only the head of the queue is ever looked at. An ``editor`` sees what comes
    first, and what it lets through counts as received.
    """

    def __init__(
        self, direction: Direction, connection: "Connection", effects: Sequence["Effect[Any]"], limit_bytes: int
    ) -> None:
        self.direction = direction
        self.connection = connection
        self.received = 0
        self.delivered = 0
        self.finished = False
        self._effects = effects
        self._limit_bytes = limit_bytes
        self.editor: Editor | None = None
        self._queue: deque[Chunk] = deque()
        self._cost_bytes = 0
        self._wake = asyncio.Event()
        self._room = asyncio.Event()

    @property
    def queued(self) -> Sequence[Chunk]:
        """What was read and not delivered, oldest first."""
        return self._queue

    @property
    def queued_bytes(self) -> int:
        """How many bytes were read and not delivered."""
        return sum(len(chunk.data) for chunk in self._queue)

    @property
    def marks(self) -> deque[Mark]:
        """The places that the parser recognised and that are not wholly delivered."""
        return self.connection.wire.marks[self.direction]

    def wake(self) -> None:
        """Look at the rules again: they, or the queue, have changed."""
        self._wake.set()

    async def receive(self, source: socket.socket, sink: socket.socket) -> None:
        """Read until the stream ends, into the queue or, when nothing stands in the way, straight out."""
        loop = asyncio.get_running_loop()
        reads = 0
        while True:
            while self._cost_bytes >= self._limit_bytes:
                self._room.clear()
                await self._room.wait()
            try:
                data = await loop.sock_recv(source, READ_BYTES)
            except OSError:
                return self.put(Chunk(b"", monotonic_s(), "reset"))
            if not data:
                self._edit_end()
                return self.put(Chunk(b"", monotonic_s(), "eof"))
            self._take(data, sink)
            reads += 1
            if len(data) == READ_BYTES or reads % FAIR_READS == 0:
                await asyncio.sleep(0)  # a fast sender must not keep the loop from the others

    def put(self, chunk: Chunk) -> None:
        """Append to the queue, and let the rules see it arrive."""
        for effect in self._effects:
            effect.on_arrival(self, chunk)
        self._queue.append(chunk)
        self._cost_bytes += len(chunk.data) + CHUNK_COST_BYTES
        self._wake.set()

    def insert(self, piece: "bytes | EventFrame") -> None:
        """Let a piece in as if it had come from the source like this."""
        data = piece if isinstance(piece, bytes) else piece.data
        if data:
            self.received += len(data)
            self.connection.look(self.direction, data)
            self.put(Chunk(data, monotonic_s(), delays_s={} if isinstance(piece, bytes) else piece.delays_s))

    def _edit_end(self) -> None:
        for piece in self.editor.end() if self.editor else ():
            self.insert(piece)

    def _take(self, data: bytes, sink: socket.socket) -> None:
        if self.editor is not None:
            for piece in self.editor.feed(data):
                self.insert(piece)
            return
        self.received += len(data)
        self.connection.look(self.direction, data)
        if not self._effects and not self._queue:
            try:
                sent = sink.send(data)
            except OSError:  # would block, or lost: both are the deliverer's business
                sent = 0
            self._advance(sent)
            data = data[sent:]
        if data:
            self.put(Chunk(data, monotonic_s()))

    async def deliver(self, sink: socket.socket) -> None:
        """Hand the queue to the receiver as the rules allow, until the end of the stream was handed over.

        Raises:
            Cut: a rule ends the connection, or its source was reset.
        """
        while self._queue or not self.finished:
            held_until_s = self._held_until_s()
            if held_until_s > monotonic_s():
                await self._wait(held_until_s)
                continue
            await self._cut_if_ruled(sink)
            if not self._queue:
                await self._wait(math.inf)
            elif not self._swallow():
                await self._pass(self._queue[0], sink)

    def _held_until_s(self) -> float:
        if not self._queue:
            return 0.0
        return max((effect.holds_until_s(self, self._queue[0]) for effect in self._effects), default=0.0)

    async def _wait(self, until_s: float) -> None:
        self._wake.clear()
        try:
            async with asyncio.timeout(None if math.isinf(until_s) else until_s - monotonic_s()):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _cut_if_ruled(self, sink: socket.socket) -> None:
        for effect in list(self._effects):
            if how := effect.cuts(self):
                await drained(sink)
                raise Cut(how)

    def _swallow(self) -> bool:
        chunk = self._queue[0]
        if not any(effect.swallows(self, chunk) for effect in self._effects):
            return False
        self._advance(len(chunk.data))
        self._pop()
        return True

    async def _pass(self, chunk: Chunk, sink: socket.socket) -> None:
        limits = [limit for effect in self._effects if (limit := effect.limit_bytes(self)) is not None]
        count = min([len(chunk.data), *limits])
        try:
            if chunk.end is not None:
                return self._end(chunk, sink)
            await asyncio.get_running_loop().sock_sendall(sink, chunk.data[:count])
        except OSError:
            return self._lost()
        for effect in self._effects:
            effect.on_passed(self, count)
        chunk.data = chunk.data[count:]
        self._cost_bytes -= count
        self._advance(count)
        if not chunk.data:
            self._pop()
        return None

    def _end(self, chunk: Chunk, sink: socket.socket) -> None:
        if chunk.end == "reset":
            raise Cut("reset")
        sink.shutdown(socket.SHUT_WR)
        self._pop()
        self.finished = True

    def _lost(self) -> None:
        """The receiver is gone: its RST travels back in order behind what it had sent before."""
        self._queue.clear()
        self.finished = True
        twin = self.connection.pipes["down" if self.direction == "up" else "up"]
        if twin.finished:
            raise Cut("reset")
        twin.put(Chunk(b"", monotonic_s(), "reset"))

    def _advance(self, count: int) -> None:
        self.delivered += count
        marks = self.marks
        while marks and marks[0].end <= self.delivered:
            marks.popleft()

    def _pop(self) -> None:
        chunk = self._queue.popleft()
        self._cost_bytes -= len(chunk.data) + CHUNK_COST_BYTES
        self._room.set()


async def drained(sink: socket.socket) -> None:
    """Wait until the peer's kernel has everything that was sent, at most ``DRAIN_S``: a RST throws away the rest."""

    async def empty() -> bool:
        (unsent,) = struct.unpack("i", fcntl.ioctl(sink, termios.TIOCOUTQ, b"\0\0\0\0"))
        return bool(unsent == 0)

    await wait_until(empty, deadline_s=DRAIN_S, every_s=0.001)
