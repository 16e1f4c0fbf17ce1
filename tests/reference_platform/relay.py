"""A wire between a gateway and a store that can be cut, and that can lose, hold or delay a COMMIT or its answer."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from urllib.parse import urlsplit, urlunsplit

Side = asyncio.StreamWriter
LATE_S = 0.5
PREPARED = re.compile(rb"(__asyncpg_stmt_\w+__)\0([^\0]{9,})\0")


class Relay:
    """Passes bytes on. ``on_commit`` is asked whenever a COMMIT is about to pass; ``refusing`` lets nobody in."""

    def __init__(self, upstream: tuple[str, int]) -> None:
        self._upstream = upstream
        self._open: set[Side] = set()
        self._muted: set[Side] = set()
        self.refusing = False
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.statement = b""
        self.before_commit: Callable[[], str] = lambda: "pass"
        self.struck = asyncio.Event()

    def cut(self) -> None:
        """Reset every connection."""
        for side in list(self._open):
            side.transport.abort()

    def lose(self) -> None:
        """Cut, and let nobody in any more."""
        self.refusing = True
        self.cut()

    def mend(self) -> None:
        """Pass everything on again."""
        self.refusing = False
        self.may_answer.set()
        self.strike_once(b"\0never\0", "pass")

    async def handle(self, reader: asyncio.StreamReader, writer: Side) -> None:
        """One connection."""
        if self.refusing:
            writer.transport.abort()
            return
        far_reader, far_writer = await asyncio.open_connection(*self._upstream)
        self._open |= {writer, far_writer}
        try:
            with suppress(OSError):
                async with asyncio.TaskGroup() as group:
                    group.create_task(self._requests(reader, far_writer, writer))
                    group.create_task(self._answers(far_reader, writer))
        except* OSError:
            pass
        finally:
            self._open -= {writer, far_writer}
            for side in (writer, far_writer):
                side.transport.abort()

    async def _requests(self, reader: asyncio.StreamReader, far: Side, near: Side) -> None:
        texts: dict[bytes, bytes] = {}
        while data := await reader.read(65536):
            verdict = "pass"
            # A statement's text passes once for each connection; after that only its name does.
            texts = dict(PREPARED.findall(data)) | texts
            meant = b" ".join([data, *(text for name, text in texts.items() if name in data)])
            if b"COMMIT" in data:
                verdict = self.before_commit()
            elif self.statement in meant:
                self.before_commit = self.armed
            if verdict == "lose the request":
                self.struck.set()
                near.transport.abort()
                far.transport.abort()
                return
            if verdict in ("lose the answer", "lose the answer and be late"):
                self._muted.add(near)
            if verdict == "lose the answer and be late":
                # The client sees the connection break, looks for what it wrote, and only then is it committed.
                self.struck.set()
                near.transport.abort()
                await asyncio.sleep(LATE_S)
            far.write(data)
            await far.drain()
            if verdict == "hold the answer":
                self.may_answer.clear()
                self.struck.set()
        near.transport.abort()

    async def _answers(self, far: asyncio.StreamReader, near: Side) -> None:
        while data := await far.read(65536):
            await self.may_answer.wait()
            if near in self._muted:
                # The server got its COMMIT in peace; only now does the client see the connection break.
                self.struck.set()
                break
            near.write(data)
            await near.drain()
        near.transport.abort()

    def strike_once(self, statement: bytes, verdict: str) -> None:
        """Do ``verdict`` to the next COMMIT after a request that contains ``statement``."""
        self.statement = statement
        self.struck.clear()

        def armed() -> str:
            self.statement, self.before_commit = b"\0never\0", lambda: "pass"
            return verdict

        self.armed: Callable[[], str] = armed


@asynccontextmanager
async def relayed(url: str) -> AsyncIterator[tuple[Relay, str]]:
    """A relay in front of ``url``, and the URL that leads through it."""
    parts = urlsplit(url)
    relay = Relay((parts.hostname or "", parts.port or 0))
    relay.mend()
    server = await asyncio.start_server(relay.handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    account = parts.netloc.rpartition("@")[0]
    address = f"{account}@127.0.0.1:{port}" if account else f"127.0.0.1:{port}"
    async with server:
        yield relay, urlunsplit(parts._replace(netloc=address))
        relay.lose()
        server.close()
