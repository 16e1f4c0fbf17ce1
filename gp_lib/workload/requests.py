"""What a person asks for in one request and one answer: a message that may be refused, and a look at the REST side."""

import uuid
from typing import TYPE_CHECKING, Any

import httpx

from gp_lib import contract
from gp_lib.clients.http import open_http
from gp_lib.clock import Deadline
from gp_lib.dialects import fields, golden_path
from gp_lib.history import Event
from gp_lib.workload.recorder import Doing, doing

if TYPE_CHECKING:
    from gp_lib.workload.person import Person

ANSWER_WITHIN_S = 20.0
"""How long a person waits until a message is accepted or refused in all (scaled)."""


async def send_once(person: "Person", content: str, *, thread_id: str | None) -> str | None:
    """Send a message and wait until it is refused, or answered to the end; recorded as ``submits``.

    Gives the error code of a refusal, and ``None`` for everything else.

    Its outcome is *ok* when a run was announced (``run_id``), and *failed* when it was refused (``error_code``). The
    tab must have nothing else under way, because a refusal does not say which message it answers.
    """
    message_id = str(uuid.uuid4())
    async with doing(person.history, person.name, "submits", content=content, message_id=message_id) as act:
        tab, deadline = person.tab, Deadline.after(ANSWER_WITHIN_S)
        seen = len(tab.events)
        await tab.send(golden_path.user_message(content, message_id=message_id, thread_id=thread_id))
        answer = await tab.until(
            lambda event: event.type == contract.ERROR_MESSAGE or starts(event, message_id),
            deadline_s=deadline.left_s,
            after=seen,
        )
        _note_answer(act, answer)
        if answer is not None and answer.run_id is not None:
            run_id, root = answer.run_id, answer.agent_name
            await tab.until(lambda event: ends(event, run_id, root), deadline_s=deadline.left_s, after=seen)
    return act.detail.get("error_code")


def _note_answer(act: Doing, answer: Event | None) -> None:
    if answer is None:
        act.give_up(f"neither accepted nor refused within {ANSWER_WITHIN_S} s")
    elif answer.type == contract.ERROR_MESSAGE:
        act.fail(fields.text(answer.body.get("message")) or "refused without a message")
        act.note(error_code=fields.identity(answer.body.get("error_code")) or "no error code")
    else:
        act.note(run_id=answer.run_id, thread_id=answer.thread_id)


async def get(person: "Person", path: str) -> Any:
    """``GET path`` as ``person``; recorded as ``reads``, with ``path``, ``status`` and ``body``.

    Its outcome is *ok* for HTTP 200, *failed* for any other status, and *unknown* when no answer came. The body, or
    ``None`` without a good answer.
    """
    async with (
        doing(person.history, person.name, "reads", path=path) as act,
        open_http(person.target.platform_http, token=person.token) as http,
    ):
        try:
            reply = await http.get(path)
        except httpx.HTTPError as error:
            act.give_up(f"{type(error).__name__}: {error}")
            return None
        act.note(status=reply.status_code)
        if reply.status_code != 200:
            act.fail(f"HTTP {reply.status_code}: {reply.text[:200]}")
            return None
        try:
            body = reply.json()
        except ValueError:
            act.fail(f"HTTP 200 with a body that is not JSON: {reply.text[:200]!r}")
            return None
        act.note(body=body)
        return body


def starts(event: Event, message_id: str) -> bool:
    """Whether ``event`` announces the run of the message with this id."""
    return event.type == contract.AGENT_STARTED and fields.identity(event.payload.get("message_id")) == message_id


def ends(event: Event, run_id: str | None, root: str | None) -> bool:
    """Whether ``event`` is the terminal event of the run, said by its root agent."""
    return event.run_id == run_id and event.type in contract.TERMINAL_EVENTS and event.agent_name == root
