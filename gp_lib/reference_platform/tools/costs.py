"""The two cost tools: what each service cost, and how much of it was used."""

from collections.abc import Awaitable, Callable
from typing import Any

from gp_lib.reference_platform.problems import ToolFailed
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.stores.clickhouse import DATABASE, ColdTier

from .cache import ToolCache
from .calls import ToolCall

LONGEST_WINDOW_DAYS = 366
ANSWER_S = 3.0
# The window ends with the newest day that the user has data for, so that an answer does not depend on today.
WINDOW = (
    f"from {DATABASE}.cost_facts final where user_id = {{user_id:String}}"
    f" and day > (select max(day) from {DATABASE}.cost_facts where user_id = {{user_id:String}}) - {{days:UInt16}}"
    " group by service"
)
COSTS = f"select service, toString(sum(cost)) as total {WINDOW} order by sum(cost) desc, service"
USAGE = f"select service, avg(usage_pct) as usage_pct {WINDOW} order by service"

EnsureData = Callable[[str], Awaitable[None]]
"""Makes sure that a user's cost data is in the cold tier."""


class CostByService:
    """``cost_by_service(days)``: money spent on each service, the dearest first."""

    name = "cost_by_service"
    retry_s = 0.5

    def __init__(self, cold: ColdTier, ensure_data: EnsureData) -> None:
        self._cold = cold
        self._ensure_data = ensure_data

    async def run(self, context: RunContext, call: ToolCall) -> list[dict[str, Any]]:
        """Ask the cold tier."""
        days, user_id = window_days(call), context.ids.user_id
        await self._ensure_data(user_id)
        rows = await self._cold.query(COSTS, {"user_id": user_id, "days": days}, ANSWER_S)
        return [{"service": service, "cost": cost, "currency": "USD"} for service, cost in rows]


class UtilizationByService:
    """``utilization_by_service(days)``: mean use of each service in percent. A few seconds old at most."""

    name = "utilization_by_service"
    retry_s = 0.5

    def __init__(self, cold: ColdTier, ensure_data: EnsureData, cache: ToolCache) -> None:
        self._cold = cold
        self._ensure_data = ensure_data
        self._cache = cache

    async def run(self, context: RunContext, call: ToolCall) -> list[dict[str, Any]]:
        """Ask the cache, or else the cold tier."""
        days, user_id = window_days(call), context.ids.user_id

        async def load() -> list[dict[str, Any]]:
            await self._ensure_data(user_id)
            rows = await self._cold.query(USAGE, {"user_id": user_id, "days": days}, ANSWER_S)
            return [{"service": service, "usage_pct": usage} for service, usage in rows]

        answer: list[dict[str, Any]] = await self._cache.get(user_id, f"{self.name}:{days}", load)
        return answer


def window_days(call: ToolCall) -> int:
    """The window that ``call`` asks for, in days.

    Raises:
        ToolFailed: it is no number of days.
    """
    days = call.parameters.get("days")
    if isinstance(days, int) and 0 < days <= LONGEST_WINDOW_DAYS:
        return days
    raise ToolFailed(f"days must be a whole number from 1 to {LONGEST_WINDOW_DAYS}")
