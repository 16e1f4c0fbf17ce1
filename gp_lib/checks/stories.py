"""A run as one receiver saw it: the unit that most promises about events speak of."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field

from gp_lib import contract
from gp_lib.checks.conduct import ACT
from gp_lib.checks.said import id_of, run_of, text_of
from gp_lib.dialects.visible import shows_something
from gp_lib.history import Event, History, Operation

Indexed = tuple[int, Event]
ENDINGS = ("completed", "partial", "error")
"""How a run can end, by the contract; an ``agent_error`` is one without a status."""


@dataclass(slots=True)
class Story:
    """The events of one run that ``receiver`` got, in the order of their arrival, with their indices."""

    receiver: str
    run_id: str
    told: list[Indexed] = field(default_factory=list)
    asked: tuple[int, Operation] | None = None
    watched: tuple[int, Operation] | None = None

    @property
    def name(self) -> str:
        """How a sentence calls this story."""
        return f"{self.receiver}'s run {self.run_id[:8]}"

    @property
    def key(self) -> tuple[str, str]:
        """What tells this story from every other of a history: who received which run."""
        return self.receiver, self.run_id

    @property
    def root(self) -> str | None:
        """The agent that speaks for the run: the one of the first ``agent_started``."""
        return next((e.agent_name for _, e in self.told if e.type == contract.AGENT_STARTED), None)

    @property
    def message_id(self) -> str | None:
        """The question that the run answers, by the word of its ``agent_started``."""
        starts = (id_of(event, "message_id") for _, event in self.of_type(contract.AGENT_STARTED))
        return next((message_id for message_id in starts if message_id is not None), None)

    @property
    def terminals(self) -> list[Indexed]:
        """Every event that claims to be the run's last word."""
        return [(i, e) for i, e in self.told if e.type in contract.TERMINAL_EVENTS and e.agent_name == self.root]

    @property
    def terminal(self) -> Indexed | None:
        """The first last word; ``None`` when there is none."""
        return next(iter(self.terminals), None)

    @property
    def answer(self) -> str:
        """The text of the root agent's last word; empty when it shows a person nothing, and without one."""
        text = text_of(self.terminal[1], "result") if self.terminal else None
        return text.strip() if text is not None and shows_something(text) else ""

    @property
    def ending(self) -> str | None:
        """How the run ended: ``completed``, ``partial`` or ``error``; ``None`` when its last word does not say."""
        if self.terminal is None:
            return None
        last = self.terminal[1]
        status = "error" if last.type == contract.AGENT_ERROR else id_of(last, "status")
        return status if status in ENDINGS else None

    def of_type(self, *types: str) -> list[Indexed]:
        """The events of these types."""
        return [(i, e) for i, e in self.told if e.type in types]

    @property
    def cut_off(self) -> bool:
        """Whether the receiver could not watch to the end (connection lost, deadline of the act)."""
        return self.watched is not None and self.watched[1].outcome == "unknown"

    @property
    def unended(self) -> bool:
        """Whether nobody can know how the run ended: it was cut off before its last word."""
        return self.terminal is None and self.cut_off


def calls(story: Story) -> Iterator[tuple[Indexed, list[Indexed]]]:
    """Each call of a tool with everything that claims to complete it, by call id; without one, by the tool's name."""
    completions = story.of_type(contract.TOOL_COMPLETED)
    for index, call in story.of_type(contract.TOOL_EXECUTING):
        yield (index, call), [(i, e) for i, e in completions if call_key(e) == call_key(call)]


def call_key(event: Event) -> tuple[str | None, str | None]:
    """What tells a call from the others of its run: its id, or else the tool's name."""
    call_id = id_of(event, "call_id")
    return call_id, None if call_id else id_of(event, "tool_name")


def stories(history: History, actors: Collection[str] | None = None) -> list[Story]:
    """Every run as each actor saw it, over all of the actor's connections; ``None`` means every actor."""
    found: dict[tuple[str, str], Story] = {}
    for index, event in history.indexed(Event):
        if event.run_id is None or event.type not in contract.RUN_EVENTS:
            continue
        if actors is not None and event.actor not in actors:
            continue
        key = (event.actor, event.run_id)
        found.setdefault(key, Story(*key)).told.append((index, event))
    for index, operation in history.indexed(Operation):
        story = found.get((operation.actor, run_of(operation) or ""))
        if story is not None and operation.action in ("asks", "resumes"):
            story.watched = (index, operation)
            if operation.action == "asks" and story.asked is None:
                story.asked = (index, operation)
    _watch_what_nobody_asked_for(history, found.values())
    return list(found.values())


def _watch_what_nobody_asked_for(history: History, found: Iterable[Story]) -> None:
    """Runs that no question names were watched too: until a question was cut off, or the whole act.

    A question that was cut off before its run was announced names no run, but the announcement names the question.
    """
    cut_off = [(i, op) for i, op in history.indexed(Operation) if op.outcome == "unknown"]
    act = next(((i, op) for i, op in cut_off if op.action == ACT), None)
    asked = {(op.actor, op.detail.get("message_id")): (i, op) for i, op in cut_off if op.action == "asks"}
    for story in found:
        if story.watched is None:
            story.watched = asked.get((story.receiver, story.message_id)) or act


def unanswered(history: History, actors: Collection[str] | None = None) -> Iterator[tuple[int, Operation]]:
    """Every question for which no run was announced at all."""
    for index, operation in history.indexed(Operation):
        mine = actors is None or operation.actor in actors
        if mine and operation.action == "asks" and run_of(operation) is None:
            yield index, operation
