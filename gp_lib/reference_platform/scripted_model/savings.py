"""The rule for savings, in one place.

A service whose mean ``usage_pct`` over the window is below 20 could be cut to what is used of it:
``monthly_saving = cost * (1 - usage_pct / 100)``, rounded half up (away from zero) to cents.
The total is the sum of the rounded amounts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

IDLE_BELOW_PCT = Decimal(20)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Saving:
    """What could be saved on one service, in USD a month."""

    service: str
    amount: Decimal


def to_cents(amount: Decimal) -> Decimal:
    """``amount`` rounded half up to two places."""
    return amount.quantize(CENT, rounding=ROUND_HALF_UP)


def savings_of(costs: Mapping[str, Decimal], usage: Mapping[str, Decimal]) -> tuple[Saving, ...]:
    """The savings on all services that are in both mappings and idle; the largest first, then by name."""
    found = [
        Saving(service, to_cents(costs[service] * (1 - used / 100)))
        for service, used in usage.items()
        if service in costs and used < IDLE_BELOW_PCT
    ]
    return tuple(sorted(found, key=lambda saving: (-saving.amount, saving.service)))


def total_of(savings: Iterable[Saving]) -> Decimal:
    """The sum of ``savings`` in USD a month, with two places."""
    return to_cents(sum((saving.amount for saving in savings), Decimal(0)))
