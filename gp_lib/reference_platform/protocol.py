"""The wire: names, frames and limits of ``golden-path/1``.

The workbench says the same things in a module of its own. The repetition is meant: a shared constant would
hide a misspelt event name from every test.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

PROTOCOL: Final = "golden-path/1"

CONNECTION_ESTABLISHED: Final = "connection_established"
AGENT_STARTED: Final = "agent_started"
AGENT_THINKING: Final = "agent_thinking"
TOOL_EXECUTING: Final = "tool_executing"
TOOL_COMPLETED: Final = "tool_completed"
AGENT_COMPLETED: Final = "agent_completed"
AGENT_ERROR: Final = "agent_error"
ERROR_MESSAGE: Final = "error_message"
PONG: Final = "pong"

USER_MESSAGE: Final = "user_message"
RESUME: Final = "resume"
CANCEL: Final = "cancel"
PING: Final = "ping"

ROOT_AGENT: Final = "supervisor"

JSON_PARSE_ERROR: Final = "JSON_PARSE_ERROR"
UNKNOWN_TYPE: Final = "UNKNOWN_TYPE"
INVALID_PAYLOAD: Final = "INVALID_PAYLOAD"
FORBIDDEN: Final = "FORBIDDEN"
NOT_FOUND: Final = "NOT_FOUND"
RATE_LIMITED: Final = "RATE_LIMITED"
UNAVAILABLE: Final = "UNAVAILABLE"
UNAUTHENTICATED: Final = "UNAUTHENTICATED"
INTERNAL: Final = "INTERNAL"

RUN_INTERRUPTED: Final = "RUN_INTERRUPTED"
RUN_CANCELLED: Final = "RUN_CANCELLED"
RUN_FAILED: Final = "RUN_FAILED"

CLOSE_SESSION_EXPIRED: Final = 1008
CLOSE_INTERNAL: Final = 1011
CLOSE_RESTART: Final = 1012
CLOSE_TOO_SLOW: Final = 1013


@dataclass(frozen=True, slots=True)
class Draft:
    """What an agent wants to tell: an event that has no place in the run's story yet."""

    type: str
    agent_name: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Event:
    """One stored event. ``frame`` is the exact text that every receiver gets, ``body`` the same as an object."""

    event_id: str
    seq: int
    run_id: str
    thread_id: str
    user_id: str
    type: str
    agent_name: str
    timestamp: datetime
    frame: str
    body: Mapping[str, Any] = field(repr=False)

    @property
    def ends_run(self) -> bool:
        """Whether this is its run's one terminal event: the root agent's last word."""
        return self.agent_name == ROOT_AGENT and self.type in (AGENT_COMPLETED, AGENT_ERROR)

    @property
    def content_hash(self) -> str:
        """SHA-256 of the frame, in hex: the same in every tier that holds this event."""
        return hashlib.sha256(self.frame.encode()).hexdigest()


def rfc3339(moment: datetime) -> str:
    """``moment`` in UTC with microseconds, such as ``2026-11-22T06:48:20.123456Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def now() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


def encode(body: Any) -> str:
    """The one spelling of JSON: sorted keys, no spaces, so that equal content has equal text in every tier."""
    return json.dumps(body, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def event_from_body(body: Mapping[str, Any]) -> Event:
    """The event whose frame says ``body``."""
    return _event(body, encode(body))


def event_from_frame(frame: str) -> Event:
    """The event in ``frame``, as ``encode`` wrote it."""
    return _event(json.loads(frame), frame)


def _event(body: Mapping[str, Any], frame: str) -> Event:
    return Event(
        event_id=body["event_id"],
        seq=body["seq"],
        run_id=body["run_id"],
        thread_id=body["thread_id"],
        user_id=body["user_id"],
        type=body["type"],
        agent_name=body["agent_name"],
        timestamp=datetime.fromisoformat(body["timestamp"]),
        frame=frame,
        body=body,
    )


def storable(value: Any) -> Any:
    """``value`` with every character that PostgreSQL cannot keep (NUL, lone surrogates) replaced by U+FFFD."""
    if isinstance(value, str):
        return value.replace("\0", "\ufffd").encode("utf-8", "surrogatepass").decode("utf-8", "replace")
    if isinstance(value, Mapping):
        return {storable(key): storable(item) for key, item in value.items()}
    return [storable(item) for item in value] if isinstance(value, list | tuple) else value


def welcome(connection_id: str, user_id: str) -> str:
    """The first frame on every socket."""
    return encode(
        {
            "type": CONNECTION_ESTABLISHED,
            "connection_id": connection_id,
            "user_id": user_id,
            "server_time": rfc3339(now()),
            "connection_ready": True,
            "protocol": PROTOCOL,
        }
    )


def error_message(code: str, message: str, details: Mapping[str, Any] | None = None) -> str:
    """The answer to bad input; ``details`` may name fields, never internals. ``None`` means there are none."""
    return encode({"type": ERROR_MESSAGE, "error_code": code, "message": message, "details": dict(details or {})})


def pong() -> str:
    """The answer to ``ping``."""
    return encode({"type": PONG, "server_time": rfc3339(now())})
