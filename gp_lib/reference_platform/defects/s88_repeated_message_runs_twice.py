"""S88: a message that is sent again is taken for a new one."""

from collections.abc import Mapping
from typing import Any

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.gateway.inbound import Caller, Inbound
from gp_lib.reference_platform.parts import Parts

from .defect import Defect, Hits, Killer


def install(parts: Parts, hit: Hits) -> None:
    """Replace the inbound side by one that gives a repeated message an id of its own, once."""
    seen: set[tuple[str, Any]] = set()

    class Forgetful(Inbound):
        async def serve(self, caller: Caller, message: Mapping[str, Any]) -> None:
            payload = message.get("payload")
            if message["type"] == protocol.USER_MESSAGE and isinstance(payload, dict):
                key = caller.session.user_id, str(payload.get("message_id"))
                if key in seen:
                    hit()
                    message = {**message, "payload": {**payload, "message_id": f"{key[1]}, again"}}
                seen.add(key)
            await super().serve(caller, message)

    parts.inbound = Forgetful


DEFECT = Defect(
    id="S88",
    story="A question that a bad network made the client send twice is answered, acted upon and billed twice.",
    expected_killer=Killer("w5_survives_a_bad_network", "one_message_one_run"),
    install=install,
)
