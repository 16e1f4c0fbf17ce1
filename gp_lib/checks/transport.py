"""Promises about the way: a bad network or bad input loses nothing, doubles nothing, and ends nothing."""

from collections.abc import Collection
from itertools import zip_longest

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import run_of
from gp_lib.checks.stories import Story, stories
from gp_lib.dialects import fields
from gp_lib.dialects.visible import is_visible
from gp_lib.history import Event, History, Operation, Reading

RESUMES = "resumes"
STORED_RUNS = "stored_runs"


@promise("what came before and after at least {at_least} cuts equals what came undisturbed")
def resumed_equals_clean(history: History, *, at_least: int, actors: Collection[str] | None = None) -> Finding:
    """Frame by frame, a run that was resumed equals the same run at a device of the user that was never cut off.

    ``actors`` are those who were cut off. A run that was resumed less than ``at_least`` times, that nobody saw
    undisturbed, or that was not seen to its end by both is undecided as far as they agree.
    """
    finding = Finding("nobody resumed anything")
    returns: dict[tuple[str, str], list[int]] = {}
    for index, act in history.indexed(Operation):
        if act.action == RESUMES and (actors is None or act.actor in actors):
            returns.setdefault((act.actor, run_of(act) or ""), []).append(index)
    told = {(story.receiver, story.run_id): story for story in stories(history)}
    for (actor, run_id), times in returns.items():
        clean = next((s for (who, run), s in told.items() if run == run_id and (who, run) not in returns), None)
        finding.seen += 1
        if len(times) < at_least:
            finding.doubt(f"{actor} came back only {len(times)} times", *times)
        elif clean is None:
            finding.doubt(f"nobody saw {actor}'s run undisturbed", *times)
        elif (actor, run_id) not in told:
            finding.doubt(f"{actor}'s run could not be watched to its end", *times)
        else:
            _compare(finding, told[actor, run_id], clean)
    return finding


def _compare(finding: Finding, resumed: Story, clean: Story) -> None:
    """The first place at which two tellings of a run differ breaks it; one that was cut off has no more to tell."""
    for mine, theirs in zip_longest(resumed.told, clean.told):
        if (mine is None and resumed.unended) or (theirs is None and clean.unended):
            story = resumed if mine is None else clean
            finding.doubt(f"{story.name} could not be watched to its end", story.told[-1][0])
            return
        if mine is None or theirs is None or mine[1].frame != theirs[1].frame:
            place = f"{resumed.name}, resumed, and {clean.receiver}'s undisturbed one"
            sentence = f"{place} part: {_named(mine)} against {_named(theirs)}"
            finding.break_(sentence, *(found[0] for found in (mine, theirs) if found is not None))
            return


def _named(found: tuple[int, Event] | None) -> str:
    return "nothing more" if found is None else f"{found[1].type} (seq {found[1].seq})"


@promise("bad input is answered with its typed error, and the next valid message is answered")
def bad_input_is_answered(history: History) -> Finding:
    """After each bad frame the same connection brings the expected ``error_message``, and then the answer to a ping."""
    finding = Finding("nobody sent bad input")
    for index, act in history.indexed(Operation):
        if act.action != "sends badly":
            continue
        finding.seen += 1
        if act.outcome == "unknown":
            finding.doubt(f"{act.actor} could not see the answer: {act.detail.get('why', 'no reason')}", index)
        elif problem := _bad_answer(_came(history, act), str(act.detail.get("expects"))):
            finding.break_(f"{act.actor}: {problem}", index)
    return finding


def _came(history: History, act: Operation) -> list[Event]:
    """What came over the connection of ``act`` while it lasted."""
    return [
        event
        for _, event in history.indexed(Event)
        if event.connection == act.detail.get("connection") and act.started_s <= event.received_s <= act.ended_s
    ]


