"""What REST reads: threads, messages, runs, usage.

No statement here has a user id in its WHERE clause: row-level security is the filter, and a second one on top would
hide a broken policy from everybody who looks.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from gp_lib.reference_platform.problems import NotFound
from gp_lib.reference_platform.protocol import rfc3339
from gp_lib.reference_platform.stores.postgres import Database
from gp_lib.reference_platform.stores.valkey import VALKEY_LOST
from gp_lib.reference_platform.story.reader import EventReader, LiveState

THREADS = """
select thread_id::text, title, created_at from platform.threads
order by created_at desc, thread_id limit $1 offset $2
"""
THREAD_EXISTS = "select 1 from platform.threads where thread_id = $1"
MESSAGES = """
select message_pk::text, message_id, run_id::text, role, content, created_at from platform.messages
where thread_id = $1 order by created_at, message_pk limit $2 offset $3
"""
RUN = """
select run_id::text, thread_id::text, message_id, status, result, error_code, created_at, finished_at,
    (select max(seq) from platform.events e where e.run_id = r.run_id) as last_seq
from platform.runs r where run_id = $1
"""
USAGE = """
select (select count(*) from platform.threads) as threads,
    (select count(*) from platform.messages) as messages,
    (select count(*) from platform.events) as events,
    (select count(*) from platform.saving_actions) as saving_actions,
    (select coalesce(sum(monthly_saving), 0)::text from platform.saving_actions) as monthly_saving,
    (select coalesce(jsonb_object_agg(status, n), '{}')
     from (select status, count(*) as n from platform.runs group by status) as s)::text as runs
"""


class Archive:
    """Answers questions about the past, each with one statement that is the same however long the past is."""

    def __init__(self, database: Database, reader: EventReader) -> None:
        self.database = database
        self.reader = reader

    async def threads(self, user_id: str, limit: int, offset: int) -> list[dict[str, Any]]:
        """A page of the user's threads, the newest first."""
        return as_dicts(await self.database.read(user_id, THREADS, limit, offset))

    async def messages(self, user_id: str, thread_id: str, *, limit: int, offset: int) -> list[dict[str, Any]]:
        """A page of a thread's messages, the oldest first.

        Raises:
            NotFound: the user has no such thread.
        """
        rows = await self.database.read(user_id, MESSAGES, thread_id, limit, offset)
        if not rows and not await self.database.read(user_id, THREAD_EXISTS, thread_id):
            raise NotFound("there is no such thread", thread_id=thread_id)
        return as_dicts(rows)

    async def run(self, user_id: str, run_id: str) -> dict[str, Any]:
        """A run: its live state while it runs, from the warm tier once it has ended.

        Raises:
            NotFound: the user has no such run.
        """
        state = await self._live_state(run_id)
        if state is not None and state.status == "running" and self.reader.may_read(user_id, state):
            return {"run_id": run_id, "thread_id": state.thread_id, "status": "running", "last_seq": state.last_seq}
        rows = await self.database.read(user_id, RUN, run_id)
        if not rows:
            raise NotFound("there is no such run", run_id=run_id)
        return as_dicts(rows)[0]

    async def _live_state(self, run_id: str) -> LiveState | None:
        try:
            return await self.reader.live_state(run_id)
        except VALKEY_LOST:
            return None

    async def events(self, user_id: str, run_id: str, after: int) -> list[Any]:
        """A run's events after ``after``, as they were sent.

        Raises:
            NotFound: the user has no such run.
        """
        events = await self.reader.after(user_id, run_id, after)
        if events is None:
            raise NotFound("there is no such run", run_id=run_id)
        return [event.body for event in events]

    async def usage(self, user_id: str) -> dict[str, Any]:
        """How much the user has of everything."""
        return as_dicts(await self.database.read(user_id, USAGE))[0]


def as_dicts(rows: Sequence[asyncpg.Record]) -> list[dict[str, Any]]:
    """Rows as JSON knows them; moments in RFC 3339."""
    return [
        {name: rfc3339(value) if isinstance(value, datetime) else value for name, value in row.items()} for row in rows
    ]
