"""S83: the welcome waits for something that nobody needs."""

import asyncio

from starlette.websockets import WebSocket

from gp_lib.reference_platform.gateway.door import Door
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

WAIT_S = 0.7


def install(parts: Parts, hit: Hits) -> None:
    """Replace the door by one that lets everybody wait."""

    class Slow(Door):
        async def greet(self, socket: WebSocket, user_id: str) -> None:
            hit()
            await asyncio.sleep(WAIT_S)
            await super().greet(socket, user_id)

    parts.door = Slow


DEFECT = Defect(
    id="S83",
    story="Each time the page is opened the user stares at a spinner before anything can be asked.",
    expected_killer=Killer("w1_connect_and_authenticate", "welcomed_within"),
    install=install,
)
