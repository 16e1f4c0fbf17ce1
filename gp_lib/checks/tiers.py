"""Promises about the three tiers: live state in hot storage, the same story in all three, and quick writes."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from gp_lib import contract
from gp_lib.checks.lag import unless_late
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import run_of, seq_of
from gp_lib.checks.stories import stories
from gp_lib.history import Event, History, Operation, Reading

LIVE_STATE = "live_state"
UNDRAINED = "undrained"
CONTENTS = "tier_contents"
LOSES = "loses hot keys"
WRITES = "writes"
TIERS = {"valkey": "hot", "postgres": "warm", "clickhouse": "cold"}
HOT_KEYS_OF_A_RUN = 2
NOT_LOOKED = "nobody looked at the hot tier when an event arrived"
NOT_READ = "nobody read what the tiers hold"

Contents = Mapping[str, tuple[int, Any]]
"""By tier: where it was read, and ``{"runs": [run_id], "events": [[run_id, seq, hash]]}``."""


@promise("a run has its live state in the hot tier until its terminal event")
def live_state_until_the_end(history: History) -> Finding:
    """It was read as each event arrived: it is there, as new as the event, and no longer running after the last one."""
    finding = Finding(NOT_LOOKED)
    told = stories(history)
    ends = {index for story in told for index, _ in story.terminals}
    watched = set[str | None]()
    for place, event, index, state in _live_states(history):
        finding.seen += 1
        watched.add(event.run_id)
        what = f"{event.type} (seq {event.seq}) arrived"
        if state["status"] is None:
            finding.break_(f"the live state was not there when {what}", place, index)
        elif (seq := seq_of(event)) is None:
            finding.doubt(f"{event.type} has no seq that the live state could be held against", place, index)
        elif seq > (state["last_seq"] or 0):
            finding.break_(f"the live state was at seq {state['last_seq']} when {what}", place, index)
        elif place in ends and state["status"] == "running":
            finding.break_(f"the live state said running when the terminal {what}", place, index)
    for story in told:
        if story.run_id in watched and story.terminal is None:
            finding.doubt(f"{story.name} was not seen to its end", story.told[-1][0])
    return finding


@promise("what the hot tier holds of a run lives on for more than {longest_run_s} s after each event")
def hot_keys_outlive_the_run(history: History, *, longest_run_s: float) -> Finding:
    """The time to live of both keys of a run, read as each event arrived; the shortest is the figure.

    A key that never expires breaks it too: it would stay for ever. A key that is not there has no time to live.
    """
    finding = Finding(NOT_LOOKED, unit="s", limit=longest_run_s)
    for place, event, index, state in _live_states(history):
        for left_s in (left_s for left_s in state["ttls_s"] if left_s is not None):
            finding.seen += 1
            what = f"when {event.type} (seq {event.seq}) arrived, a key"
            if left_s < 0:
                finding.break_(f"{what} had no time to live at all", place, index)
                continue
            finding.measured = min(left_s, left_s if finding.measured is None else finding.measured)
            if left_s <= longest_run_s:
                finding.break_(f"{what} had {left_s:.0f} s to live", place, index)
    return finding


def _live_states(history: History) -> Iterator[tuple[int, Event, int, Mapping[str, Any]]]:
    """Each look at a live state: where its event stands, the event, where the look stands, what was seen."""
    arrived: dict[str | None, tuple[int, Event]] = {}
    for index, record in enumerate(history):
        if isinstance(record, Event) and record.type in contract.RUN_EVENTS:
            arrived[record.event_id] = index, record
        elif isinstance(record, Reading) and record.question == LIVE_STATE and record.subject in arrived:
            yield *arrived[record.subject], index, record.answer


@promise("once everything is carried, the three tiers hold the same runs with the same events")
def tiers_hold_the_same_runs(history: History) -> Finding:
    """Each run that one tier knows is known to all, and has the same places (``seq``) in each."""
    finding = Finding(NOT_READ)
    for user_id, contents in _drained(history, finding):
        held = {tier: _places(answer) for tier, (_, answer) in contents.items()}
        for run_id in sorted({run_id for runs in held.values() for run_id in runs}):
            finding.seen += 1
            counts = {tier: len(runs.get(run_id, ())) for tier, runs in held.items()}
            missing = [tier for tier, (_, answer) in contents.items() if run_id not in answer["runs"]]
            where = [index for index, _ in contents.values()]
            if missing:
                finding.break_(f"run {run_id[:8]} of {user_id} is not in {' and '.join(missing)} storage", *where)
            elif len({frozenset(runs[run_id]) for runs in held.values()}) > 1:
                finding.break_(f"run {run_id[:8]} of {user_id} has different events: {_said(counts)}", *where)
    return finding


@promise("the content hash of each event is the same in all three tiers")
def content_hashes_agree(history: History) -> Finding:
    """Events that at least two tiers hold are compared; a run of which a tier holds nothing is undecided there."""
    finding = Finding(NOT_READ)
    for user_id, contents in _drained(history, finding):
        hashes: dict[tuple[str, int], dict[str, str]] = defaultdict(dict)
        for tier, (_, answer) in contents.items():
            for run_id, seq, digest in answer["events"]:
                hashes[run_id, seq][tier] = digest
        where = [index for index, _ in contents.values()]
        for (run_id, seq), by_tier in sorted(hashes.items()):
            finding.seen += len(by_tier) > 1
            if len(set(by_tier.values())) > 1:
                odd = _said({tier: digest[:8] for tier, digest in by_tier.items()})
                finding.break_(f"event {seq} of run {run_id[:8]} of {user_id} differs: {odd}", *where)
        for tier, run_id in _blanks(contents):
            finding.doubt(f"{tier} storage holds no event of run {run_id[:8]} of {user_id}", *where)
    return finding


def _drained(history: History, finding: Finding) -> Iterator[tuple[str, Contents]]:
    """What the tiers hold of each user of whom nothing waits any more; the others are doubts."""
    waiting = {r.subject: (index, r.answer) for index, r in history.indexed(Reading) if r.question == UNDRAINED}
    read: dict[str, dict[str, tuple[int, Any]]] = defaultdict(dict)
    for index, reading in history.indexed(Reading):
        if reading.question == CONTENTS:
            read[reading.subject][TIERS[reading.store]] = index, reading.answer
    for user_id, contents in read.items():
        where = [place for place, _ in contents.values()]
        index, left = waiting.get(user_id, (where[0], None))
        if left != 0:
            finding.doubt(f"not everything of {user_id} was carried when the tiers were read", index)
        elif absent := TIERS.values() - contents.keys():
            finding.doubt(f"nobody read the {' and the '.join(sorted(absent))} tier of {user_id}", *where)
        else:
            yield user_id, contents


def _places(answer: Mapping[str, Any]) -> dict[str, set[int]]:
    """Which places of each run a tier holds, also of runs without any."""
    places: dict[str, set[int]] = {run_id: set() for run_id in answer["runs"]}
    for run_id, seq, _ in answer["events"]:
        places.setdefault(run_id, set()).add(seq)
    return places


def _blanks(contents: Contents) -> Iterator[tuple[str, str]]:
    """Each tier with each run of which it holds no event, though another does."""
    known = {tier: {run_id for run_id, _, _ in answer["events"]} for tier, (_, answer) in contents.items()}
    for tier, own in known.items():
        yield from ((tier, run_id) for run_id in sorted(set[str]().union(*known.values()) - own))


def _said(values: Mapping[str, object]) -> str:
    return ", ".join(f"{value} in {tier}" for tier, value in values.items())


@promise("a run whose keys are lost from the hot tier is served from the warm tier, word for word")
def lost_key_is_served(history: History) -> Finding:
    """Whoever resumes the run from its start after the loss gets every event that was received before."""
    finding = Finding("no run lost its hot keys")
    for place, loss in history.indexed(Operation):
        if loss.action != LOSES:
            continue
        run_id = run_of(loss) or ""
        before = _told_before(history, place, run_id)
        resumed = [
            (index, act)
            for index, act in history.indexed(Operation)
            if act.action == "resumes" and run_of(act) == run_id and act.started_s >= loss.ended_s
        ]
        if loss.detail["removed"] < HOT_KEYS_OF_A_RUN or not before:
            finding.doubt(f"run {run_id[:8]} had lost nothing, or nobody knew its events", place)
        elif not resumed:
            finding.doubt(f"nobody asked for run {run_id[:8]} after its keys were lost", place)
        else:
            _compare(finding, history, (place, before), resumed)
    return finding


def _told_before(history: History, place: int, run_id: str) -> list[dict[str, Any]]:
    """The events of the run as the first who saw it to its end had received them by then."""
    for story in stories(history):
        told = [event.body for index, event in story.told if index < place]
        if story.run_id == run_id and story.terminal is not None and story.terminal[0] < place:
            return told
    return []


def _compare(
    finding: Finding,
    history: History,
    lost: tuple[int, Sequence[Mapping[str, Any]]],
    resumed: Sequence[tuple[int, Operation]],
) -> None:
    place, before = lost
    for index, act in resumed:
        served = [
            event.body
            for _, event in history.indexed(Event)
            if event.actor == act.actor
            and event.run_id == run_of(act)
            and act.started_s <= event.received_s <= act.ended_s
        ]
        finding.seen += 1
        if act.outcome == "unknown":
            finding.doubt(f"{act.actor} lost the connection while resuming", index)
        elif served != before:
            same = sum(event in before for event in served)
            finding.break_(f"{act.actor} got {same} of {len(before)} events, {len(served)} in all", place, index)


@promise("the workbench's own writes to {tier} storage take less than {limit_ms} ms on average", about="{tier}")
def writes_within(history: History, *, tier: str, limit_ms: float, max_lag_ms: float) -> Finding:
    """From sending a probe write to its acknowledgement, meanwhile people ask; the mean is the figure."""
    finding = Finding(f"nothing was written to {tier} storage", unit="ms", limit=limit_ms)
    writes = [
        (index, act)
        for index, act in history.indexed(Operation)
        if act.action == WRITES and act.detail.get("tier") == tier
    ]
    for index, act in writes:
        if act.outcome != "ok":
            finding.doubt(f"a write was not acknowledged: {act.detail.get('why')}", index)
        elif not act.detail.get("durable", True):
            finding.doubt("a write was acknowledged before it was on disk", index)
    took_ms = {index: (act.ended_s - act.started_s) * 1000 for index, act in writes if act.outcome == "ok"}
    finding.seen = len(took_ms)
    if not took_ms:
        return finding
    finding.measured = sum(took_ms.values()) / len(took_ms)
    if finding.measured >= limit_ms:
        slow = [index for index, took in took_ms.items() if took >= limit_ms]
        finding.break_(f"{len(took_ms)} writes took {finding.measured:.1f} ms on average", *slow)
    return unless_late(finding, history, max_lag_ms)
