"""S30: the welcome is sent before the token is checked."""

from starlette.websockets import WebSocket, WebSocketState

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.auth import Session
from gp_lib.reference_platform.gateway.door import Door
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import Unauthenticated

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the door by one that greets first."""

    class Polite(Door):
        async def admit(self, socket: WebSocket) -> Session:
            try:
                return await super().admit(socket)
            except Unauthenticated:
                hit()
                await self.greet(socket, "guest")
                raise

        async def reject(self, socket: WebSocket, message: str) -> None:
            if socket.application_state is WebSocketState.CONNECTED:
                await socket.close(protocol.CLOSE_SESSION_EXPIRED, message)
            else:
                await super().reject(socket, message)

    parts.door = Polite


DEFECT = Defect(
    id="S30",
    story="Strangers get a foot in the door: an open socket and a first frame.",
    expected_killer=Killer("w1_connect_and_authenticate", "refused_before_any_frame"),
    install=install,
)
