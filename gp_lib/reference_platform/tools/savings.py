"""The rule for savings.

A service whose mean ``usage_pct`` over the window is below 20 can be cut down to what is used of it:
``monthly_saving = cost * (1 - usage_pct / 100)``, rounded half up to cents. README.md has the same as one SQL query.
"""

from collections.abc import Iterable, Mapping
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

IDLE_BELOW_PCT = Decimal(20)
CENT = Decimal("0.01")


def to_cents(amount: Decimal) -> Decimal:
    """``amount`` rounded half up to two places."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def savings_of(costs: Iterable[Mapping[str, Any]], usage: Iterable[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Savings by service, the largest first, from what the two cost tools returned."""
    used = {row["service"]: Decimal(str(row["usage_pct"])) for row in usage}
    found = [
        (to_cents(Decimal(row["cost"]) * (1 - used[row["service"]] / 100)), row["service"])
        for row in costs
        if used.get(row["service"], IDLE_BELOW_PCT) < IDLE_BELOW_PCT
    ]
    found.sort(key=lambda saving: (-saving[0], saving[1]))
    return [{"service": service, "monthly_saving": str(amount)} for amount, service in found]
