"""The WebSocket client: connects with a token, sends JSON, receives raw frames."""

import asyncio
import base64
import json
import socket
from collections.abc import Mapping
from typing import Any, Literal

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus, WebSocketException
from websockets.typing import Subprotocol

from gp_lib.clock import monotonic_s, patience
from gp_lib.errors import ConnectionLost, UnexpectedReply, WorkbenchError
from gp_lib.urls import WEBSOCKET, Address, Host, take_apart, without_credentials

Way = Literal["header", "subprotocol"]
"""How a token comes along: ``Authorization: Bearer``, or ``Sec-WebSocket-Protocol: jwt.<base64url>``."""

MAX_FRAME_BYTES = 16 * 2**20
SMALL_SEGMENT_BYTES = 536  # what every IPv4 host must accept (RFC 9293, 3.7.1)


class WebSocket:
    """One open connection; ``received_s`` is when its last frame came (monotonic), ``None`` before the first.

    ``echoed`` is whether the subprotocol that carried the token came back; ``None`` when none was offered.
    """

    def __init__(self, name: str, connection: ClientConnection, *, offered: Subprotocol | None = None) -> None:
        self.name = name
        self.received_s: float | None = None
        self.echoed = None if offered is None else connection.subprotocol == offered
        self._connection = connection

    async def send(self, message: Mapping[str, Any] | str | bytes) -> None:
        """Send a JSON object, or raw text or bytes as they are.

        Raises:
            ConnectionLost: the connection is closed.
        """
        data = message if isinstance(message, str | bytes) else json.dumps(message)
        try:
            await self._connection.send(data)
        except ConnectionClosed as closed:
            raise self._lost(closed) from closed

    async def receive(self) -> str:
        """The next frame as text (a binary one decoded, undecodable bytes marked).

        Raises:
            ConnectionLost: the connection was closed, by whichever side.
        """
        try:
            frame = await self._connection.recv()
        except ConnectionClosed as closed:
            raise self._lost(closed) from closed
        self.received_s = monotonic_s()
        return frame if isinstance(frame, str) else frame.decode("utf-8", "backslashreplace")

    async def close(self) -> None:
        """Say goodbye (close code 1000) and wait for the answer, at most two seconds."""
        await self._connection.close()

    def drop(self) -> None:
        """Cut the connection without a goodbye, as a lost network does."""
        self._connection.transport.abort()

    def _lost(self, closed: ConnectionClosed) -> ConnectionLost:
        silent_s = None if self.received_s is None else monotonic_s() - self.received_s
        close = closed.rcvd or closed.sent
        return ConnectionLost(
            self.name, code=close.code if close else None, reason=close.reason if close else "", silent_s=silent_s
        )


async def open_websocket(
    url: str,
    *,
    name: str,
    token: str | None = None,
    by: Way = "header",
    open_timeout_s: float = 10.0,
    receive_buffer_bytes: int | None = None,
    queued_frames: int | None = None,
) -> WebSocket:
    """Connect to ``url``; ``token`` is sent in the way that ``by`` says, and without one no authorization is sent.

    ``receive_buffer_bytes`` and ``queued_frames`` make a client that takes in little by itself, so that not
    reading is felt at the server; ``None`` leaves the usual, generous buffers.

    Raises:
        SettingsError: ``url`` is malformed.
        UnexpectedReply: the handshake was refused; ``came`` says with which HTTP status.
        ConnectionLost: nobody answered within ``open_timeout_s`` (scaled) seconds, or the connection broke.
    """
    address = take_apart(url, "the WebSocket's URL", WEBSOCKET)
    offered = _as_subprotocol(token) if token is not None and by == "subprotocol" else None
    sock: socket.socket | None = None
    try:
        if receive_buffer_bytes:
            sock = await _narrow_socket(address.host, receive_buffer_bytes)
        connection = await connect(
            without_credentials(url),
            additional_headers=_authorization(token if by == "header" else None, address),
            subprotocols=None if offered is None else [offered],
            open_timeout=patience(open_timeout_s),
            close_timeout=2,
            ping_interval=None,
            max_size=MAX_FRAME_BYTES,
            max_queue=queued_frames if queued_frames else 1024,
            proxy=None,
            compression=None,
            sock=sock,
        )
    except BaseException as error:
        if sock is not None:
            sock.close()
        if (refused := _refused(name, error)) is None:
            raise
        raise refused from error
    return WebSocket(name, connection, offered=offered)


def _refused(name: str, error: BaseException) -> WorkbenchError | None:
    """The error of ours for what went wrong while connecting; ``None`` when it is not the other side's fault."""
    match error:
        case InvalidStatus():
            return UnexpectedReply("an open WebSocket", f"HTTP {error.response.status_code}")
        case OSError():  # TimeoutError is one
            return ConnectionLost(name, code=None, reason=f"no connection: {error}", silent_s=None)
        case WebSocketException() | EOFError() | ValueError():  # ValueError: a redirect to what is no WebSocket
            return UnexpectedReply("an open WebSocket", f"a broken handshake ({error})")
    return None


def _authorization(token: str | None, address: Address) -> dict[str, str]:
    if token is not None:
        return {"Authorization": f"Bearer {token}"}
    if address.user is None:
        return {}
    both = f"{address.user}:{address.password or ''}".encode()
    return {"Authorization": f"Basic {base64.b64encode(both).decode()}"}


def _as_subprotocol(token: str) -> Subprotocol:
    return Subprotocol("jwt." + base64.urlsafe_b64encode(token.encode()).decode().rstrip("="))


async def _narrow_socket(host: Host, receive_buffer_bytes: int) -> socket.socket:
    """A connected socket whose receive buffer is small: it must be set before connecting to bound the window.

    Small segments keep the server's send buffer as small as on a real network: Linux sizes it by them, and the
    huge segments of loopback would let it take in megabytes that nobody reads.
    """
    sock = socket.socket()
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_MAXSEG, SMALL_SEGMENT_BYTES)
    sock.setblocking(False)
    try:
        await asyncio.get_running_loop().sock_connect(sock, (host.name, host.port))
    except BaseException:
        sock.close()
        raise
    return sock
