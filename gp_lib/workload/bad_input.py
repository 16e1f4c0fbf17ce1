"""A client that sends what it should not, and looks whether it is still served."""

import json
from collections.abc import Mapping
from typing import Any

from gp_lib import contract
from gp_lib.dialects import golden_path
from gp_lib.errors import ConnectionLost
from gp_lib.history import Event
from gp_lib.workload.person import Person
from gp_lib.workload.recorder import Doing, doing

ANSWER_WITHIN_S = 5.0
"""How long a client waits for the answer to a frame (scaled)."""


async def sends_badly(person: Person, frame: str | bytes, *, expects: str) -> None:
    """Send a ``frame`` that is wrong, then a valid message, in the current tab; recorded as ``sends badly``.

    ``expects`` is the error code that the contract has for it. The check judges what came: the record only says on
    which connection to look, and *failed* when the platform closed it.
    """
    about = {"connection": person.tab.name, "frame_bytes": len(frame), "expects": expects}
    async with doing(person.history, person.name, "sends badly", **about) as act:
        await _send_and_wait(person, frame, contract.ERROR_MESSAGE, act)
        if act.outcome == "ok":
            await _send_and_wait(person, golden_path.ping(), contract.PONG, act)


async def sends_too_much(person: Person, *, frame_bytes: int) -> None:
    """Send a question in a frame of ``frame_bytes``, then a valid message; recorded as ``sends too much``.

    ``closed`` is the close code of the connection, ``None`` when it was left open. The valid message goes over a
    new connection if need be.
    """
    frame = _question_of(frame_bytes)
    about = {"connection": person.tab.name, "frame_bytes": len(frame), "closed": None}
    async with doing(person.history, person.name, "sends too much", **about) as act:
        await _send_and_wait(person, frame, contract.ERROR_MESSAGE, act)
    if person.tab.lost is not None:
        await person.connects()
    async with doing(person.history, person.name, "asks for life", connection=person.tab.name) as life:
        await _send_and_wait(person, golden_path.ping(), contract.PONG, life)


async def _send_and_wait(person: Person, frame: Mapping[str, Any] | str | bytes, wanted: str, act: Doing) -> None:
    tab = person.tab
    seen = len(tab.events)

    def fits(event: Event) -> bool:
        return event.type == wanted

    try:
        await tab.send(frame)
        if await tab.until(fits, deadline_s=ANSWER_WITHIN_S, after=seen) is None:
            act.fail(f"no {wanted} within {ANSWER_WITHIN_S} s")
    except ConnectionLost as lost:
        act.note(closed=lost.code)
        if lost.code is None:
            raise
        act.fail(str(lost))


def _question_of(frame_bytes: int) -> str:
    """A valid question but for its size: exactly ``frame_bytes`` of ASCII."""
    message = golden_path.user_message("{}", message_id="too much")
    text = json.dumps(message)
    return text.replace("{}", "x" * (frame_bytes - len(text) + 2), 1)