def _bad_answer(came: list[Event], expects: str) -> str | None:
    """What is wrong with the answer to bad input; ``None``: nothing."""
    if not came or came[0].type != contract.ERROR_MESSAGE:
        return f"no {contract.ERROR_MESSAGE} came" if not came else f"{came[0].type} came instead of an error"
    body = came[0].body
    code = body.get("error_code")
    if code != expects:
        return f"the error was {fields.identity(code) or fields.shown(code)}, not {expects}"
    message = body.get("message")
    if not isinstance(message, str) or not is_visible(message) or not isinstance(body.get("details"), dict):
        return "the error has no message, or no details"
    if [event.type for event in came[1:]] != [contract.PONG]:
        return "the next valid message was not answered"
    return None


@promise("a frame over the limit is answered with a typed error or close code 1009, and the next message is answered")
def oversized_frame_is_refused(history: History) -> Finding:
    """Whoever sent too much was told so, and was served afterwards, over a new connection if need be."""
    finding = Finding("nobody sent too much")
    for index, act in history.indexed(Operation):
        if act.action != "sends too much":
            continue
        finding.seen += 1
        told = any(event.type == contract.ERROR_MESSAGE for event in _came(history, act))
        after = next((a for i, a in history.indexed(Operation) if i > index and _is_sign_of_life(a, act)), None)
        if act.outcome == "unknown":
            finding.doubt(f"{act.actor} lost the connection without a word", index)
        elif not told and act.detail.get("closed") != contract.TOO_BIG:
            finding.break_(f"{act.actor} was neither told nor closed with {contract.TOO_BIG}", index)
        elif after is None or after.outcome == "unknown":
            finding.doubt(f"{act.actor} did not get to say anything afterwards", index)
        elif not any(event.type == contract.PONG for event in _came(history, after)):
            finding.break_(f"{act.actor} was not answered afterwards", index)
    return finding


def _is_sign_of_life(act: Operation, before: Operation) -> bool:
    return act.actor == before.actor and act.action == "asks for life"


@promise("a message that was sent {copies} times at once makes one run")
def one_message_one_run(history: History, *, copies: int, actors: Collection[str] | None = None) -> Finding:
    """A user has no more runs, announced or stored, than messages of different ids were sent.

    ``actors`` are the devices of users who sent nothing but copies. A user whose messages were sent less than
    ``copies`` times, or whose stored runs nobody read, is undecided.
    """
    finding = Finding("nobody sent a message twice")
    stored = {r.subject: (index, r) for index, r in history.indexed(Reading) if r.question == STORED_RUNS}
    for user_id, sent in _sent(history, actors).items():
        most = max(len(acts) for acts in sent.values())
        if most < 2:
            continue
        finding.seen += 1
        everything = [index for acts in sent.values() for index, _ in acts]
        if user_id not in stored:
            finding.doubt(f"nobody read which runs {user_id} has", *everything)
            continue
        where, reading = stored[user_id]
        runs = {row["run_id"] for row in reading.answer}
        runs |= {event.run_id for _, event in history.indexed(Event) if event.user_id == user_id and event.run_id}
        if len(runs) > len(sent):
            finding.break_(f"{len(runs)} runs of {user_id} came of {len(sent)} message", where)
        elif most < copies:
            finding.doubt(f"{user_id} sent a message only {most} times", *everything)
    return finding


def _sent(history: History, actors: Collection[str] | None) -> dict[str, dict[str, list[tuple[int, Operation]]]]:
    """The questions of each user, over all devices, by message id."""
    users = {event.actor: event.user_id for _, event in history.indexed(Event) if event.type == contract.WELCOME}
    found: dict[str, dict[str, list[tuple[int, Operation]]]] = {}
    for index, act in history.indexed(Operation):
        user_id, message_id = users.get(act.actor), act.detail.get("message_id")
        if act.action == "asks" and user_id and message_id and (actors is None or act.actor in actors):
            found.setdefault(user_id, {}).setdefault(str(message_id), []).append((index, act))
    return found
