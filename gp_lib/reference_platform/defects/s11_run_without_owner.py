"""S11: a run is looked up without asking whose it is."""

from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.story.reader import EventReader, LiveState

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the reader by one that trusts run ids to be secret."""

    class Open(EventReader):
        def may_read(self, user_id: str, state: LiveState) -> bool:
            if user_id != state.user_id:
                hit()
            return True

    parts.reader = Open


DEFECT = Defect(
    id="S11",
    story="Whoever knows or guesses a run's id reads another customer's conversation.",
    expected_killer=Killer("a5_no_leak_between_users", "foreign_ids_answer_like_unknown_ones"),
    install=install,
)
