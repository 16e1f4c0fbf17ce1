"""S82: the welcome has no connection id."""

import json

from starlette.websockets import WebSocket

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.gateway.door import Door
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the door by one that leaves a field out of the welcome."""

    class Terse(Door):
        async def greet(self, socket: WebSocket, user_id: str) -> None:
            hit()
            welcome = json.loads(protocol.welcome("", user_id))
            del welcome["connection_id"]
            await socket.accept(subprotocol=socket.state.subprotocol)
            await socket.send_text(protocol.encode(welcome))

    parts.door = Terse


DEFECT = Defect(
    id="S82",
    story="The welcome lacks the connection id that support asks users for.",
    expected_killer=Killer("w1_connect_and_authenticate", "welcome_is_complete"),
    install=install,
)
