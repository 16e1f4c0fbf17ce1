"""Tries the platform's doors, as the owner of something and as everybody who must not have it."""

import secrets
import uuid
from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx

from gp_lib import contract
from gp_lib.clients.http import open_http
from gp_lib.clients.tokens import sign
from gp_lib.clients.websocket import open_websocket
from gp_lib.dialects import fields, golden_path
from gp_lib.errors import ConnectionLost, SettingsError, UnexpectedReply
from gp_lib.history import Event
from gp_lib.workload.person import Asked, Person
from gp_lib.workload.recorder import Doing, doing
from gp_lib.workload.recording import Recording
from gp_lib.workload.tab import Tab

OTHER, NO_TOKEN, EXPIRED, FORGED = "other user", "no token", "expired", "forged"
REPLY_WITHIN_S = 3.0
STRANGER = "stranger"
"""The actor of whoever holds no valid token: no user at all."""


@dataclass(frozen=True, slots=True)
class Door:
    """A resource and a verb; ``of`` says whose id is named: a run's, a thread's, or (``None``) no id at all.

    REST has a ``path``; without one it is a message on the WebSocket.
    """

    resource: str
    verb: str
    path: str = ""
    of: str | None = None


READ = (
    Door("threads", "list", "/threads"),
    Door("usage", "read", "/usage"),
    Door("thread messages", "read", "/threads/{id}/messages", of="thread"),
    Door("run", "read", "/runs/{id}", of="run"),
    Door("run events", "read", "/runs/{id}/events", of="run"),
)
ON_THE_WIRE = (
    Door("run", "resume", of="run"),
    Door("run", "cancel", of="run"),
    Door("thread", "write to", of="thread"),
)
DELETE = Door("user", "delete", "/users/me")
OWN: Mapping[str, str] = {}


async def looks_back(person: Person, asked: Sequence[Asked]) -> None:
    """Read by REST everything that is ``person``'s: threads, their messages, runs, their events, usage."""
    async with open_http(person.target.platform_http, token=person.token) as http:
        for door in READ:
            for owned in asked if door.of else asked[:1]:
                if _known([door], owned):
                    await _rest(person.history, person.name, http, door, door.path.format(id=_id_of(door, owned)))


async def tries_doors(owner: Person, asked: Asked, other: Person) -> None:
    """Try every door of ``owner``'s run and thread: as the owner, as ``other``, and with three bad tokens.

    The owner goes first, and ``other`` tries each id a second time with one that nobody has.
    """
    await _owner(owner, asked)
    await _other(other, asked)
    for identity, token in _bad_tokens(owner).items():
        await _without_session(owner, asked, identity, token)


async def tries_to_resume(intruder: Person, run_id: str) -> None:
    """Ask, in a tab opened for it, for somebody else's run."""
    async with _tab(intruder) as tab:
        await _say(intruder, tab, ON_THE_WIRE[0], {"identity": OTHER, "id": "foreign"}, run_id)


async def resumes_own(owner: Person, asked: Asked) -> None:
    """The owner asks for the run, in a tab opened for it: what is refused to everybody proves nothing."""
    async with _tab(owner) as tab:
        for door in _known(ON_THE_WIRE[:1], asked):
            await _say(owner, tab, door, {"identity": "owner", "id": "own"}, _id_of(door, asked))


def _id_of(door: Door, asked: Asked) -> str:
    """The id that a door asks for; empty for a door without one, and when the platform announced none."""
    return {"run": asked.run_id, "thread": asked.thread_id}.get(door.of or "") or ""


def _known(doors: Iterable[Door], asked: Asked) -> list[Door]:
    """The doors whose id was announced: nothing is learnt from keeping people from an id that is not there."""
    return [door for door in doors if door.of is None or _id_of(door, asked)]


async def _owner(owner: Person, asked: Asked) -> None:
    about = {"identity": "owner", "id": "own"}
    async with open_http(owner.target.platform_http, token=owner.token) as http, _tab(owner) as tab:
        for door in _known(READ, asked):
            await _rest(owner.history, owner.name, http, door, door.path.format(id=_id_of(door, asked)), about)
        for door in _known(ON_THE_WIRE, asked):
            await _say(owner, tab, door, about, _id_of(door, asked))


async def _other(other: Person, asked: Asked) -> None:
    async with open_http(other.target.platform_http, token=other.token) as http, _tab(other) as tab:
        for kind in ("foreign", "unknown"):
            about = {"identity": OTHER, "id": kind}
            for door in (door for door in _known(READ, asked) if door.of):
                wanted = _id_of(door, asked) if kind == "foreign" else str(uuid.uuid4())
                await _rest(other.history, other.name, http, door, door.path.format(id=wanted), about)
            for door in _known(ON_THE_WIRE, asked):
                wanted = _id_of(door, asked) if kind == "foreign" else str(uuid.uuid4())
                await _say(other, tab, door, about, wanted)


