"""Looks into the three tiers beside the platform: live state as events arrive, what each tier holds, how fast it is."""

import asyncio
import functools
import hashlib
import json
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import Any

from gp_lib import contract
from gp_lib.clients.clickhouse import ClickHouse, open_clickhouse
from gp_lib.clients.postgres import Postgres, open_postgres
from gp_lib.clients.session import SET_USER, Session, open_session, rows
from gp_lib.clients.valkey import Valkey, open_valkey
from gp_lib.clock import loop_lag, wait_until
from gp_lib.errors import NotReady
from gp_lib.history import Event, Reading
from gp_lib.settings import Target
from gp_lib.workload import Asked, Person
from gp_lib.workload.recorder import doing
from gp_lib.workload.recording import Recording

PROBE = "probe"
PROBE_KEY_LIFE_S = 60
NO_KEY, NEVER_EXPIRES = -2, -1
NOT_DURABLE = "off"

Write = Callable[[], Awaitable[Any]]


class TierAuditor:
    """Writes into the history what the tiers hold. ``app`` is a session in the platform's own role, for probes."""

    def __init__(self, history: Recording, *, hot: Valkey, warm: Postgres, cold: ClickHouse, app: Session) -> None:
        self._history = history
        self._hot, self._warm, self._cold, self._app = hot, warm, cold, app

    async def looks_at_live_state(self, event: Event) -> None:
        """Read the live state of an event's run the moment it arrived; made to be a tab's witness."""
        if event.event_id is None or event.run_id is None or event.type not in contract.RUN_EVENTS:
            return
        asked_s = self._history.now_s()
        state_key, stream_key = _keys(event.run_id)
        pipeline: Any = self._hot.commands.pipeline(transaction=True)
        pipeline.hmget(state_key, "status", "last_seq").pttl(state_key).pttl(stream_key)
        (status, last_seq), *lives_ms = await pipeline.execute()
        answer = {
            "status": status,
            "last_seq": None if last_seq is None else int(last_seq),
            "ttls_s": [_seconds(life_ms) for life_ms in lives_ms],
        }
        self._note("valkey", "live_state", event.event_id, answer, asked_s=asked_s)

    async def waits_until_drained(self, people: Sequence[Person], *, within_s: float) -> None:
        """Wait until all events of these people reached the other two tiers, at most ``within_s`` (scaled) seconds.

        Recorded for each as ``undrained``: how many had not.
        """
        await wait_until(lambda: self._drained(people), deadline_s=within_s, every_s=0.1)
        for person in people:
            asked_s = self._history.now_s()
            self._note("postgres", "undrained", person.user_id, await self._waiting(person), asked_s=asked_s)

    async def _drained(self, people: Sequence[Person]) -> bool:
        return not any([await self._waiting(person) for person in people])

    async def _waiting(self, person: Person) -> int:
        (found,) = await self._warm.rows(contract.UNDRAINED, person.user_id)
        return int(found["waiting"])

    async def reads_contents(self, people: Sequence[Person]) -> None:
        """Which runs and events of these people each tier holds, and the SHA-256 of every event's text.

        For the hot and the warm tier the hash is the auditor's own: of the text in the stream, and of the row's JSON
        in the platform's spelling (sorted keys, no spaces). The cold tier holds no text, only the platform's hash.
        """
        for person in people:
            for store, read in (("valkey", self._in_hot), ("postgres", self._in_warm), ("clickhouse", self._in_cold)):
                asked_s = self._history.now_s()
                self._note(store, "tier_contents", person.user_id, await read(person.user_id), asked_s=asked_s)

    async def _in_hot(self, user_id: str) -> dict[str, Any]:
        prefix, suffix = contract.STREAM_KEY.split("{run_id}")
        keys = {key async for key in self._hot.commands.scan_iter(match=_keys("*")[0], count=500)}
        states = sorted(key for key in keys if not key.endswith(suffix))
        owners = {key.removeprefix(prefix): await self._hot.commands.hget(key, "user_id") for key in states}
        runs, events = [run_id for run_id, owner in owners.items() if owner == user_id], list[Any]()
        for run_id in runs:
            entries: Any = await self._hot.commands.xrange(_keys(run_id)[1])
            events += [[run_id, int(place.split("-")[0]), _sha256(fields["frame"])] for place, fields in entries]
        return {"runs": runs, "events": events}

    async def _in_warm(self, user_id: str) -> dict[str, Any]:
        runs = await self._warm.rows(contract.STORED_RUNS, user_id)
        events = await self._warm.rows(contract.WARM_EVENTS, user_id)
        return {
            "runs": [row["run_id"] for row in runs],
            "events": [[row["run_id"], row["seq"], _sha256(_spelled(row["body"]))] for row in events],
        }

    async def _in_cold(self, user_id: str) -> dict[str, Any]:
        runs = await self._cold.rows(contract.COLD_RUNS, user_id=user_id)
        events = await self._cold.rows(contract.COLD_EVENTS, user_id=user_id)
        return {
            "runs": [row["run_id"] for row in runs],
            "events": [[row["run_id"], row["seq"], row["content_hash"]] for row in events],
        }

    async def loses_hot_keys(self, asked: Asked) -> None:
        """Delete both keys of a finished run from the hot tier, as an administrator may by mistake."""
        async with doing(self._history, PROBE, "loses hot keys", run_id=asked.run_id) as act:
            act.note(removed=await self._hot.commands.delete(*_keys(str(asked.run_id))))

    @asynccontextmanager
    async def times_writes(self, person: Person, *, every_s: float) -> AsyncIterator[None]:
        """Write to each tier again and again while the block runs, each write recorded as ``writes`` with its ``tier``.

        A key in the hot tier; a row of ``person``'s with COMMIT in the warm tier; a row in a table of its own in the
        cold tier. All of it is removed at the end. How late this process's clock ran is recorded as ``loop_lag``.
        """
        name, started_s, stop = uuid.uuid4().hex[:12], self._history.now_s(), asyncio.Event()
        async with self._probes(name, person) as writes, loop_lag() as late_ms, asyncio.TaskGroup() as group:
            for tier, (write, about) in writes.items():
                group.create_task(self._write(tier, write, about, every_s=every_s, stop=stop))
            try:
                yield
            finally:
                stop.set()
        self._note("workbench", "loop_lag", PROBE, [round(late, 3) for late in late_ms], asked_s=started_s)

    async def _write(
        self, tier: str, write: Write, about: dict[str, Any], *, every_s: float, stop: asyncio.Event
    ) -> None:
        while not stop.is_set():
            async with doing(self._history, PROBE, "writes", tier=tier, **about):
                await write()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), every_s)

    @asynccontextmanager
    async def _probes(self, name: str, person: Person) -> AsyncIterator[dict[str, tuple[Write, dict[str, Any]]]]:
        key, table = contract.PROBE_KEY.format(name=name), contract.PROBE_TABLE.format(name=name)
        threads: list[str] = []
        async with AsyncExitStack() as undo:
            undo.push_async_callback(self._hot.commands.delete, key)
            undo.push_async_callback(self._cold.execute, f"drop table if exists {table}")
            await self._cold.execute(f"create table {table} (name String) engine = MergeTree order by name")
            undo.push_async_callback(self._as_user, person, contract.DELETE_PROBE_ROWS, threads)
            yield {
                "hot": (functools.partial(self._hot.commands.set, key, name, ex=PROBE_KEY_LIFE_S), {}),
                "warm": (functools.partial(self._adds_thread, person, threads), {"durable": await self._is_durable()}),
                "cold": (functools.partial(self._cold.execute, f"insert into {table} values ('{name}')"), {}),
            }

    async def _adds_thread(self, person: Person, threads: list[str]) -> None:
        threads.append(str(uuid.uuid4()))
        await self._as_user(person, contract.PROBE_ROW, threads[-1], person.user_id)

    async def _as_user(self, person: Person, sql: str, *arguments: Any) -> None:
        async with self._app.transaction():
            await self._app.execute(SET_USER, contract.USER_SETTING, person.user_id)
            await self._app.execute(sql, *arguments)

    async def _is_durable(self) -> bool:
        """Whether an acknowledged COMMIT of this session is on disk."""
        settings = "select current_setting('fsync') as fsync, current_setting('synchronous_commit') as commits"
        (found,) = await rows(self._app, settings)
        return NOT_DURABLE not in found.values()

    def _note(self, store: str, question: str, subject: str, answer: Any, *, asked_s: float) -> None:
        self._history.record(
            Reading(
                store=store,
                question=question,
                subject=subject,
                answer=answer,
                asked_s=asked_s,
                answered_s=self._history.now_s(),
            )
        )


