"""S05: events are buffered and flushed when the run ends."""

from collections import defaultdict
from collections.abc import Sequence

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.deliverer import Deliverer

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the deliverer by one that waits for the end of each run."""
    held: dict[str, list[Event]] = defaultdict(list)

    class Buffering(Deliverer):
        def put(self, events: Sequence[Event]) -> None:
            for event in events:
                held[event.run_id].append(event)
                if event.ends_run:
                    hit()
                    super().put(held.pop(event.run_id))

    parts.deliverer = Buffering


DEFECT = Defect(
    id="S05",
    story="The user stares at nothing, then gets the whole story at once.",
    expected_killer=Killer("a3_events_in_real_time", "streamed_not_batched"),
    install=install,
)