def _bad_tokens(owner: Person) -> dict[str, str | None]:
    """No token; the owner's own, expired; one for the owner that somebody else has signed."""
    issuer = owner.target.jwt
    if issuer is None:
        raise SettingsError(f"targets.{owner.target.name}.jwt", "is needed to sign people in")
    forger = issuer.model_copy(update={"secret": secrets.token_hex(32)})
    return {
        NO_TOKEN: None,
        EXPIRED: sign(issuer, owner.user_id, lifetime_s=-60),
        FORGED: sign(forger, owner.user_id),
    }


async def _without_session(owner: Person, asked: Asked, identity: str, token: str | None) -> None:
    """Try every REST door, deleting last, and the WebSocket's own door: behind it nobody gets."""
    about = {"identity": identity, "id": "foreign"}
    async with open_http(owner.target.platform_http, token=token) as http:
        for door in _known(READ, asked):
            await _rest(owner.history, STRANGER, http, door, door.path.format(id=_id_of(door, asked)), about)
        for door in _known(ON_THE_WIRE, asked):
            await _knock(owner, door, about, token)
        await _rest(owner.history, STRANGER, http, DELETE, DELETE.path, about)


async def _rest(
    history: Recording, actor: str, http: httpx.AsyncClient, door: Door, path: str, about: Mapping[str, str] = OWN
) -> None:
    """Knock at a REST door; ``about`` says who tries whose, and without it somebody just reads their own."""
    action = "tries" if about else "gets"
    named = {"resource": door.resource, "verb": door.verb, "path": path, **about}
    async with doing(history, actor, action, **named) as act:
        try:
            reply = await http.request("DELETE" if door is DELETE else "GET", path)
        except httpx.HTTPError as error:
            act.give_up(f"{type(error).__name__}: {error}")
            return
        act.note(status=reply.status_code, body=reply.text)
        if not reply.is_success:
            act.fail(f"HTTP {reply.status_code}")


async def _say(person: Person, tab: Tab, door: Door, about: Mapping[str, str], wanted: str) -> None:
    """Send a message with an id, and a ping: what comes before its pong is the answer.

    No frame at all is an answer too: cancelling a run that has ended changes nothing.
    """
    named = {"resource": door.resource, "verb": door.verb, **about}
    async with doing(person.history, person.name, "tries", **named) as act:
        seen = len(tab.events)
        await tab.send(_message(door, wanted))
        await tab.send(golden_path.ping())
        if await tab.until(_is_pong, deadline_s=REPLY_WITHIN_S, after=seen):
            _judge(act, tab.events[seen:])
        else:
            act.give_up(f"no answer within {REPLY_WITHIN_S} s")


def _message(door: Door, wanted: str) -> dict[str, Any]:
    if door.verb == "resume":
        return golden_path.resume(wanted, 0)
    if door.verb == "cancel":
        return golden_path.cancel(wanted)
    return golden_path.user_message("What can you do?", message_id=str(uuid.uuid4()), thread_id=wanted)


def _is_pong(event: Event) -> bool:
    return event.type == contract.PONG


def _judge(act: Doing, came: Sequence[Event]) -> None:
    complaint = next((event for event in came if event.type == contract.ERROR_MESSAGE), None)
    if complaint is None:
        act.note(status=came[0].type)
    else:
        act.note(status=fields.identity(complaint.body.get("error_code")) or "no error code", body=complaint.frame)
        act.fail("refused")


async def _knock(owner: Person, door: Door, about: Mapping[str, str], token: str | None) -> None:
    """Whoever has no session must be refused at the WebSocket's own door."""
    named = {"resource": door.resource, "verb": door.verb, **about}
    async with doing(owner.history, STRANGER, "tries", **named) as act:
        try:
            socket = await open_websocket(owner.target.platform_ws, name=STRANGER, token=token)
        except UnexpectedReply as refusal:
            act.note(status=refusal.came)
            raise
        act.note(status="let in")
        await socket.close()


@asynccontextmanager
async def _tab(person: Person) -> AsyncIterator[Tab]:
    """A tab for one purpose; the one in use stays the one in use."""
    tab = await person.connects(in_use=False)
    if tab is None:
        raise ConnectionLost(person.name, code=None, reason="no tab could be opened", silent_s=None)
    async with doing(person.history, person.name, "closes a tab", tab=tab.name):
        try:
            yield tab
        finally:
            await tab.close()
