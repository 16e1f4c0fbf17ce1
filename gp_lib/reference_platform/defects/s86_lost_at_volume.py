"""S86: a socket that carries much loses one of many events on the last step, where nobody fills gaps."""

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.gateway.bridge import Bridge
from gp_lib.reference_platform.gateway.feed import Feed
from gp_lib.reference_platform.gateway.outlet import Outlet
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event

from .defect import Defect, Hits, Killer

ONE_OF = 120


def install(parts: Parts, hit: Hits) -> None:
    """Replace the bridge by one whose sockets let every 120th event slip, or the next thought after it."""

    class Slippery(Bridge):
        async def attach(self, user_id: str, outlet: Outlet) -> Feed:
            offer, count = outlet.offer, 0

            def offer_most(event: Event) -> None:
                nonlocal count
                count += 1
                if count >= ONE_OF and event.type == protocol.AGENT_THINKING:
                    hit()
                    count = 0
                    outlet.followed[event.run_id] = event.seq
                    return
                offer(event)

            outlet.offer = offer_most  # type: ignore[method-assign]
            return await super().attach(user_id, outlet)

    parts.bridge = Slippery


DEFECT = Defect(
    id="S86",
    story="In a long session a piece of the story is missing now and then, and nobody can say which.",
    expected_killer=Killer("w2_all_five_events_delivered", "received_equals_stored"),
    install=install,
)
