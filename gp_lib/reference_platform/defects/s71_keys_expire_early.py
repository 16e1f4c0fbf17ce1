"""S71: what the hot tier holds of a run expires while a long run is still under way."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.deliverer import Deliverer

from .defect import Defect, Hits, Killer

LIFE_MS = 30_000


def install(parts: Parts, hit: Hits) -> None:
    """Replace the deliverer by one that saves memory."""

    class Thrifty(Deliverer):
        async def hand_over(self, batch: list[Event]) -> None:
            hit()
            self._ttl_ms = LIFE_MS
            await super().hand_over(batch)

    parts.deliverer = Thrifty


DEFECT = Defect(
    id="S71",
    story="Whoever comes back to a long run half a minute after its last event finds nothing live any more.",
    expected_killer=Killer("d2_three_tiers_agree", "hot_keys_outlive_the_run"),
    install=install,
)
