"""What a client may send: parsed, checked, and answered; nothing it sends ends the conversation."""

import json
import logging
import time
import uuid
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.auth import Session
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import (
    Forbidden,
    InvalidPayload,
    NotFound,
    NotJson,
    RateLimited,
    Refusal,
    StoreLost,
    Unavailable,
    UnknownType,
)
from gp_lib.reference_platform.runs.context import Question
from gp_lib.reference_platform.runs.desk import FrontDesk

from .bridge import Bridge
from .feed import Feed
from .outlet import Outlet

log = logging.getLogger("platform.inbound")

OUR_FAULT = "this did not work because of an error on our side; please try again"
LONGEST_CONTENT = 60_000
LONGEST_MESSAGE_ID = 200
MOST_REFERENCES = 50
MOST_BUCKETS = 10_000

Handler = Callable[["Caller", Mapping[str, Any]], Awaitable[None]]


@dataclass(frozen=True)
class Caller:
    """Who sent a frame, and where the answers go."""

    session: Session
    outlet: Outlet
    feed: Feed


class RateLimiter:
    """A token bucket a user: ``rate_burst`` messages at once, ``rate_per_s`` a second in the long run."""

    def __init__(self, settings: Settings) -> None:
        self._per_s = settings.rate_per_s
        self._burst = float(settings.rate_burst)
        self._buckets: dict[str, tuple[float, float]] = {}

    def spend(self, user_id: str) -> None:
        """Take one message off the user's allowance.

        Raises:
            RateLimited: nothing is left.
        """
        moment = time.monotonic()
        if len(self._buckets) > MOST_BUCKETS:
            self._forget_the_full(moment)
        left, since = self._buckets.get(user_id, (self._burst, moment))
        left = min(self._burst, left + (moment - since) * self._per_s)
        if left < 1:
            self._buckets[user_id] = (left, moment)
            raise RateLimited("too many messages", retry_after_ms=round(1000 * (1 - left) / self._per_s))
        self._buckets[user_id] = (left - 1, moment)

    def _forget_the_full(self, moment: float) -> None:
        """A user whose allowance is full again needs no bucket."""
        kept = {
            user: (left, since)
            for user, (left, since) in self._buckets.items()
            if left + (moment - since) * self._per_s < self._burst
        }
        self._buckets = kept