def _keys(run_id: str) -> tuple[str, str]:
    return contract.RUN_KEY.format(run_id=run_id), contract.STREAM_KEY.format(run_id=run_id)


def _seconds(life_ms: int) -> float | None:
    """A time to live; ``None`` without a key, and -1 when it never expires."""
    return None if life_ms == NO_KEY else float(life_ms) if life_ms == NEVER_EXPIRES else life_ms / 1000


def _spelled(body: str) -> str:
    """The JSON in the platform's one spelling, which does not depend on how the database keeps it."""
    return json.dumps(json.loads(body), sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def _sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


@asynccontextmanager
async def open_tiers(history: Recording, target: Target) -> AsyncIterator[TierAuditor]:
    """A view of all three tiers.

    Raises:
        NotReady: the target does not name all of them, or one cannot be reached.
    """
    valkey, auditor, clickhouse, app = target.valkey, target.postgres_auditor, target.clickhouse, target.postgres_app
    if valkey is None or auditor is None or clickhouse is None or app is None:
        todo = "add valkey, postgres_app, postgres_auditor and clickhouse to the target in gpath.toml"
        raise NotReady("the tiers", "the target does not name all of them", todo=todo)
    async with (
        open_valkey(valkey) as hot,
        open_postgres(auditor) as warm,
        open_clickhouse(clickhouse) as cold,
        open_session(app) as session,
    ):
        yield TierAuditor(history, hot=hot, warm=warm, cold=cold, app=session)
