"""S20: events are delivered before the transaction that they announce is committed."""

from collections.abc import Sequence

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.ledger import Ledger, Step

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the ledger by one that announces first and stores afterwards."""

    class Hasty(Ledger):
        async def record(self, events: Sequence[Event], step: Step) -> None:
            hit()
            self.announce(events)
            await self.store(events, step)

    parts.ledger = Hasty


DEFECT = Defect(
    id="S20",
    story="Users are told of answers that the database has not accepted yet.",
    expected_killer=Killer("d3_events_only_after_commit", "nothing_announced_while_commit_stalled"),
    install=install,
)
