"""``GET /ws``: who may come in, and the life of one socket."""

import asyncio
import contextlib
import logging
import time
import uuid
from collections.abc import AsyncIterator, Iterable
from datetime import datetime
from typing import Any

from starlette.responses import JSONResponse
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.auth import Authenticator, Session, credentials_in
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import Unauthenticated
from gp_lib.reference_platform.upkeep.provisioning import Provisioning

from .bridge import Bridge
from .inbound import Caller, Inbound
from .outlet import Outlet

log = logging.getLogger("platform.door")

CLOSE_S = 2.0


class Door:
    """Lets people in, one socket each, and shows them out."""

    def __init__(self, settings: Settings, authenticator: Authenticator, provisioning: Provisioning) -> None:
        self._settings = settings
        self._authenticator = authenticator
        self._provisioning = provisioning
        self._closing = asyncio.Event()
        self.bridge: Bridge
        self.inbound: Inbound

    def close(self) -> None:
        """Show everybody out with 1012 (a restart), and let nobody in any more."""
        self._closing.set()

    async def serve(self, socket: WebSocket) -> None:
        """Serve one WebSocket from handshake to close."""
        try:
            session = await self.admit(socket)
        except Unauthenticated as refusal:
            await self.reject(socket, str(refusal))
            return
        if self._closing.is_set():
            await refuse(socket, 503, protocol.UNAVAILABLE, "this gateway is about to restart")
            return
        opened_at = await self._provisioning.welcome(session)
        await self.converse(socket, session, opened_at)

    async def admit(self, socket: WebSocket) -> Session:
        """The session of whoever knocks, before any frame is sent.

        Raises:
            Unauthenticated: there is none.
        """
        credentials = credentials_in(socket.headers, socket.scope["subprotocols"])
        socket.state.subprotocol = credentials.subprotocol if credentials else None
        return self._authenticator.session_of(credentials)

    async def reject(self, socket: WebSocket, message: str) -> None:
        """Send somebody away whom nobody knows: with HTTP 401, instead of an upgrade."""
        await refuse(socket, 401, protocol.UNAUTHENTICATED, message)

    async def converse(self, socket: WebSocket, session: Session, opened_at: datetime) -> None:
        """Accept the socket, welcome the user and carry frames both ways until either side ends it."""
        outlet = Outlet(socket.send_text, opened_at=opened_at, most_frames=self._settings.socket_queue_frames)
        try:
            feed = await self.bridge.attach(session.user_id, outlet)
            await self.greet(socket, session.user_id)
            await self._carry(socket, Caller(session, outlet, feed))
        except (WebSocketDisconnect, OSError):
            log.debug("a client left")
        finally:
            await self.bridge.detach(session.user_id, outlet)

    async def greet(self, socket: WebSocket, user_id: str) -> None:
        """Complete the handshake and send the first frame."""
        await socket.accept(subprotocol=socket.state.subprotocol)
        await socket.send_text(protocol.welcome(str(uuid.uuid4()), user_id))

    async def _carry(self, socket: WebSocket, caller: Caller) -> None:
        """Read, write, and watch for reasons to close; whichever ends first ends the socket."""
        jobs: dict[asyncio.Task[Any], int | None] = {
            asyncio.create_task(self.receive(socket, caller)): None,
            asyncio.create_task(caller.outlet.write_forever()): None,
            asyncio.create_task(caller.outlet.overflowed.wait()): protocol.CLOSE_TOO_SLOW,
            asyncio.create_task(self._closing.wait()): protocol.CLOSE_RESTART,
            asyncio.create_task(_expiry(caller.session)): protocol.CLOSE_SESSION_EXPIRED,
        }
        async with _cancelled_at_the_end(jobs):
            done, _ = await asyncio.wait(jobs, return_when=asyncio.FIRST_COMPLETED)
            code = next((jobs[job] for job in done if jobs[job] is not None), None)
            if code == protocol.CLOSE_RESTART:
                await caller.outlet.flushed(0.2)
        if code is not None:
            await _close(socket, code)
        for job in done:
            job.result()

    async def receive(self, socket: WebSocket, caller: Caller) -> None:
        """Handle frames until the client leaves."""
        while True:
            frame = await socket.receive()
            if frame["type"] == "websocket.disconnect":
                return
            text = frame.get("text")
            await self.inbound.handle(caller, text if text is not None else frame["bytes"])


async def _expiry(session: Session) -> None:
    """Return when the session's token has expired."""
    # The wall clock may be set while we sleep: look again at least once a minute.
    while (left_s := session.expires_at_s - time.time()) > 0:  # noqa: ASYNC110  time sets no event
        await asyncio.sleep(min(left_s, 60.0))


@contextlib.asynccontextmanager
async def _cancelled_at_the_end(jobs: "Iterable[asyncio.Task[Any]]") -> AsyncIterator[None]:
    try:
        yield
    finally:
        for job in jobs:
            job.cancel()
        await asyncio.gather(*jobs, return_exceptions=True)


REASONS = {
    protocol.CLOSE_TOO_SLOW: "reading too slowly; reconnect and resume",
    protocol.CLOSE_RESTART: "the gateway restarts; reconnect and resume",
    protocol.CLOSE_SESSION_EXPIRED: "the session has expired; sign in again",
}


async def _close(socket: WebSocket, code: int) -> None:
    """Say goodbye. A client that takes in nothing cannot hear it and is left to find out."""
    if socket.application_state is WebSocketState.CONNECTED:
        with contextlib.suppress(TimeoutError, RuntimeError, OSError, WebSocketDisconnect):
            async with asyncio.timeout(CLOSE_S):
                await socket.close(code, REASONS[code])


async def refuse(socket: WebSocket, status: int, code: str, message: str) -> None:
    """Answer the handshake with an HTTP status instead of an upgrade."""
    await socket.send_denial_response(JSONResponse({"error_code": code, "message": message}, status_code=status))
