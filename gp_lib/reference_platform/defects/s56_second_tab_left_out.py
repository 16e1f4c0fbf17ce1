"""S56: only the newest tab of a user is told of tools that begin."""

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.gateway.bridge import Bridge
from gp_lib.reference_platform.parts import Parts
from gp_lib.reference_platform.protocol import Event

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the bridge by one that takes older tabs for having seen it already."""

    class Forgetful(Bridge):
        async def route(self, event: Event) -> None:
            if event.type == protocol.TOOL_EXECUTING:
                outlets = sorted(self.outlets_of(event.user_id), key=lambda outlet: outlet.opened_at)
                for older in outlets[:-1]:
                    if event.run_id in older.followed:
                        hit()
                        older.followed[event.run_id] = event.seq
            await super().route(event)

    parts.bridge = Forgetful


DEFECT = Defect(
    id="S56",
    story="Who has two tabs open sees the agent's tools in one of them only.",
    expected_killer=Killer("w3_no_cross_user_events", "every_tab_gets_everything"),
    install=install,
)
