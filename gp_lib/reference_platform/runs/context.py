"""Everything that belongs to one run, created and torn down with it. Nothing of it is reachable from a module."""

import time
import uuid
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.protocol import Draft
from gp_lib.reference_platform.story.ledger import Change, RunIds, Story


@dataclass(frozen=True)
class Question:
    """What a person asked: words, the idempotency key they came with, and what they refer to."""

    content: str
    message_id: str
    references: tuple[str, ...] = ()


@dataclass
class Findings:
    """What the tools of one run brought home; ``failed`` maps a tool's name to a sentence fit for the user."""

    results: dict[str, Any] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)


@dataclass
class RunContext:
    """One run's ids, question, story and findings, handed to every agent and tool that works for it."""

    ids: RunIds
    question: Question
    story: Story
    request_id: str = field(default_factory=lambda: str(uuid.uuid4()))
    findings: Findings = field(default_factory=Findings)
    answer: list[str] = field(default_factory=list)
    shortcomings: list[str] = field(default_factory=list)
    steps: int = 0
    started_s: float = field(default_factory=time.monotonic)
    _notes: list[Draft] = field(default_factory=list)
    call_ids: set[str] = field(default_factory=set)

    @property
    def result(self) -> str:
        """The answer so far: exactly the deltas that were told."""
        return "".join(self.answer)

    @property
    def status(self) -> str:
        """``partial`` if anything is missing from the answer, else ``completed``."""
        return "partial" if self.findings.failed or self.shortcomings else "completed"

    @property
    def elapsed_ms(self) -> int:
        """Milliseconds since the run began."""
        return round((time.monotonic() - self.started_s) * 1000)

    def unique_call_id(self, proposed: str | None) -> str:
        """``proposed``, unless it is ``None`` or taken by another call of this run: then a new one."""
        call_id = proposed or ""
        if not call_id or call_id in self.call_ids:
            call_id = f"call_{uuid.uuid4().hex}"
        self.call_ids.add(call_id)
        return call_id

    def note(self, type_: str, agent: str, payload: Mapping[str, Any]) -> None:
        """Say something that is stored and told together with what is told next: a step costs one transaction."""
        self._notes.append(Draft(type_, agent, payload))

    async def tell(self, type_: str, agent: str, payload: Mapping[str, Any]) -> None:
        """Say something, and have it and everything noted before stored and told now."""
        self.note(type_, agent, payload)
        await self.flush()

    async def flush(self, change: Change | None = None) -> None:
        """Have what was noted stored and told, with the state that changes with its last event."""
        notes, self._notes = self._notes, []
        if notes:
            await self.story.tell(notes, change)

    def think(self, agent: str, reasoning: str) -> None:
        """Note what ``agent`` makes of things."""
        self.steps += 1
        self.note(protocol.AGENT_THINKING, agent, {"reasoning": reasoning, "step_number": self.steps})

    async def say(self, agent: str, delta: str) -> None:
        """Add ``delta`` to the answer, and tell the user."""
        self.steps += 1
        await self.tell(protocol.AGENT_THINKING, agent, {"delta": delta, "step_number": self.steps})
        self.answer.append(delta)

    async def end(self, draft: Draft, change: Change) -> None:
        """Tell the terminal event, with the state that changes with it."""
        self._notes.append(draft)
        await self.flush(change)


class Contexts:
    """Opens and closes contexts, and knows how many are alive."""

    kind: type[RunContext] = RunContext

    def __init__(self) -> None:
        self._alive: dict[str, RunContext] = {}

    @property
    def count(self) -> int:
        """Contexts that are open now."""
        return len(self._alive)

    @asynccontextmanager
    async def open(self, ids: RunIds, question: Question, story: Story) -> AsyncIterator[RunContext]:
        """A fresh context for one run, gone when the block ends."""
        context = self.kind(ids, question, story)
        self._alive[ids.run_id] = context
        try:
            yield context
        finally:
            del self._alive[ids.run_id]
