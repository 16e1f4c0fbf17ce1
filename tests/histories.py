"""Histories written by hand, in a notation that reads like a story.

One line is one record, so a line's number is its index in the history. A line marked ``!`` is one that a check
should point at. Before the actor may stand when it happened, in seconds; without it, 10 ms pass from line to line.

    amy       a1  supervisor  starts            amy received event 1 of run a: its agent supervisor started;
    amy       a1  triage      starts r-a        with a request id, or any other words as the question's content
    amy       a2  triage      thinks hm         agent_thinking with a reasoning; ``says``: with a delta
    amy       a3  data        calls cost#1      tool_executing, call id 1; ``gets cost#1 S3=9.00`` is its result,
    amy       a4  data        fails cost#1 why  and ``fails`` its error
    amy       a5  supervisor  answers "9.00"    agent_completed; ``half-answers``: partial; ``gives-up``: agent_error
    amy       asked a                           it ended; ``asked a, in vain``: it did not; ``asked a, lost``: who knows
    amy       asked, in vain                    no run was announced; ``resumed a`` is for runs only
    sam       paused 60                         read nothing, and 60 events of that time were read later
    amy       shown there is no such run        error_message with this text
    amy       arrived a                         when amy was due to ask what became run a, and when it was asked
    amy       connected                         opened a tab; ``connected, in vain``: was refused
    amy       welcomed                          connection_established
    postgres  event_row a1 found                a row looked for, or ``missing``
    postgres  stored_events amy a1-5            what is stored; ``commit_times amy a1=0.30`` and when, in seconds
    postgres  file_saving amy a#1               effects, by run and call id
    clickhouse  cost_by_service amy S3=9.00     what an independent query says; ``savings amy S3=8.10`` too
    billing   billed amy svc-7f                 a service was billed to amy, under a name that nobody can guess
    workbench loop_lag generator 1 250          how late an event loop was woken, in milliseconds
    workbench machine cpu 0.0/0.8 0.5/0.2       which share of the cores was idle, and which others used
    fault     StallCommit struck 0.50           what was in force, and when it interfered
    amy       connected header                  got in, by header or by subprotocol [echoed=yes]
    eve       knocked expired, in vain          was turned away [came=401] with a bad token; without ``in vain``: got in
    amy       erred NOT_FOUND                   error_message; ``ponged``: pong
    amy       sent-badly NOT_FOUND              sent bad input, for which the contract has this error
    amy       sent-too-much 70000               in bytes [closed=1009]; ``asked-for-life``: a ping afterwards
    postgres  stored_runs amy a b               which runs the user has
    amy       paged 12                          read a page of a history with 12 messages; ``paged-in-bulk``: many times
    postgres  exchanges wire 1b@0.10+2/amy      statements heard on its wire, told in ``tests.statement_lines``;
    postgres  unheard wire 7                    and for how many more the listener had no room
    scenario  acted                             the act reached its end; ``acted, lost``: it was cut off

Lines about isolation are told in ``tests.isolation_lines``.

Lines about the three tiers are told in ``tests.tier_lines``.

What an administrator of the database sees, and what people read over REST, is told in ``tests.database_lines``.

For a text may stand ``json …``, any value of JSON; ``answers-without-status`` says neither ``completed`` nor
``partial``.

In brackets at the end stands what is unusual: ``[user=bob thread=x tab=2 made=0.3 id=a9]`` for events and welcomes
(``[lacks=protocol]``: without a field), ``[seq="2"]`` and ``[stamp=null]`` for any value of JSON in their place,
``[content=svc-7f]`` for what was asked, ``[message=m1]`` for a question and the start of its run, ``[since=0.2]`` for
what takes time (else it began at 0), ``[side=request hold_s=1.0]`` for a fault.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from gp_lib.checks.claims import CLAIMS, claims_in
from gp_lib.history import Fault, History, Operation, Outcome, Reading, Record
from gp_lib.platforms.golden_path.cost_savings import COST_SAVINGS
from tests import database_lines, tier_lines
from tests.event_lines import event_line, rows
from tests.isolation_lines import Moment, isolation_record
from tests.statement_lines import exchange
from tests.story_lines import BEGAN, STEP_S, Line, user_id

STORES = ("postgres", "clickhouse", "valkey", "workbench")
OUTCOMES: dict[str, Outcome] = {"": "ok", "in vain": "failed", "lost": "unknown"}
ACTIONS = {
    "asked": "asks",
    "resumed": "resumes",
    "paused": "reads nothing",
    "acted": "acts",
    "billed": "bills",
    "arrived": "arrives",
    "connected": "connects",
    "knocked": "knocks",
    "sent-badly": "sends badly",
    "sent-too-much": "sends too much",
    "asked-for-life": "asks for life",
    "paged": "reads a page",
    "paged-in-bulk": "reads in bulk",
}
ABOUT = {"connected": "by", "knocked": "token", "sent-badly": "expects", "sent-too-much": "frame_bytes"}
"""What the word after these verbs is called in the operation's details."""

