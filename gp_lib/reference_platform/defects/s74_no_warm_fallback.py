"""S74: a run whose keys were lost from the hot tier has no events."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.reader import EventReader

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the reader by one that trusts the hot tier to hold everything."""

    class Trusting(EventReader):
        async def from_warm(self, user_id: str, run_id: str, last_seq: int) -> list[Event] | None:
            events = await super().from_warm(user_id, run_id, last_seq)
            if events:
                hit()
                return []
            return events

    parts.reader = Trusting


DEFECT = Defect(
    id="S74",
    story="After a restart of the cache every old conversation opens empty.",
    expected_killer=Killer("d2_three_tiers_agree", "lost_key_is_served"),
    install=install,
)
