"""S38: a malformed frame ends the receive loop silently."""

import asyncio

from gp_lib.reference_platform.gateway.inbound import Caller, Inbound, parsed
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import Refusal

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the inbound side by one that never comes back from a malformed frame."""

    class Offended(Inbound):
        async def handle(self, caller: Caller, frame: str | bytes) -> None:
            try:
                parsed(frame)
            except Refusal:
                hit()
                await asyncio.Event().wait()
            await super().handle(caller, frame)

    parts.inbound = Offended


DEFECT = Defect(
    id="S38",
    story="After one bad frame the socket looks alive and answers nothing.",
    expected_killer=Killer("w5_survives_a_bad_network", "bad_input_is_answered"),
    install=install,
)