_LINE = re.compile(r"(?P<mark>!)?\s*(?P<at>\d+\.\d+)?\s*(?P<who>\S+)\s+(?P<rest>.*?)(\s+\[(?P<options>\w+=[^\]]*)\])?")


@dataclass(frozen=True)
class Told:
    """A history, and the indices of its lines marked ``!``."""

    history: History
    marked: tuple[int, ...]


def tell(story: str | Sequence[str]) -> Told:
    """The history that a text, or a list of lines, tells."""
    lines = story.splitlines() if isinstance(story, str) else story
    records: list[Record] = []
    marked: list[int] = []
    now_s = 0.0
    for text in filter(None, map(str.strip, lines)):
        now_s, is_marked, record = _read(text, now_s + STEP_S)
        if is_marked:
            marked.append(len(records))
        records.append(record)
    return Told(with_claims(History(records, began=BEGAN)), tuple(marked))


def with_claims(history: History) -> History:
    """The history with what its answers claim behind its other records, as a run writes it down at its end."""
    records = [record for record in history if not (isinstance(record, Reading) and record.question == CLAIMS)]
    claims = claims_in(history, COST_SAVINGS.read_claims, now_s=records[-1].at_s if records else 0.0)
    return History([*records, *claims], began=history.began, tools=COST_SAVINGS.tools)


def _read(text: str, next_s: float) -> tuple[float, bool, Record]:
    """When a line happened, by itself at ``next_s``; whether it is marked; and its record."""
    found = _LINE.fullmatch(text)
    assert found, f"no line of a story: {text!r}"
    at_s = float(found["at"]) if found["at"] else next_s
    return at_s, bool(found["mark"]), _record_of(at_s, found["who"], found["rest"], found["options"] or "")


@lru_cache(maxsize=20_000)
def _record_of(at_s: float, who: str, rest: str, options: str) -> Record:
    """Each line is read once: a story that is broken in a hundred ways is the same but for a line or two."""
    return _record(Line(at_s, who, rest, dict(option.split("=", 1) for option in options.split())))


def _record(line: Line) -> Record:
    if told := isolation_record(line.who, line.rest, Moment(line.since_s, line.at_s)):
        return told
    if line.who == "fault":
        return _fault(line)
    if line.who in STORES:
        return _reading(line)
    if line.who == "probe":
        return tier_lines.probe_line(line)
    if line.who == "server":
        return database_lines.server_line(line)
    if line.rest.startswith(("read ", "submitted ")):
        return database_lines.person_line(line)
    if event := event_line(line):
        return event
    return _operation(line)


def _operation(line: Line) -> Operation:
    done, _, how = line.rest.partition(", ")
    verb, _, about = done.partition(" ")
    assert verb in ACTIONS, f"nobody {verb!r} in a story"
    detail: dict[str, Any] = {} if how == "" else {"why": f"it was {how}"}
    if (about and verb in ABOUT) or verb == "asked-for-life":
        detail |= _wire_detail(line, verb, about)
    elif verb == "paused":
        detail["unread"] = int(about)
    elif verb == "billed":
        owner, detail["service"] = about.split()
        detail["user_id"] = user_id(owner)
    elif verb == "paged":
        detail |= {"messages": int(about), "user_id": user_id(line.who)}
    elif about:
        detail["message_id"] = f"message-{about}"
        detail |= {} if verb == "arrived" else {"run_id": f"run-{about}"}
        detail |= {"content": database_lines.text_of(about)} if verb == "asked" else {}
    detail |= {"message_id": line.options["message"]} if "message" in line.options else {}
    if "content" in line.options:
        detail["content"] = line.options["content"]
    return Operation(
        actor=line.who,
        action=ACTIONS[verb],
        outcome=OUTCOMES[how],
        started_s=line.since_s,
        ended_s=line.at_s,
        detail=detail,
    )


