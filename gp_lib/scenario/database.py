"""Looks at PostgreSQL as an administrator does: sessions of the platform, and rows as its own role sees them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from gp_lib import contract, urls
from gp_lib.clients.session import APPLICATION, Session, acting_as, open_session, rows
from gp_lib.clock import wait_until
from gp_lib.errors import NotReady
from gp_lib.history import Operation, Reading
from gp_lib.settings import Target
from gp_lib.workload import Person
from gp_lib.workload.recording import Recording

DATABASE = "database"
NOBODY = ""
"""The subject of what is visible when no user was named."""

SESSIONS = """
select count(*) as open, count(*) filter (where state is distinct from 'idle') as busy
from pg_stat_activity where usename = $1 and application_name <> $2
"""


class DatabaseAuditor:
    """Writes into the history what it sees. ``app_url`` is the platform's own role, ``auditor`` sees everything."""

    def __init__(self, history: Recording, *, auditor: Session, app_url: str) -> None:
        self._history = history
        self._auditor = auditor
        self._app_url = app_url
        self._role = urls.take_apart(app_url, "postgres_app", urls.POSTGRES, hostless=True).user or ""
        self._asking = asyncio.Lock()

    @asynccontextmanager
    async def watches_sessions(self, *, every_s: float) -> AsyncIterator[None]:
        """Count the platform's sessions again and again while the block runs, and open one more each time.

        The new session has the platform's role, is closed at once, and is recorded as ``opens a session``.
        """
        watching = asyncio.create_task(self._watch(every_s))
        try:
            yield
        finally:
            watching.cancel()
            await asyncio.wait([watching])
        if not watching.cancelled():
            watching.result()

    async def _watch(self, every_s: float) -> None:
        while True:
            await self.counts_sessions()
            await self._opens_one()
            await asyncio.sleep(every_s)

    async def counts_sessions(self) -> int:
        """How many sessions the platform has on the server now."""
        (found,) = await self._asks("sessions", self._role, SESSIONS, self._role, APPLICATION)
        return int(found["open"])

    async def _opens_one(self) -> None:
        started_s, refusal = self._history.now_s(), ""
        try:
            async with open_session(self._app_url):
                ended_s = self._history.now_s()
        except NotReady as error:
            ended_s, refusal = self._history.now_s(), error.tried
        self._history.record(
            Operation(
                actor=DATABASE,
                action="opens a session",
                outcome="failed" if refusal else "ok",
                started_s=started_s,
                ended_s=ended_s,
                detail={"why": refusal} if refusal else {},
            )
        )

    @asynccontextmanager
    async def sessions_return(self, *, within_s: float) -> AsyncIterator[None]:
        """Count sessions before the block, and after it until there are no more of them, ``within_s`` (scaled)."""
        before = await self.counts_sessions()
        yield

        async def back() -> bool:
            return await self.counts_sessions() <= before

        await wait_until(back, deadline_s=within_s, every_s=0.5)

    async def looks_as(self, people: Sequence[Person]) -> None:
        """Whose rows the platform's own role sees in every table with users' rows: as each person, and as nobody."""
        tables = [row["name"] for row in await rows(self._auditor, contract.TABLES_OF_USERS)]
        async with open_session(self._app_url) as session:
            for user_id in (*(person.user_id for person in people), None):
                asked_s = self._history.now_s()
                async with acting_as(session, contract.USER_SETTING, user_id):
                    found = {table: await rows(session, contract.OWNERS_IN.format(table=table)) for table in tables}
                self._note("visible_rows", user_id or NOBODY, found, asked_s)

    async def counts_rows(self, people: Sequence[Person]) -> None:
        """How many rows each person really has, by the administrator's own count."""
        for person in people:
            await self._asks("row_counts", person.user_id, contract.ROW_COUNTS, person.user_id)

    async def reads_units(self, people: Sequence[Person]) -> None:
        """Everything that a message, its run and their events left behind for each person, all at one moment."""
        async with self._auditor.transaction(isolation="repeatable_read", readonly=True):
            for person in people:
                for question, sql in {**UNITS, self._history.tools.effect: contract.EFFECT_ROWS}.items():
                    await self._asks(question, person.user_id, sql, person.user_id)

    async def _asks(self, question: str, subject: str, sql: str, *arguments: Any) -> list[dict[str, Any]]:
        asked_s = self._history.now_s()
        async with self._asking:
            answer = await rows(self._auditor, sql, *arguments)
        self._note(question, subject, answer, asked_s)
        return answer

    def _note(self, question: str, subject: str, answer: Any, asked_s: float) -> None:
        self._history.record(
            Reading(
                store="postgres",
                question=question,
                subject=subject,
                answer=answer,
                asked_s=asked_s,
                answered_s=self._history.now_s(),
            )
        )


UNITS = {
    "unit_threads": contract.UNIT_THREADS,
    "unit_runs": contract.UNIT_RUNS,
    "unit_messages": contract.UNIT_MESSAGES,
    "stored_events": contract.STORED_EVENTS,
}


@asynccontextmanager
async def open_database(history: Recording, target: Target) -> AsyncIterator[DatabaseAuditor]:
    """A view of PostgreSQL from the side of its administrator.

    Raises:
        NotReady: the target does not name the database, or it cannot be reached.
    """
    if target.postgres_auditor is None or target.postgres_app is None:
        todo = "add postgres_app and postgres_auditor to the target in gpath.toml"
        raise NotReady("PostgreSQL", "the target does not name both roles", todo=todo)
    async with open_session(target.postgres_auditor) as auditor:
        yield DatabaseAuditor(history, auditor=auditor, app_url=target.postgres_app)
