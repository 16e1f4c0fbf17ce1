"""Where canaries were planted, every text that somebody could reach, and where a canary was seen in one."""

import json
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gp_lib import contract
from gp_lib.checks.said import run_of, searched_in, seq_of
from gp_lib.checks.search import Searched
from gp_lib.history import Event, History, Operation, Reading

ANYBODY = "anybody"
"""Who can reach what carries nobody's name: a cache entry without a user, say."""

LONGEST_FIGURE, SHORTEST_FIGURE = 10, 8

PLACES = {
    "prompt": f"event {contract.AGENT_STARTED}",
    "tool argument": f"event {contract.TOOL_EXECUTING}",
    "tool result": f"event {contract.TOOL_COMPLETED}",
    "error text": f"event {contract.ERROR_MESSAGE}",
    "thread title": "rest /threads",
    "row": "postgres",
    "cache key": "valkey key gp:cache",
    "cache value": "valkey value gp:cache",
    "analytics row": "clickhouse",
}
"""Where each canary must be seen at its owner; a longer name of a site that begins so will do."""


@dataclass(frozen=True, slots=True)
class Canary:
    """A token that only ``owner`` may ever see, planted in ``place``; ``run_id`` is set where its run is known.

    One that is ``stored_only`` is looked for in stores alone: others were told it on purpose, as the id to try.
    """

    owner: str
    place: str
    token: str
    run_id: str | None = None
    stored_only: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """Something that ``reader`` could read at ``site``, and the records that it was read from."""

    reader: str
    site: str
    content: str
    witnesses: tuple[int, ...]
    run_id: str | None = None


@dataclass(frozen=True, slots=True)
class Sighting:
    """A canary was seen in a text."""

    canary: Canary
    text: Text

    @property
    def astray(self) -> bool:
        """Whether somebody else than its owner could read it."""
        return self.text.reader != self.canary.owner


def sightings(history: History) -> list[Sighting]:
    """Every canary in every text."""
    planted = canaries(history)
    found = []
    for text in texts(history):
        searched, stored = Searched(text.content), text.site.split()[0] in ("postgres", "valkey", "clickhouse")
        found += [
            Sighting(canary, text)
            for canary in planted
            if (stored or not canary.stored_only) and searched.has(canary.token)
        ]
    return found


def canaries(history: History) -> list[Canary]:
    """Those that were planted, those that are a user's own figures, and the ids of each user's runs."""
    runs = {operation.detail.get("message_id"): run_id for operation, run_id in _asked(history)}
    planted = [
        Canary(op.actor, op.detail["place"], op.detail["token"], runs.get(op.detail.get("message_id", "")))
        for _, op in history.indexed(Operation)
        if op.action == "plants"
    ]
    return [*planted, *_figures(history), *_runs(history)]


def _asked(history: History) -> Iterator[tuple[Operation, str]]:
    """Every question for which a run was announced, and that run's id."""
    for _, operation in history.indexed(Operation):
        if operation.action == "asks" and (run_id := run_of(operation)):
            yield operation, run_id


def _figures(history: History) -> Iterator[Canary]:
    """Figures of a tool that follow from the user's unguessable id, and so give away whose they are.

    They must be long enough to be nobody else's by chance; those that are somebody else's all the same are none.
    """
    users = {user_id: actor for actor, user_id in users_of(history).items()}
    told: dict[str, list[str]] = {}
    for _, reading in history.indexed(Reading):
        if reading.question == history.tools.utilization and reading.subject in users:
            told[users[reading.subject]] = [str(row["usage_pct"]) for row in reading.answer]
    for owner, figures in told.items():
        others = [figure for other, theirs in told.items() if other != owner for figure in theirs]
        for figure in (figure[:LONGEST_FIGURE] for figure in figures if len(figure) >= SHORTEST_FIGURE):
            if not any(figure in other for other in others):
                yield Canary(owner, "tool result", figure)
                yield Canary(owner, "cache value", figure)


def _runs(history: History) -> Iterator[Canary]:
    """Only where the cold tier was read: its rows hold ids and no words."""
    if any(reading.store == "clickhouse" and reading.question == "rows" for _, reading in history.indexed(Reading)):
        for operation, run_id in _asked(history):
            yield Canary(operation.actor, "analytics row", run_id, stored_only=True)


def users_of(history: History) -> dict[str, str]:
    """The user id that each actor was welcomed under."""
    welcomed = (event for _, event in history.indexed(Event) if event.type == contract.WELCOME)
    return {event.actor: event.user_id for event in welcomed if event.user_id is not None}


def texts(history: History) -> Iterator[Text]:
    """Every event, REST body, row and key that was seen, with who could read it; and what streams add up to."""
    users, runs = users_of(history), {run_id: op.actor for op, run_id in _asked(history)}
    readers = {user_id: actor for actor, user_id in users.items()}
    for index, record in enumerate(history):
        if isinstance(record, Event):
            yield Text(record.actor, f"event {record.type}", record.frame, (index,), record.run_id)
        elif isinstance(record, Operation) and "body" in record.detail and record.actor in users:
            body = record.detail["body"]
            spelt = body if isinstance(body, str) else _spelt(body)
            yield Text(record.actor, f"rest {record.detail.get('path', '')}", spelt, (index,))
        elif isinstance(record, Reading):
            yield from _stored(index, record, readers, runs)
    yield from _streamed(history)


def _stored(index: int, reading: Reading, readers: dict[str, str], runs: dict[str, str]) -> Iterator[Text]:
    if reading.question == "rows":
        where = f"{reading.store} {reading.answer['table']}"
        yield Text(readers.get(reading.subject, ANYBODY), where, _spelt(reading.answer["rows"]), (index,))
    elif reading.question == "entry":
        kind = ":".join(reading.subject.split(":")[:2])
        owners = (actor for name, actor in [*readers.items(), *runs.items()] if name in reading.subject)
        reader = next(owners, ANYBODY)
        yield Text(reader, f"valkey key {kind}", reading.subject, (index,))
        yield Text(reader, f"valkey value {kind}", _spelt(reading.answer), (index,))


def _spelt(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _streamed(history: History) -> Iterator[Text]:
    """What the deltas of a run add up to, as they came to each tab, and in order of ``seq`` over all tabs."""
    tabs: dict[tuple[str, str | None, str], list[tuple[int, Event]]] = defaultdict(list)
    for index, event in history.indexed(Event):
        if event.type == contract.AGENT_THINKING and event.payload.get("delta") is not None:
            tabs[event.actor, event.run_id, event.connection].append((index, event))
    everywhere: dict[tuple[str, str | None], dict[int, tuple[int, Event]]] = defaultdict(dict)
    for (reader, run_id, _), deltas in tabs.items():
        everywhere[reader, run_id] |= {seq_of(event) or index: (index, event) for index, event in deltas}
        yield _added_up(reader, run_id, deltas)
    for (reader, run_id), by_seq in everywhere.items():
        yield _added_up(reader, run_id, [by_seq[seq] for seq in sorted(by_seq)])


def _added_up(reader: str, run_id: str | None, deltas: list[tuple[int, Event]]) -> Text:
    content = "".join(searched_in(event, "delta") for _, event in deltas)
    return Text(reader, "stream of deltas", content, tuple(index for index, _ in deltas), run_id)
