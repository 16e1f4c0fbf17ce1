"""S53: each question waits before it is taken up."""

import asyncio
from collections.abc import Mapping
from typing import Any

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.gateway.inbound import Caller, Inbound
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer

WAITS_S = 0.4


def install(parts: Parts, hit: Hits) -> None:
    """Replace the inbound side by one that thinks it over."""

    class Hesitant(Inbound):
        async def serve(self, caller: Caller, message: Mapping[str, Any]) -> None:
            if message["type"] == protocol.USER_MESSAGE:
                hit()
                await asyncio.sleep(WAITS_S)
            await super().serve(caller, message)

    parts.inbound = Hesitant


DEFECT = Defect(
    id="S53",
    story="After each question nothing happens for a moment, long enough to ask again.",
    expected_killer=Killer("a1_isolated_contexts", "starts_within"),
    install=install,
)
