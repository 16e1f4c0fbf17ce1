"""The default dialect, ``golden-path/1``: JSON objects with a ``type``, one a WebSocket text frame."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from gp_lib.dialects import fields


@dataclass(frozen=True, slots=True)
class Spoken:
    """A received frame, in the workbench's words; what it does not say, or not in the right type, is ``None``."""

    type: str
    run_id: str | None
    thread_id: str | None
    user_id: str | None
    seq: int | None
    server_time: str | None
    payload: dict[str, Any]
    agent_name: str | None = None


MALFORMED = "malformed"
"""The type given to a frame that is no JSON object with a ``type``."""


def understand(frame: str) -> Spoken:
    """Read one frame. A frame that makes no sense is ``MALFORMED``: it is evidence, not an exception."""
    try:
        body = json.loads(frame)
    except (ValueError, RecursionError):
        body = None
    if not isinstance(body, dict) or not isinstance(body.get("type"), str):
        return Spoken(MALFORMED, None, None, None, None, None, {})
    payload = body.get("payload")
    made = fields.first(body, "timestamp", "server_time")
    return Spoken(
        type=body["type"],
        run_id=fields.identity(body.get("run_id")),
        thread_id=fields.identity(body.get("thread_id")),
        user_id=fields.identity(body.get("user_id")),
        seq=fields.whole(body.get("seq")),
        server_time=made if isinstance(made, str) else None,
        payload=payload if isinstance(payload, dict) else {},
        agent_name=fields.identity(body.get("agent_name")),
    )


def respelled(frame: str, **changes: str | int) -> str:
    """An event's frame with other values for some of its fields (``run_id``, ``thread_id``, ``user_id``, ``seq``).

    It is ASCII: half a character can be escaped, but not be sent as UTF-8.
    """
    return json.dumps({**json.loads(frame), **changes}, sort_keys=True, separators=(",", ":"))


def user_message(
    content: str, *, message_id: str, thread_id: str | None = None, references: Sequence[str] = ()
) -> dict[str, Any]:
    """A question. ``message_id`` makes repeating it harmless; without ``thread_id`` a thread is opened."""
    payload: dict[str, Any] = {"content": content, "message_id": message_id}
    if thread_id is not None:
        payload["thread_id"] = thread_id
    if references:
        payload["references"] = list(references)
    return {"type": "user_message", "payload": payload}


def resume(run_id: str, last_seq: int) -> dict[str, Any]:
    """Ask for everything of a run after ``last_seq``."""
    return {"type": "resume", "payload": {"run_id": run_id, "last_seq": last_seq}}


def cancel(run_id: str) -> dict[str, Any]:
    """Ask to stop a run."""
    return {"type": "cancel", "payload": {"run_id": run_id}}


def ping() -> dict[str, Any]:
    """Ask for a sign of life."""
    return {"type": "ping"}
