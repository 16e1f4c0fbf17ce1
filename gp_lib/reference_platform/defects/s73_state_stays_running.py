"""S73: the live state of a run is not brought up to date when the run ends."""

import dataclasses

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.deliverer import Deliverer

from .defect import Defect, Hits, Killer


def _one_of_many(event: Event, hit: Hits) -> Event:
    """The event as if a sub-agent had said it; its frame stays as it is."""
    if not event.ends_run:
        return event
    hit()
    return dataclasses.replace(event, agent_name="")


def install(parts: Parts, hit: Hits) -> None:
    """Replace the deliverer by one that does not know a run's last event."""

    class Endless(Deliverer):
        async def hand_over(self, batch: list[Event]) -> None:
            await super().hand_over([_one_of_many(event, hit) for event in batch])

    parts.deliverer = Endless


DEFECT = Defect(
    id="S73",
    story="A finished run is shown as running for an hour.",
    expected_killer=Killer("d2_three_tiers_agree", "live_state_until_the_end"),
    install=install,
)
