"""The lines of a story that speak of the database as its administrator and the REST side see it.

server  sessions 4/2                       4 sessions of the platform are open, 2 of them busy
server  opened 0.03                        another session opened in 0.03 s; ``…, refused``: not at all, or ``lost``
server  sees amy threads=amy:2 runs=       in her session: 2 threads of hers, no runs; ``sees nobody``: without a user
server  row_counts amy threads=1 events=5  how many rows she really has; counts that are not named are 0
server  unit_runs amy a b                runs a and b with a result; ``a?``: without one, ``a/c``: in thread c
server  unit_threads amy a b             threads
server  unit_messages amy a b?           question and answer of run a, only the question of b; ``a=oops``: its text
amy     read /threads a b                  was shown threads a and b; ``read /usage threads=1`` counts,
amy     read /threads/a/messages a         ``… a=oops``: message a with another text, ``…, refused``, ``…, lost``
    amy     submitted a                        a message taken in; ``submitted a, refused``; ``submitted a, lost``
"""

import re
from typing import Any

from gp_lib import contract
from gp_lib.history import Operation, Outcome, Reading, Record
from tests.story_lines import Line, user_id

BRIEF_S = 0.004
OUTCOMES: dict[str, Outcome] = {"": "ok", "refused": "failed", "lost": "unknown"}


def server_line(line: Line) -> Record:
    """What the server says, or somebody who connects to it."""
    told, _, how = line.rest.partition(", ")
    verb, *words = told.split()
    match verb:
        case "sessions":
            open_, busy = words[0].split("/")
            return _reading(line, "sessions", "gp_app", [{"open": int(open_), "busy": int(busy)}])
        case "opened":
            return _opened(line, float(words[0]), OUTCOMES[how])
        case "sees":
            subject = "" if words[0] == "nobody" else user_id(words[0])
            return _reading(line, "visible_rows", subject, dict(_table(word) for word in words[1:]))
        case "row_counts":
            return _reading(line, verb, user_id(words[0]), [_counts(words[1:])])
    return _reading(line, verb, user_id(words[0]), [row for word in words[1:] for row in _stored(verb, word)])


def person_line(line: Line) -> Operation:
    """What somebody read or tried."""
    done, _, how = line.rest.partition(", ")
    verb, *words = done.split()
    detail: dict[str, Any] = {"path": words[0]} if verb == "read" else message(words[0])
    if verb == "read" and not how:
        detail["body"] = _body(words[0], words[1:])
    elif verb == "submitted":
        detail |= {"error_code": "NOT_FOUND"} if how == "refused" else {"run_id": f"run-{words[0]}"} if not how else {}
    return Operation(
        actor=line.who,
        action="reads" if verb == "read" else "submits",
        outcome=OUTCOMES[how],
        started_s=float(line.options.get("since", line.at_s - BRIEF_S)),
        ended_s=line.at_s,
        detail=detail | ({"why": f"it was {how}"} if how else {}),
    )


def message(run: str) -> dict[str, Any]:
    """What is known of the message that asks for ``run``."""
    return {"message_id": f"message-{run}", "content": text_of(run)}


def text_of(run: str) -> str:
    """The text of that message."""
    return f"question {run}"


def _reading(line: Line, question: str, subject: str, answer: Any) -> Reading:
    at_s = line.at_s
    return Reading(store="postgres", question=question, subject=subject, answer=answer, asked_s=at_s, answered_s=at_s)


def _opened(line: Line, took_s: float, outcome: Outcome) -> Operation:
    return Operation(
        actor="database",
        action="opens a session",
        outcome=outcome,
        started_s=line.at_s,
        ended_s=line.at_s + took_s,
    )


def _table(word: str) -> tuple[str, list[dict[str, Any]]]:
    """``threads=amy:2,bob:1``."""
    table, _, owners = word.partition("=")
    found = (owner.split(":") for owner in filter(None, owners.split(",")))
    return table, [{"owner": user_id(name), "rows": int(count)} for name, count in found]


def _counts(words: list[str]) -> dict[str, int]:
    return dict.fromkeys(contract.USAGE_COUNTS, 0) | {k: int(v) for k, v in (word.split("=") for word in words)}


def _body(path: str, words: list[str]) -> dict[str, Any]:
    if path == "/usage":
        return _counts(words)
    if path == "/threads":
        return {"threads": [{"thread_id": f"thread-{word}"} for word in words]}
    return {"messages": [row for word in words for row in _stored("unit_messages", word)]}


def _stored(question: str, word: str) -> list[dict[str, Any]]:
    """The rows of ``a``, ``a?``, ``a/c`` or ``a=oops``."""
    found = re.fullmatch(r"(?P<run>[a-z]+)(?P<open>\?)?(/(?P<thread>[a-z]+))?(=(?P<text>\S+))?", word)
    assert found, f"nothing is stored as {word!r}"
    run, ids = found["run"], {"run_id": f"run-{found['run']}", "message_id": f"message-{found['run']}"}
    if question == "unit_threads":
        return [{"thread_id": f"thread-{run}"}]
    if question == "unit_runs":
        return [{**ids, "thread_id": f"thread-{found['thread'] or run}", "has_result": not found["open"]}]
    user = {**ids, "role": "user", "content": found["text"] or text_of(run)}
    assistant = {**ids, "message_id": None, "role": "assistant", "content": "answer"}
    return [user] if found["open"] else [user, assistant]
