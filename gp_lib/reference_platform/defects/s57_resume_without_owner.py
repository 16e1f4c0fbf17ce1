"""S57: whoever knows a run's id may resume it."""

from contextvars import ContextVar

from gp_lib.reference_platform.gateway.inbound import Caller, Inbound
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.story.reader import EventReader, LiveState

from .defect import Defect, Hits, Killer

RESUMING: ContextVar[bool] = ContextVar("RESUMING", default=False)


def install(parts: Parts, hit: Hits) -> None:
    """Replace the way back into a run by one that does not ask whose it is; REST still does."""

    class Welcoming(Inbound):
        async def replay(self, caller: Caller, run_id: str, last_seq: int) -> None:
            mark = RESUMING.set(True)
            try:
                await super().replay(caller, run_id, last_seq)
            finally:
                RESUMING.reset(mark)

    class Open(EventReader):
        def may_read(self, user_id: str, state: LiveState) -> bool:
            own = super().may_read(user_id, state)
            if RESUMING.get() and not own:
                hit()
            return own or RESUMING.get()

    parts.inbound = Welcoming
    parts.reader = Open


DEFECT = Defect(
    id="S57",
    story="Whoever gets hold of a run's id can have a stranger's conversation replayed.",
    expected_killer=Killer("w3_no_cross_user_events", "strangers_are_refused"),
    install=install,
)
