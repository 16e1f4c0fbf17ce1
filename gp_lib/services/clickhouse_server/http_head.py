"""HTTP/1.1 as uvicorn speaks it, but no client keeps a connection by sending half of a request's head."""

import asyncio

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

_TOO_LATE = b"HTTP/1.1 408 Request Timeout\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"


class PatientH11(H11Protocol):
    """Hangs up on a head that is not complete ``head_s`` seconds after it was waited for."""

    head_s = 30.0
    _late: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._watch()

    def data_received(self, data: bytes) -> None:
        """Take what came, and look whether a head is still incomplete."""
        super().data_received(data)
        self._watch()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait for nothing any more."""
        self._stop_watching()
        super().connection_lost(exc)

    def _watch(self) -> None:
        begun = self.cycle is None or bool(self.conn.trailing_data[0])
        if self.conn.their_state is not h11.IDLE or not begun:
            self._stop_watching()
        elif self._late is None:
            self._late = asyncio.get_running_loop().call_later(self.head_s, self._hang_up)

    def _stop_watching(self) -> None:
        if self._late is not None:
            self._late.cancel()
            self._late = None

    def _hang_up(self) -> None:
        if self.conn.trailing_data[0]:
            self.transport.write(_TOO_LATE)
        self.transport.close()
