"""S33: events are broadcast to every socket."""

from gp_lib.reference_platform.gateway.bridge import Bridge
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the bridge by one that does not look at the address."""

    class Broadcasting(Bridge):
        async def route(self, event: Event) -> None:
            for feed in self.feeds.values():
                if feed.user_id != event.user_id:
                    hit()
                feed.put(event)

    parts.bridge = Broadcasting


DEFECT = Defect(
    id="S33",
    story="Everybody who is connected watches everybody else's conversations.",
    expected_killer=Killer("w3_no_cross_user_events", "nobody_else_gets_anything"),
    install=install,
)
