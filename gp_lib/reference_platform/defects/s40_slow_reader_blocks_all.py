"""S40: the bridge waits for every socket before it takes the next event, so one slow reader stops everybody."""

import asyncio

from gp_lib.reference_platform.gateway.bridge import Bridge
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event

from .defect import Defect, Hits, Killer

PAUSE_S = 0.005
# A fast reader takes a pause or two; this many (0.1 s) are a reader who is not reading.
NOTICEABLE = 20


def install(parts: Parts, hit: Hits) -> None:
    """Replace the bridge by one without patience for queues."""

    class Considerate(Bridge):
        async def route(self, event: Event) -> None:
            await super().route(event)
            pauses = 0
            while any(outlet.backlog for outlet in self.outlets()):
                pauses += 1
                if pauses == NOTICEABLE:
                    hit()
                await asyncio.sleep(PAUSE_S)

    parts.bridge = Considerate


DEFECT = Defect(
    id="S40",
    story="One tab on a bad train connection freezes the platform for all users of a gateway.",
    expected_killer=Killer("w4_sequence_integrity", "slow_reader_changes_nothing"),
    install=install,
)
