"""S22: after a crash nobody delivers what was committed and not yet delivered, and nobody reads it either."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.ledger import RunIds
from gp_lib.reference_platform.story.reader import EventReader
from gp_lib.reference_platform.upkeep.recovery import Recovery

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace recovery by one that leaves the outbox as it is, and the reader by one that knows the delivered only."""
    left_behind: set[str] = set()

    class Sloppy(Recovery):
        async def drain(self, ids: RunIds) -> None:
            for event in await self.undelivered(ids):
                hit()
                left_behind.add(event.event_id)

    class Trusting(EventReader):
        async def from_warm(self, user_id: str, run_id: str, last_seq: int) -> list[Event] | None:
            events = await super().from_warm(user_id, run_id, last_seq)
            return events and [event for event in events if event.event_id not in left_behind]

    parts.recovery = Sloppy
    parts.reader = Trusting


DEFECT = Defect(
    id="S22",
    story="What was stored when the platform crashed is never shown to the user.",
    expected_killer=Killer("d3_events_only_after_commit", "stored_events_arrive"),
    install=install,
)
