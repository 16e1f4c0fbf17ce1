"""S87: an event is sent with the id of the thread that its user looked at last."""

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.gateway.bridge import Bridge
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event, event_from_body

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the bridge by one that keeps one thread a user."""
    latest: dict[str, str] = {}

    class Single(Bridge):
        async def route(self, event: Event) -> None:
            if event.seq == 1:
                latest[event.user_id] = event.thread_id
            thread_id = latest.get(event.user_id, event.thread_id)
            if event.type == protocol.TOOL_COMPLETED and thread_id != event.thread_id:
                hit()
                event = event_from_body({**event.body, "thread_id": thread_id})
            await super().route(event)

    parts.bridge = Single


DEFECT = Defect(
    id="S87",
    story="With two conversations open, what was found in one shows up in the other.",
    expected_killer=Killer("w2_all_five_events_delivered", "events_in_their_own_thread"),
    install=install,
)
