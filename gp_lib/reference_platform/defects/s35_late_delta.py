"""S35: a delta of the answer comes after the terminal event."""

from collections.abc import Sequence

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Draft, Event
from gp_lib.reference_platform.stores.postgres import Connection
from gp_lib.reference_platform.story.ledger import Change, Ledger, RunIds

from .defect import Defect, Hits, Killer

LATE = Draft(protocol.AGENT_THINKING, "report", {"delta": "", "step_number": 0})


def install(parts: Parts, hit: Hits) -> None:
    """Replace the ledger by one that flushes the stream of deltas once more after an answer."""

    class Lingering(Ledger):
        async def append(self, events: Sequence[Event], change: Change | None = None) -> None:
            end = events[-1]
            if end.type != protocol.AGENT_COMPLETED or not end.ends_run:
                await super().append(events, change)
                return
            hit()
            late = self.compose(RunIds(end.run_id, end.thread_id, end.user_id), end.seq + 1, LATE)

            async def step(connection: Connection) -> None:
                # The late one must be written while the run still counts as running.
                await self.write(connection, events=[late], change=None)
                await self.write(connection, events=events, change=change)

            await self.record([*events, late], step)

    parts.ledger = Lingering


DEFECT = Defect(
    id="S35",
    story="The stream of an answer is flushed once more after the run was declared finished.",
    expected_killer=Killer("w4_sequence_integrity", "nothing_after_terminal"),
    install=install,
)
