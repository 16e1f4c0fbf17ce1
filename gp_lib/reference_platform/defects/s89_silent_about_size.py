"""S89: a frame over the limit is dropped without a word."""

from starlette.websockets import WebSocket

from gp_lib.reference_platform.auth import Authenticator
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.gateway.door import Door
from gp_lib.reference_platform.gateway.inbound import Caller
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.upkeep.provisioning import Provisioning

from .defect import Defect, Hits, Killer

BEYOND_ANY_FRAME = 64 * 2**20


def install(parts: Parts, hit: Hits) -> None:
    """Replace the door by one that lets big frames in and looks away."""

    class Discreet(Door):
        def __init__(self, settings: Settings, authenticator: Authenticator, provisioning: Provisioning) -> None:
            super().__init__(settings, authenticator, provisioning)
            self.limit_bytes = settings.frame_limit_bytes
            # The server reads the limit from these settings after the door was made: it has to let the frame pass.
            object.__setattr__(settings, "frame_limit_bytes", BEYOND_ANY_FRAME)

        async def receive(self, socket: WebSocket, caller: Caller) -> None:
            while (frame := await socket.receive())["type"] != "websocket.disconnect":
                text = frame.get("text")
                said: str | bytes = text if text is not None else frame["bytes"]
                if len(said) > self.limit_bytes:
                    hit()
                else:
                    await self.inbound.handle(caller, said)

    parts.door = Discreet


DEFECT = Defect(
    id="S89",
    story="A message with a long document attached disappears, and the user waits for an answer for ever.",
    expected_killer=Killer("w5_survives_a_bad_network", "oversized_frame_is_refused"),
    install=install,
)