class Inbound:
    """Handles one frame after the other."""

    def __init__(self, desk: FrontDesk, bridge: Bridge, limiter: RateLimiter) -> None:
        self._desk = desk
        self._bridge = bridge
        self._limiter = limiter
        self.cancel_run: Callable[[str, str], Awaitable[None]] | None = None
        self._handlers: Mapping[str, Handler] = {
            protocol.USER_MESSAGE: self._ask,
            protocol.RESUME: self._resume,
            protocol.CANCEL: self._cancel,
            protocol.PING: self._ping,
        }

    async def handle(self, caller: Caller, frame: str | bytes) -> None:
        """Serve ``frame``; whatever is wrong with it becomes an ``error_message``."""
        try:
            self._limiter.spend(caller.session.user_id)
            await self.serve(caller, parsed(frame))
        except Refusal as refusal:
            caller.outlet.put(protocol.error_message(refusal.code, refusal.message, refusal.details))
        except Exception:
            log.exception("a message could not be handled")
            caller.outlet.put(protocol.error_message(protocol.INTERNAL, OUR_FAULT))

    async def serve(self, caller: Caller, message: Mapping[str, Any]) -> None:
        """Do what ``message`` asks for.

        Raises:
            Refusal: it cannot be done.
        """
        handler = self._handlers.get(message["type"])
        if handler is None:
            raise UnknownType("this type of message is not known", known=sorted(self._handlers))
        payload = message.get("payload", {})
        if not isinstance(payload, dict):
            raise InvalidPayload("payload must be an object", field="payload")
        await handler(caller, payload)

    async def _ask(self, caller: Caller, payload: Mapping[str, Any]) -> None:
        self._require_permission(caller)
        question = Question(
            content=text_in(payload, "content", longest=LONGEST_CONTENT),
            message_id=text_in(payload, "message_id", longest=LONGEST_MESSAGE_ID),
            references=_references_in(payload),
        )
        thread_id = id_in(payload, "thread_id") if payload.get("thread_id") is not None else None
        opened = await self._desk.ask(caller.session, question, thread_id)
        if opened.story is None:
            # A message that was sent before: a socket that does not follow its run gets it from the beginning.
            run_id = opened.ids.run_id
            await self._found(run_id, caller.feed.follow(caller.outlet, run_id))

    async def _resume(self, caller: Caller, payload: Mapping[str, Any]) -> None:
        last_seq = payload.get("last_seq")
        if not isinstance(last_seq, int) or isinstance(last_seq, bool) or not 0 <= last_seq < 2**31:
            raise InvalidPayload("last_seq must be a whole number from 0", field="last_seq")
        await self.replay(caller, id_in(payload, "run_id"), last_seq)

    async def replay(self, caller: Caller, run_id: str, last_seq: int) -> None:
        """Send a run's events after ``last_seq``, and let the socket follow the run from there.

        Raises:
            NotFound: the user has no such run.
            Unavailable: the events cannot be read now.
        """
        await self._found(run_id, caller.feed.resume(caller.outlet, run_id, last_seq))

    async def _found(self, run_id: str, search: Awaitable[bool]) -> None:
        try:
            known = await search
        except StoreLost as error:
            raise Unavailable("the events cannot be read at the moment; please try again") from error
        if not known:
            raise NotFound("there is no such run", run_id=run_id)

    async def _cancel(self, caller: Caller, payload: Mapping[str, Any]) -> None:
        self._require_permission(caller)
        assert self.cancel_run is not None, "nobody cancels runs"
        await self.cancel_run(caller.session.user_id, id_in(payload, "run_id"))

    async def _ping(self, caller: Caller, payload: Mapping[str, Any]) -> None:
        caller.outlet.put(protocol.pong())

    def _require_permission(self, caller: Caller) -> None:
        if not caller.session.may_act:
            raise Forbidden("this session may only read")


def parsed(frame: str | bytes) -> Mapping[str, Any]:
    """The message in ``frame``: a JSON object with a ``type``.

    Raises:
        NotJson, InvalidPayload: it is something else.
    """
    if isinstance(frame, bytes):
        raise NotJson("only text frames are understood")
    try:
        message = json.loads(frame)
    except (ValueError, RecursionError) as error:
        raise NotJson("this is not JSON") from error
    if not isinstance(message, dict):
        raise InvalidPayload("a message must be a JSON object")
    if not isinstance(message.get("type"), str):
        raise InvalidPayload("a message needs a type", field="type")
    return message


def text_in(payload: Mapping[str, Any], name: str, *, longest: int) -> str:
    """The text ``name`` of ``payload``, not empty and fit to be stored as it is.

    Raises:
        InvalidPayload: it is missing or no such text.
    """
    value = payload.get(name)
    if not isinstance(value, str) or not value.strip():
        raise InvalidPayload(f"{name} must be a text that is not empty", field=name)
    if len(value) > longest:
        raise InvalidPayload(f"{name} is longer than {longest} characters", field=name)
    if protocol.storable(value) != value:
        raise InvalidPayload(f"{name} has characters that cannot be stored", field=name)
    return value


def id_in(payload: Mapping[str, Any], name: str) -> str:
    """The UUID ``name`` of ``payload``. One that is no UUID is nobody's, so it is answered like an unknown one.

    Raises:
        InvalidPayload: there is none, or it is no text.
        NotFound: it is no UUID.
    """
    value = payload.get(name)
    if not isinstance(value, str):
        raise InvalidPayload(f"{name} must be a text", field=name)
    try:
        return str(uuid.UUID(value))
    except ValueError as error:
        raise NotFound("there is no such thing", **{name: value[:64]}) from error


def _references_in(payload: Mapping[str, Any]) -> tuple[str, ...]:
    references = payload.get("references") or []
    if not isinstance(references, list) or len(references) > MOST_REFERENCES:
        raise InvalidPayload(f"references must be a list of at most {MOST_REFERENCES} texts", field="references")
    return tuple(text_in({"references": item}, "references", longest=LONGEST_MESSAGE_ID) for item in references)
