"""Conducts a run: supervisor, triage, data, optimization, report; and a fallback when the model falls silent."""

import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing, asynccontextmanager

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import ModelSilent
from gp_lib.reference_platform.protocol import ROOT_AGENT
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.runs.ending import answered, finish

from .deltas import gathered
from .findings import everything, question, savings_in, unsaid_shortcomings
from .model import ModelPort
from .roles import Role

PLAN = "I will find out what is asked, fetch the data, look for savings and report."
APOLOGY = "I cannot give you a full answer at the moment."
DETAILED = "in detail"
DETAIL_PIECES = 2


class Supervisor:
    """The root agent. ``conduct`` ends with the run's one terminal event, or raises."""

    def __init__(self, settings: Settings, model: ModelPort) -> None:
        self._settings = settings
        self._model = model

    async def conduct(self, context: RunContext) -> None:
        """Answer the question of ``context``; its first event was told when it was opened.

        Raises:
            Fenced, StoreLost: the run's story cannot be continued here.
        """
        context.think(ROOT_AGENT, PLAN)
        try:
            await self.investigate(context)
        except ModelSilent as silence:
            context.shortcomings.append(str(silence))
        async with self._acting(context, Role.REPORT):
            await self.report(context)
        await self.conclude(context)

    async def investigate(self, context: RunContext) -> None:
        """Let the agents find out what the report needs, one after the other.

        Raises:
            ModelSilent: the model fell silent; what was found until then stands in ``context``.
        """
        await self._consult(context, Role.TRIAGE, question(context))
        await self._consult(context, Role.DATA, question(context))
        if savings_in(context) is not None:
            await self._consult(context, Role.OPTIMIZATION, everything(context))

    async def report(self, context: RunContext) -> None:
        """Stream the answer: the model's, or what can be said without it; and say what is missing."""
        await context.flush()
        if not context.shortcomings:
            try:
                await self.relay_report(context)
            except ModelSilent as silence:
                context.shortcomings.append(str(silence))
        if not context.result:
            await context.say(Role.REPORT, self.fallback(context))
        if missing := unsaid_shortcomings(context):
            await context.say(Role.REPORT, f"\n\nThis answer is partial. {missing}")

    async def relay_report(self, context: RunContext) -> None:
        """Tell the report as it is written, a few pieces at a time: each delta is a commit.

        Raises:
            ModelSilent: the model fell silent; what came before was told.
        """
        stream = self._model.stream(Role.REPORT, everything(context), context)
        async with aclosing(stream) as pieces, aclosing(self.deltas(context, pieces)) as deltas:
            async for delta in deltas:
                await context.say(Role.REPORT, delta)

    def deltas(self, context: RunContext, pieces: AsyncIterator[str]) -> AsyncGenerator[str, None]:
        """``pieces`` as they are told. An answer asked for in detail is shown almost piece by piece."""
        if DETAILED in context.question.content.lower():
            return gathered(pieces, self._settings.detail_interval_ms / 1000, most=DETAIL_PIECES)
        return gathered(pieces, self._settings.delta_interval_ms / 1000)

    def fallback(self, context: RunContext) -> str:
        """An answer without a model, from the findings alone."""
        savings = savings_in(context) or []
        lines = [f"- {saving['service']}: save {saving['monthly_saving']} USD a month" for saving in savings]
        return "\n".join([APOLOGY, *lines])

    async def conclude(self, context: RunContext) -> None:
        """Tell the terminal event; the answer is partial if anything is missing from it."""
        await context.end(answered(context.status, context.result, context.elapsed_ms), finish)

    async def _consult(self, context: RunContext, role: Role, prompt: str) -> None:
        async with self._acting(context, role) as notes:
            await context.flush()
            reasoning = await self._model.ask(role, prompt, context)
            context.think(role, reasoning)
            notes.append(reasoning)

    @asynccontextmanager
    async def _acting(self, context: RunContext, role: Role) -> AsyncIterator[list[str]]:
        """Tell that an agent starts, and how it ended; it may leave its result in the list."""
        context.note(protocol.AGENT_STARTED, role, {"request_id": context.request_id})
        began_s, notes = time.monotonic(), list[str]()
        try:
            yield notes
        except ModelSilent as silence:
            self._note_done(context, role, "partial", str(silence), began_s=began_s)
            raise
        self._note_done(context, role, context.status, " ".join(notes), began_s=began_s)

    def _note_done(self, context: RunContext, role: Role, status: str, result: str, *, began_s: float) -> None:
        elapsed_ms = round((time.monotonic() - began_s) * 1000)
        payload = {"status": status, "result": result, "execution_time_ms": elapsed_ms}
        context.note(protocol.AGENT_COMPLETED, role, payload)
