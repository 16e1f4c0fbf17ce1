"""The default dialect, ``golden-path/1``: JSON objects with a ``type``, one a WebSocket text frame."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


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
    seq = body.get("seq")
    return Spoken(
        type=body["type"],
        run_id=_text(body.get("run_id")),
        thread_id=_text(body.get("thread_id")),
        user_id=_text(body.get("user_id")),
        seq=seq if isinstance(seq, int) and not isinstance(seq, bool) else None,
        server_time=_text(body.get("timestamp") or body.get("server_time")),
        payload=payload if isinstance(payload, dict) else {},
        agent_name=_text(body.get("agent_name")),
    )


def respelled(frame: str, **changes: str | int) -> str:
    """An event's frame with other values for some of its fields (``run_id``, ``thread_id``, ``user_id``, ``seq``)."""
    return json.dumps({**json.loads(frame), **changes}, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


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
