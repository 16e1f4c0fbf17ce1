"""S21: an event is announced although its transaction was rolled back; the step is never stored."""

from collections.abc import Sequence

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import OutcomeUnknown, StoreLost
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.ledger import Ledger, Step

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the ledger by one that takes a lost transaction for a committed one."""

    class Confident(Ledger):
        async def record(self, events: Sequence[Event], step: Step) -> None:
            # The first and the last event carry the run's own row: without it nothing could follow at all.
            if events[0].seq == 1 or events[-1].ends_run:
                await super().record(events, step)
                return
            try:
                await self.database.transact(events[0].user_id, step)
            except (StoreLost, OutcomeUnknown):
                hit()
            self.announce(events)

    parts.ledger = Confident


DEFECT = Defect(
    id="S21",
    story="A step that was rolled back is shown to the user and missing from the history tomorrow.",
    expected_killer=Killer("d3_events_only_after_commit", "announced_events_are_stored"),
    install=install,
)
