"""S39: something blocks the event loop on the way of every event."""

import time

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.deliverer import Deliverer

from .defect import Defect, Hits, Killer

BLOCKED_S = 0.12


def install(parts: Parts, hit: Hits) -> None:
    """Replace the deliverer by one that sleeps on duty."""

    class Sleepy(Deliverer):
        async def hand_over(self, batch: list[Event]) -> None:
            hit()
            time.sleep(BLOCKED_S)  # noqa: ASYNC251  that is the defect
            await super().hand_over(batch)

    parts.deliverer = Sleepy


DEFECT = Defect(
    id="S39",
    story="Each event of one person makes everybody wait.",
    expected_killer=Killer("w6_real_time_performance", "event_latency_mean"),
    install=install,
)
