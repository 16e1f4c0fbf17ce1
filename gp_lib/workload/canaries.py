"""Plants canaries: unguessable tokens, each of one person and in one place, brought in through the front door."""

import secrets
import uuid

from gp_lib import contract
from gp_lib.clients.tokens import sign
from gp_lib.dialects import golden_path
from gp_lib.errors import SettingsError
from gp_lib.history import Operation
from gp_lib.workload.fill import fill
from gp_lib.workload.person import Asked, Person
from gp_lib.workload.recorder import doing

RANDOM_BYTES = 10
REPLY_WITHIN_S = 5.0


def canary() -> str:
    """A new token. Its accent makes JSON and URLs write it in another way than plain text does."""
    return f"canary-é{secrets.token_hex(RANDOM_BYTES)}"


def plants(person: Person, place: str, token: str, *, message_id: str | None = None) -> str:
    """Write into the history that ``token`` is ``person``'s, and return it; sending it is up to the caller.

    ``message_id`` names the question that carries it; ``None`` when it is no part of a question.
    """
    now_s = person.history.now_s()
    detail = {"place": place, "token": token} | ({"message_id": message_id} if message_id else {})
    person.history.record(
        Operation(actor=person.name, action="plants", outcome="ok", started_s=now_s, ended_s=now_s, detail=detail)
    )
    return token


def signs_in_with_canaries(person: Person) -> None:
    """Give ``person`` a token whose user id and e-mail address are canaries: in cache keys and in rows."""
    issuer = person.target.jwt
    if issuer is None:
        raise SettingsError(f"targets.{person.target.name}.jwt", "is needed to sign people in")
    plants(person, "cache key", person.user_id)
    person.token = sign(issuer, person.user_id, email=f"{plants(person, 'row', canary())}@example.com")


async def asks_with_canary(person: Person, question: str, *, tab: int | None = None) -> Asked:
    """Ask with one canary in the prompt, in the tab with this number; ``None`` is the tab in use."""
    if tab is not None:
        person.uses(tab)
    message_id = str(uuid.uuid4())
    token = plants(person, "prompt", canary(), message_id=message_id)
    return await person.asks(f"{question} {token}", message_id=message_id)


async def asks_with_canaries(person: Person, question: str, *, unknown_id: str) -> Asked:
    """Ask with canaries in the thread's title, a tool's argument and the prompt; ``question`` stands between them.

    The title is the beginning of a question. ``unknown_id`` is one that nobody has: a tool is called with it, because
    it stands in the question in place of ``{id}``.
    """
    message_id = str(uuid.uuid4())
    title = plants(person, "thread title", canary(), message_id=message_id)
    lookup = fill(question, id=plants(person, "tool argument", unknown_id, message_id=message_id))
    prompt = plants(person, "prompt", canary(), message_id=message_id)
    return await person.asks(f"{title} {lookup} {prompt}", message_id=message_id)


async def provokes_an_error(person: Person) -> None:
    """Plant a canary in an error's text: resume a run under an id that is none, and wait for the complaint."""
    token = plants(person, "error text", canary())
    async with doing(person.history, person.name, "provokes an error") as act:
        seen = len(person.tab.events)
        await person.tab.send(golden_path.resume(token, 0))
        reply = await person.tab.until(
            lambda event: event.type == contract.ERROR_MESSAGE, deadline_s=REPLY_WITHIN_S, after=seen
        )
        if reply is None:
            act.fail(f"no error within {REPLY_WITHIN_S} s")
