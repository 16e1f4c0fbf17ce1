"""S70: committed events wait for a timer before they are handed over."""

import asyncio

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.deliverer import Deliverer

from .defect import Defect, Hits, Killer

EVERY_S = 0.7


def install(parts: Parts, hit: Hits) -> None:
    """Replace the deliverer by one that polls its queue instead of being woken."""

    class Polling(Deliverer):
        async def hand_over(self, batch: list[Event]) -> None:
            hit()
            await asyncio.sleep(EVERY_S - asyncio.get_running_loop().time() % EVERY_S)
            await super().hand_over(batch)

    parts.deliverer = Polling


DEFECT = Defect(
    id="S70",
    story="Events come in bunches, half a second old: the agent is seen to stutter.",
    expected_killer=Killer("w6_real_time_performance", "event_latency_mean"),
    install=install,
)
