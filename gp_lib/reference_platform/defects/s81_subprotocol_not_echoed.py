"""S81: the subprotocol that carried the token is not echoed."""

from starlette.websockets import WebSocket

from gp_lib.reference_platform.gateway.door import Door
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the door by one that takes the token and forgets how it came."""

    class Curt(Door):
        async def greet(self, socket: WebSocket, user_id: str) -> None:
            if socket.state.subprotocol is not None:
                hit()
                socket.state.subprotocol = None
            await super().greet(socket, user_id)

    parts.door = Curt


DEFECT = Defect(
    id="S81",
    story="Every browser closes the socket right away, because its subprotocol was not echoed.",
    expected_killer=Killer("w1_connect_and_authenticate", "subprotocol_is_echoed"),
    install=install,
)
