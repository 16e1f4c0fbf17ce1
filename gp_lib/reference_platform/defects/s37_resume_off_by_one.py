"""S37: resuming begins one event too late."""

from gp_lib.reference_platform.gateway.inbound import Caller, Inbound
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the inbound side by one that counts from one."""

    class Miscounting(Inbound):
        async def replay(self, caller: Caller, run_id: str, last_seq: int) -> None:
            hit()
            await super().replay(caller, run_id, last_seq + 1)

    parts.inbound = Miscounting


DEFECT = Defect(
    id="S37",
    story="After each reconnect one event of the story is missing.",
    expected_killer=Killer("w5_survives_a_bad_network", "resumed_equals_clean"),
    install=install,
)
