"""Promises about who receives an event: each tab of its owner, and nobody else."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from gp_lib import contract
from gp_lib.checks.promise import Finding, promise
from gp_lib.checks.said import run_of
from gp_lib.checks.sightings import users_of
from gp_lib.history import Event, History, Operation

PLAYS = "plays"
"""The operation that one interleaving of several people's steps is recorded as."""


@promise("nobody receives an event of somebody else's run")
def nobody_else_gets_anything(history: History) -> Finding:
    """A run is its asker's; what was asked by nobody belongs to the user whom it names.

    When interleavings were played, the shortest one in which it happened is told first. It can only tell when there
    was somebody else.
    """
    finding = Finding("nobody received an event of a run")
    users, owners = users_of(history), _askers(history)
    played = [(i, op) for i, op in history.indexed(Operation) if op.action == PLAYS]
    for index, event in _run_events(history):
        finding.seen += 1
        if _astray(event, owners.get(event.run_id or ""), users):
            _tell(finding, event, index, played)
    finding.broken.sort(key=lambda reason: reason[0])
    if len({event.actor for _, event in history.indexed(Event)}) < 2:
        finding.doubt("there was nobody else")
    return finding


def _astray(event: Event, asker: str | None, users: Mapping[str, str]) -> bool:
    """Whether its receiver is somebody else than the user whose run it is of, or than the one whom it names."""
    receiver = users.get(event.actor)
    owner = event.user_id if asker is None else users.get(asker)
    if receiver is None or owner is None:
        return asker is not None and asker != event.actor
    return not receiver == owner == event.user_id


def _askers(history: History) -> dict[str, str]:
    asked = ((op, run_of(op)) for _, op in history.indexed(Operation) if op.action == "asks")
    return {run_id: operation.actor for operation, run_id in asked if run_id is not None}


def _run_events(history: History) -> Iterator[tuple[int, Event]]:
    return ((i, e) for i, e in history.indexed(Event) if e.type in contract.RUN_EVENTS)


def _tell(finding: Finding, event: Event, index: int, played: list[tuple[int, Operation]]) -> None:
    what = f"{event.actor} received {event.type} of {event.user_id}"
    during = [play for play in played if play[1].started_s <= event.received_s <= play[1].ended_s]
    if not during:
        finding.break_(what, index)
        return
    where, play = during[0]
    steps = list(play.detail["steps"])
    # Sorting by the sentence puts the shortest interleaving first.
    finding.break_(f"in an interleaving of {len(steps):02} steps ({'; '.join(steps)}): {what}", index, where)


@promise("every tab that was open when its owner asked receives every event of the run")
def every_tab_gets_everything(history: History, *, actors: Collection[str] | None = None) -> Finding:
    """All of an actor's tabs that were open from the question to the end get the same set of events, each once.

    It can only tell of people with two tabs at least, and of runs whose question did not lose its connection.
    """
    finding = Finding("nobody asked with two tabs open")
    opened, closed = _opened(history), _closed(history)
    told: dict[tuple[str, str], dict[str, list[int]]] = defaultdict(lambda: defaultdict(list))
    for index, event in _run_events(history):
        told[event.connection, event.run_id or ""][event.event_id or f"#{index}"].append(index)
    for index, asked in history.indexed(Operation):
        run_id = run_of(asked)
        if asked.action != "asks" or run_id is None or not (actors is None or asked.actor in actors):
            continue
        tabs = [
            tab
            for tab, at_s in opened[asked.actor].items()
            if at_s <= asked.started_s and closed.get(tab, asked.ended_s) >= asked.ended_s
        ]
        if len(tabs) > 1:
            received = {tab: told[tab, run_id] for tab in tabs}
            _compare(finding, received, where=index, cut_off=asked.outcome == "unknown")
    return finding


def _opened(history: History) -> dict[str, dict[str, float]]:
    """When each tab of each actor was welcomed."""
    opened: dict[str, dict[str, float]] = defaultdict(dict)
    for _, event in history.indexed(Event):
        if event.type == contract.WELCOME:
            opened[event.actor].setdefault(event.connection, event.received_s)
    return opened


def _closed(history: History) -> dict[str, float]:
    """When each tab was closed on purpose."""
    return {str(op.detail["tab"]): op.ended_s for _, op in history.indexed(Operation) if op.action == "closes a tab"}


def _compare(finding: Finding, received: dict[str, dict[str, list[int]]], *, where: int, cut_off: bool) -> None:
    everything = {event_id for events in received.values() for event_id in events}
    for tab, events in received.items():
        finding.seen += 1
        missing, doubled = everything - events.keys(), [i for i in events.values() if len(i) > 1]
        if missing and cut_off:
            finding.doubt(f"{tab} missed {len(missing)} events, and the question was cut off", where)
        elif missing:
            finding.break_(f"{tab} missed {len(missing)} of {len(everything)} events", where)
        for indices in doubled:
            finding.break_(f"{tab} received an event {len(indices)} times", *indices)
