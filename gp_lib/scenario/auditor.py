"""Reads the stores on connections of its own, beside the platform and past the fault proxies."""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import httpx

from gp_lib import contract
from gp_lib.clients.clickhouse import ClickHouse, open_clickhouse
from gp_lib.clients.http import open_http
from gp_lib.clients.postgres import Postgres, open_postgres
from gp_lib.clients.valkey import Valkey, open_valkey
from gp_lib.clock import wait_until
from gp_lib.errors import NotReady
from gp_lib.history import Event, Reading
from gp_lib.scenario import reach
from gp_lib.settings import Target
from gp_lib.workload import Person
from gp_lib.workload.recording import Recording

CONNECTIONS = 4
FACTS_WITHIN_S = 10.0
GAUGE_WITHIN_S = 5.0


class Auditor:
    """Asks the stores and writes each answer into the history. A store the target does not name is an error."""

    def __init__(
        self,
        history: Recording,
        platform: httpx.AsyncClient,
        *,
        postgres: Postgres | None,
        clickhouse: ClickHouse | None,
        valkey: Valkey | None,
    ) -> None:
        self._history = history
        self._platform = platform
        self._postgres = postgres
        self._clickhouse = clickhouse
        self._valkey = valkey

    async def looks_for_row(self, event: Event) -> None:
        """Look for an event's row the moment it arrived; made to be a tab's witness."""
        if event.event_id is not None and event.type in contract.RUN_EVENTS:
            await self._ask_postgres("event_row", event.event_id, contract.EVENT_ROW)

    async def reads_stored_events(self, people: Sequence[Person]) -> None:
        """Everything the outbox holds of these people."""
        for person in people:
            await self._ask_postgres("stored_events", person.user_id, contract.STORED_EVENTS)

    async def reads_stored_runs(self, people: Sequence[Person]) -> None:
        """Every run that these people have, and the message that each answers."""
        for person in people:
            await self._ask_postgres("stored_runs", person.user_id, contract.STORED_RUNS)

    async def reads_commit_times(self, people: Sequence[Person]) -> None:
        """When each of their events was committed, by the database's own record."""
        for person in people:
            await self._ask_postgres("commit_times", person.user_id, contract.COMMIT_TIMES)

    async def reads_effects(self, people: Sequence[Person]) -> None:
        """What the tool with an effect left behind for them."""
        for person in people:
            await self._ask_postgres(self._history.tools.effect, person.user_id, contract.EFFECT_ROWS)

    async def reads_costs(self, people: Sequence[Person], *, days: int) -> None:
        """Cost and utilization by service over the last ``days`` days of their data, by the auditor's own SQL."""
        for person in people:
            tools = self._history.tools
            await self._ask_clickhouse(tools.costs, person, contract.COST_BY_SERVICE, days=days)
            await self._ask_clickhouse(tools.utilization, person, contract.UTILIZATION_BY_SERVICE, days=days)

    async def reads_savings(self, people: Sequence[Person], *, days: int, idle_below_pct: float) -> None:
        """What each of them could save a month, computed in SQL: the unused share of every hardly used service.

        A service is hardly used below ``idle_below_pct`` percent on average over the last ``days`` days of their data.
        """
        for person in people:
            await self._ask_clickhouse("savings", person, contract.SAVINGS, days=days, idle_below_pct=idle_below_pct)

    async def reads_everything_of(self, people: Sequence[Person]) -> None:
        """What these people could reach in the stores: rows, keys and facts; the facts once all have been carried.

        Keys come first, because a cached answer lives for seconds; they are read whole, whoever's they are.
        """
        asked_s = self._history.now_s()
        for key, value in (await reach.entries(_there(self._valkey, "Valkey"))).items():
            self._note("valkey", "entry", key, value, asked_s=asked_s)
        postgres, clickhouse = _there(self._postgres, "PostgreSQL"), _there(self._clickhouse, "ClickHouse")
        await wait_until(lambda: reach.facts_are_there(postgres, people), deadline_s=FACTS_WITHIN_S)
        for person in people:
            for store, reading in (
                ("postgres", reach.rows_of(postgres, person)),
                ("clickhouse", reach.facts_of(clickhouse, person)),
            ):
                asked_s = self._history.now_s()
                for table, rows in (await reading).items():
                    answer = {"table": table, "rows": rows}
                    self._note(store, "rows", person.user_id, answer, asked_s=asked_s)

    async def reads_gauge(self, name: str) -> float | None:
        """A gauge on the platform's page of metrics; ``None`` when it is not there."""
        asked_s = self._history.now_s()
        value = await reach.gauge(self._platform, name)
        self._note("platform", "gauge", name, value, asked_s=asked_s)
        return value

    async def waits_for_gauge(self, name: str, *, above: float | None = None, at: float | None = None) -> None:
        """Read a gauge until it is ``above`` or ``at`` a value, at most five (scaled) seconds."""

        async def there() -> bool:
            value = await self.reads_gauge(name)
            return value is not None and (above is None or value > above) and (at is None or value == at)

        await wait_until(there, deadline_s=GAUGE_WITHIN_S)

    async def _ask_postgres(self, question: str, subject: str, sql: str) -> None:
        asked_s = self._history.now_s()
        rows = await _there(self._postgres, "PostgreSQL").rows(sql, subject)
        self._note("postgres", question, subject, rows, asked_s=asked_s)

    async def _ask_clickhouse(self, question: str, person: Person, sql: str, **parameters: Any) -> None:
        asked_s = self._history.now_s()
        rows = await _there(self._clickhouse, "ClickHouse").rows(sql, user_id=person.user_id, **parameters)
        self._note("clickhouse", question, person.user_id, rows, asked_s=asked_s)

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


def _there(client: Any, store: str) -> Any:
    if client is None:
        raise NotReady(store, "the target does not name it", todo="add its URL to the target in gpath.toml")
    return client


@asynccontextmanager
async def open_auditor(history: Recording, target: Target) -> AsyncIterator[Auditor]:
    """An auditor with connections to every store that the target names."""
    async with AsyncExitStack() as stack:
        postgres = clickhouse = valkey = None
        if target.postgres_auditor:
            postgres = await stack.enter_async_context(open_postgres(target.postgres_auditor, connections=CONNECTIONS))
        if target.clickhouse:
            clickhouse = await stack.enter_async_context(open_clickhouse(target.clickhouse))
        if target.valkey:
            valkey = await stack.enter_async_context(open_valkey(target.valkey))
        platform = await stack.enter_async_context(open_http(target.platform_http))
        yield Auditor(history, platform, postgres=postgres, clickhouse=clickhouse, valkey=valkey)
