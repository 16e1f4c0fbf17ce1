"""The customers' billing export: the door through which cost data comes into the cold tier in real life."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from gp_lib import contract
from gp_lib.clients.clickhouse import ClickHouse, open_clickhouse
from gp_lib.clock import wait_until
from gp_lib.errors import NotReady
from gp_lib.settings import Target
from gp_lib.workload import Person, Recording
from gp_lib.workload.recorder import doing

ACCOUNT_WITHIN_S = 10.0
"""How long a new customer's own data may take to be there (scaled)."""


class Billing:
    """Writes cost lines, past the platform; what it writes goes when the platform forgets the customer."""

    def __init__(self, history: Recording, clickhouse: ClickHouse) -> None:
        self._history = history
        self._clickhouse = clickhouse

    async def bills_unguessable_service(
        self, person: Person, *, cost_per_day: float, usage_pct: float, days: int
    ) -> None:
        """A service with a name that nobody can know appears among a person's costs, on each of the last ``days`` days.

        ``cost_per_day`` is in USD, ``usage_pct`` in percent. The history knows it as what ``billing`` *bills*. It
        waits for the data that the platform itself creates at the first sign-in.
        """
        service = f"service-{secrets.token_hex(6)}"
        about = {"user_id": person.user_id, "service": service, "cost_per_day": cost_per_day, "usage_pct": usage_pct}
        async with doing(self._history, "billing", "bills", **about) as act:
            if await wait_until(lambda: self._has_account(person), deadline_s=ACCOUNT_WITHIN_S, every_s=0.1) is None:
                act.fail(f"{person.name} had no cost data within {ACCOUNT_WITHIN_S} s")
                return
            await self._clickhouse.execute(
                contract.NEW_BILLED_SERVICE,
                user_id=person.user_id,
                service=service,
                cost=f"{cost_per_day:.2f}",
                usage_pct=usage_pct,
                days=days,
            )

    async def _has_account(self, person: Person) -> bool:
        (row,) = await self._clickhouse.rows(contract.BILLED_SERVICES, user_id=person.user_id)
        return bool(row["services"])


@asynccontextmanager
async def open_billing(history: Recording, target: Target) -> AsyncIterator[Billing]:
    """A billing export with a connection of its own to the cold tier.

    Raises:
        NotReady: the target does not name its cold tier, or it cannot be reached.
    """
    if target.clickhouse is None:
        raise NotReady("ClickHouse", "the target does not name it", todo="add its URL to the target in gpath.toml")
    async with open_clickhouse(target.clickhouse) as clickhouse:
        yield Billing(history, clickhouse)
