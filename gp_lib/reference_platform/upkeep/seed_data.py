"""The business data of a user, drawn from a seed that only depends on the user's id."""

import hashlib
import random
from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

DAYS = 30
SERVICES = (
    "api-gateway",
    "batch-compute",
    "block-storage",
    "data-warehouse",
    "document-store",
    "kubernetes",
    "load-balancer",
    "message-queue",
    "object-storage",
    "search-cluster",
)
IDLE_SERVICES = 4
INVOICES = ("INV-1001", "INV-1002", "INV-1003")


def cost_rows(user_id: str, last_day: date) -> list[dict[str, Any]]:
    """Ten services on thirty days up to ``last_day``; four of the services are hardly used."""
    draw = _random(user_id, "costs")
    idle = set(draw.sample(SERVICES, IDLE_SERVICES))
    rows: list[dict[str, Any]] = []
    for service in SERVICES:
        level = draw.uniform(2, 14) if service in idle else draw.uniform(35, 90)
        price_cents = draw.randint(300, 20_000)
        rows.extend(_days_of(draw, {"user_id": user_id, "service": service}, last_day, (level, price_cents)))
    return rows


def _days_of(
    draw: random.Random, names: Mapping[str, str], last_day: date, typical: tuple[float, int]
) -> Iterator[dict[str, Any]]:
    level, price_cents = typical
    for age in range(DAYS):
        cents = round(price_cents * draw.uniform(0.8, 1.2))
        yield {
            **names,
            "day": last_day - timedelta(days=age),
            "cost": Decimal(cents).scaleb(-2),
            "usage_pct": round(level * draw.uniform(0.7, 1.3), 2),
        }


def invoice_rows(user_id: str, last_day: date) -> list[tuple[str, str, Decimal, date]]:
    """A few invoices: user, id, amount in USD, day of issue."""
    draw = _random(user_id, "invoices")
    return [
        (user_id, invoice_id, Decimal(draw.randint(10_000, 900_000)).scaleb(-2), last_day - timedelta(days=30 * age))
        for age, invoice_id in enumerate(INVOICES, start=1)
    ]


def _random(user_id: str, purpose: str) -> random.Random:
    seed = hashlib.sha256(f"{purpose}:{user_id}".encode()).digest()
    return random.Random(seed)
