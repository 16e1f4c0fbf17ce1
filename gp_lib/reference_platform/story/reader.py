"""Reads stored events back: from the hot tier when it has them all, from the warm tier otherwise."""

import json
from dataclasses import dataclass
from datetime import datetime

from gp_lib.reference_platform.protocol import Event, event_from_body, event_from_frame
from gp_lib.reference_platform.stores import valkey
from gp_lib.reference_platform.stores.postgres import Database
from gp_lib.reference_platform.stores.valkey import VALKEY_LOST, Valkey

AFTER = "select body from platform.events where run_id = $1 and seq > $2 order by seq"
SINCE = "select body from platform.events where created_at >= $1 order by created_at, run_id, seq limit 5000"
RUN_EXISTS = "select 1 from platform.runs where run_id = $1"
RUN_STARTED = "select created_at from platform.runs where run_id = $1"


@dataclass(frozen=True)
class LiveState:
    """What the hot tier says about a run."""

    user_id: str
    thread_id: str
    status: str
    last_seq: int


class EventReader:
    """Answers "what happened after …", for the run's owner only."""

    def __init__(self, hot: Valkey, database: Database) -> None:
        self.hot = hot
        self.database = database

    async def after(self, user_id: str, run_id: str, last_seq: int) -> list[Event] | None:
        """Events of a run after ``last_seq``, in order; ``None`` when ``user_id`` has no such run.

        Raises:
            StoreLost: the hot tier does not have them all and the warm tier cannot be asked.
        """
        hot = await self.from_hot(user_id, run_id, last_seq)
        return hot if hot is not None else await self.from_warm(user_id, run_id, last_seq)

    async def from_hot(self, user_id: str, run_id: str, last_seq: int) -> list[Event] | None:
        """The same from the run's stream; ``None`` unless it is the owner's and has every event."""
        try:
            state = await self.live_state(run_id)
            if state is None or not self.may_read(user_id, state):
                return None
            entries: list[tuple[str, dict[str, str]]] = await self.hot.xrange(  # type: ignore[assignment]
                valkey.stream_key(run_id), min=f"{last_seq + 1}-0"
            )
        except VALKEY_LOST:
            return None
        events = [event_from_frame(fields["frame"]) for _, fields in entries]
        complete = [event.seq for event in events] == list(range(last_seq + 1, last_seq + 1 + len(events)))
        return events if complete and last_seq + len(events) >= state.last_seq else None

    async def live_state(self, run_id: str) -> LiveState | None:
        """What the hot tier says about a run, whoever asks; ``None`` when it knows nothing.

        Raises:
            redis.exceptions.RedisError: the hot tier cannot be asked.
        """
        fields: dict[str, str] = await self.hot.hgetall(valkey.run_key(run_id))  # type: ignore[assignment]
        if not {"user_id", "thread_id", "status", "last_seq"} <= fields.keys():
            return None
        return LiveState(fields["user_id"], fields["thread_id"], fields["status"], int(fields["last_seq"]))

    def may_read(self, user_id: str, state: LiveState) -> bool:
        """Whether ``user_id`` may see the run: the hot tier has no row-level security, so this is its guard."""
        return state.user_id == user_id

    async def from_warm(self, user_id: str, run_id: str, last_seq: int) -> list[Event] | None:
        """The same from the outbox, where row-level security decides what there is."""
        rows = await self.database.read(user_id, AFTER, run_id, last_seq)
        if not rows and not await self.database.read(user_id, RUN_EXISTS, run_id):
            return None
        return [event_from_body(json.loads(row["body"])) for row in rows]

    async def since(self, user_id: str, moment: datetime) -> list[Event]:
        """All of a user's events stored at or after ``moment`` (the database's clock), oldest first."""
        rows = await self.database.read(user_id, SINCE, moment)
        return [event_from_body(json.loads(row["body"])) for row in rows]

    async def started_at(self, user_id: str, run_id: str) -> datetime | None:
        """When a run was stored (the database's clock); ``None`` when ``user_id`` has no such run."""
        rows = await self.database.read(user_id, RUN_STARTED, run_id)
        return rows[0]["created_at"] if rows else None
