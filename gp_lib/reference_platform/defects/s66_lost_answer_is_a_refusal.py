"""S66: a COMMIT without an answer is taken for one that was refused."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.problems import OutcomeUnknown, StoreLost
from gp_lib.reference_platform.protocol import Event
from gp_lib.reference_platform.story.ledger import Ledger, Step

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the ledger by one that gives up where it should look whether it happened."""

    class Hasty(Ledger):
        async def _attempt(self, event: Event, step: Step) -> bool:
            try:
                await self.database.transact(event.user_id, step)
            except OutcomeUnknown as doubt:
                hit()
                raise StoreLost(str(doubt)) from doubt
            except StoreLost:
                return False
            return True

    parts.ledger = Hasty


DEFECT = Defect(
    id="S66",
    story="The user is told to send the message again, although it was taken in: it is then there twice.",
    expected_killer=Killer("d5_errors_keep_integrity", "refused_is_not_stored"),
    install=install,
)