def _wire_detail(line: Line, verb: str, about: str) -> dict[str, Any]:
    detail: dict[str, Any] = {"connection": line.tab, "user_id": user_id(line.who)}
    if verb in ABOUT:
        detail[ABOUT[verb]] = about
    if verb == "connected":
        detail["echoed"] = {"yes": True, "no": False}.get(line.options.get("echoed", ""))
    if "came" in line.options:
        kind = "HTTP" if int(line.options["came"]) < 1000 else "close code"
        detail["came"] = f"{kind} {line.options['came']}"
    if verb == "sent-too-much":
        detail["closed"] = int(line.options["closed"]) if "closed" in line.options else None
    return detail


def _reading(line: Line) -> Reading:
    question, subject, *words = line.rest.split()
    match question:
        case "event_row":
            answer: Any = [{"seq": 1}] if words == ["found"] else []
        case "stored_events":
            subject, answer = user_id(subject), [_stored(name) for word in words for name in _range(word)]
        case "commit_times":
            subject, answer = user_id(subject), [_committed(*word.split("=")) for word in words]
        case _ if question in tier_lines.QUESTIONS:
            subject = subject if question == "live_state" else user_id(subject)
            answer = tier_lines.tier_answer(question, words)
        case "loop_lag":
            answer = [float(word) for word in words]
        case "exchanges":
            answer = [exchange(word) for word in words]
        case "unheard":
            answer = int(words[0])
        case "machine":
            answer = [dict(zip(("idle", "others"), map(float, word.split("/")), strict=True)) for word in words]
        case "stored_runs":
            subject, answer = user_id(subject), [{"run_id": f"run-{run}", "message_id": "m"} for run in words]
        case COST_SAVINGS.tools.effect:
            subject, answer = user_id(subject), [_effect(*word.split("#")) for word in words]
        case _:
            subject, answer = user_id(subject), rows(question, " ".join(words))
    return Reading(
        store=line.who, question=question, subject=subject, answer=answer, asked_s=line.at_s, answered_s=line.at_s
    )


def _range(word: str) -> Iterator[str]:
    """``a2-4`` is a2, a3 and a4."""
    run, first, last = re.fullmatch(r"([a-z]+)(\d+)(?:-(\d+))?", word).groups()  # type: ignore[union-attr]
    yield from (f"{run}{seq}" for seq in range(int(first), int(last or first) + 1))


def _stored(name: str) -> dict[str, Any]:
    run, seq = name.rstrip("0123456789"), name.lstrip("abcdefghijklmnopqrstuvwxyz")
    place = {"run_id": f"run-{run}", "thread_id": f"thread-{run}"}
    return {"event_id": name, **place, "seq": int(seq), "type": "event"}


def _committed(name: str, at_s: str) -> dict[str, Any]:
    return {"event_id": name, "committed_us": round((BEGAN.timestamp() + float(at_s)) * 1e6)}


def _effect(run: str, call_id: str) -> dict[str, Any]:
    return {"run_id": f"run-{run}", "call_id": call_id, "service": "S3", "monthly_saving": "9.00"}


def _fault(line: Line) -> Fault:
    name, *words = line.rest.split()
    rule: dict[str, Any] = {"kind": name, **{k: v for k, v in line.options.items() if k != "since"}}
    if "hold_s" in rule:
        rule["hold_s"] = None if rule["hold_s"] == "none" else float(rule["hold_s"])
    struck_s = tuple(float(word) for word in words[1:])
    return Fault(
        name=name,
        target="postgres",
        started_s=line.since_s,
        healed_s=line.at_s,
        connections=len(struck_s),
        bytes=0,
        frames=0,
        struck_s=struck_s,
        rule=rule,
    )
