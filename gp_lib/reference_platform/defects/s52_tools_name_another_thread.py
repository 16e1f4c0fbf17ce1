"""S52: tool events name the thread that their user opened last."""

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Draft, Event
from gp_lib.reference_platform.story.ledger import Ledger, RunIds

from .defect import Defect, Hits, Killer

TOOLS = (protocol.TOOL_EXECUTING, protocol.TOOL_COMPLETED)


def install(parts: Parts, hit: Hits) -> None:
    """Replace the ledger by one that remembers one thread a user."""
    newest: dict[str, str] = {}

    class Absent(Ledger):
        def compose(self, ids: RunIds, seq: int, draft: Draft) -> Event:
            if seq == 1:
                newest[ids.user_id] = ids.thread_id
            thread_id = newest.get(ids.user_id, ids.thread_id)
            if draft.type in TOOLS and thread_id != ids.thread_id:
                hit()
                ids = RunIds(ids.run_id, thread_id, ids.user_id)
            return super().compose(ids, seq, draft)

    parts.ledger = Absent


DEFECT = Defect(
    id="S52",
    story="With two conversations open, the tools of one are shown in the other.",
    expected_killer=Killer("a1_isolated_contexts", "events_carry_the_ids_of_their_run"),
    install=install,
)
