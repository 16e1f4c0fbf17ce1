"""The lines of ``tests.histories`` that tell of isolation: canaries, doors, tabs, and what the stores hold.

amy       planted prompt canary-1 a         a canary in amy's prompt, of the question that run a answers
amy       got /threads canary-1             what REST answered to amy
bob       tried run read other foreign 404  a door, with whose token, whose id, the answer; its body may follow
amy       was forgotten                     the owner deleted everything
amy       closed 2                          amy closed her second tab
amy       complaint canary-1                error_message; an event, and no operation
everybody played amy asks,bob pries         an interleaving with its steps
postgres  rows amy messages canary-1        what a store holds of amy, in which table
valkey    entry gp:cache:user-amy:x 7       a key and its value
platform  gauge gp_live_contexts 3          a gauge of the platform
"""

import json
from typing import Any, NamedTuple

from gp_lib import contract
from gp_lib.history import Event, Operation, Outcome, Reading, Record

IDENTITIES = {"other": "other user", "none": "no token"}
VERBS = ("planted", "got", "tried", "was", "closed", "complaint", "played")
QUESTIONS = ("rows", "entry", "gauge")
WORDS = {"unanswered": "unknown"}


class Moment(NamedTuple):
    """From when to when."""

    since_s: float
    at_s: float


def isolation_record(who: str, rest: str, moment: Moment) -> Record | None:
    """The record that a line tells; ``None`` when it is none of these lines."""
    verb, _, words = rest.partition(" ")
    if verb in QUESTIONS:
        subject, _, answer = words.partition(" ")
        return _reading(who, verb, (subject, answer), moment)
    if verb == "complaint":
        frame = json.dumps({"type": contract.ERROR_MESSAGE, "message": words})
        return _frame(who, frame, moment)
    if verb not in VERBS:
        return None
    action, outcome, detail = _done(verb, words)
    return Operation(
        actor=who, action=action, outcome=outcome, started_s=moment.since_s, ended_s=moment.at_s, detail=detail
    )


def _done(verb: str, words: str) -> tuple[str, Outcome, dict[str, Any]]:
    match verb:
        case "planted":
            place, token, *run = words.split()
            about = {"message_id": f"message-{run[0]}"} if run else {}
            return "plants", "ok", {"place": place.replace("_", " "), "token": token, **about}
        case "got":
            path, _, body = words.partition(" ")
            return "gets", "ok", {"path": path, "body": body}
        case "tried":
            return _tried(*words.split(" ", 5))
        case "closed":
            return "closes a tab", "ok", {"tab": words}
        case "played":
            return "plays", "ok", {"steps": words.split(",")}
    return "is forgotten", "ok", {}


def _tried(
    resource: str, verb: str, identity: str, kind: str, status: str, body: str = ""
) -> tuple[str, Outcome, dict[str, Any]]:
    outcome: Outcome = "unknown" if status == "unanswered" else "ok" if status.startswith("2") else "failed"
    detail = {"resource": resource, "verb": verb, "identity": IDENTITIES.get(identity, identity), "id": kind}
    return "tries", outcome, {**detail, "status": status, "body": body}


def _reading(store: str, question: str, words: tuple[str, str], moment: Moment) -> Reading:
    subject, text = words
    answer: Any = text
    if question == "rows":
        table, _, row = text.partition(" ")
        subject, answer = f"user-{subject}", {"table": table, "rows": [{"text": row}]}
    elif question == "gauge":
        answer = None if text == "none" else float(text)
    return Reading(
        store=store,
        question=question,
        subject=subject,
        answer=answer,
        asked_s=moment.at_s,
        answered_s=moment.at_s,
    )


def _frame(who: str, frame: str, moment: Moment) -> Event:
    return Event(
        actor=who,
        connection=f"{who}/1",
        type=contract.ERROR_MESSAGE,
        run_id=None,
        thread_id=None,
        user_id=None,
        seq=None,
        server_time=None,
        received_s=moment.at_s,
        frame=frame,
    )
