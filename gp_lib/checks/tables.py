"""Tables of one number a service, as tools and stores give them."""

from decimal import Decimal, DecimalException
from typing import Any

UNREADABLE = (TypeError, KeyError, ValueError, DecimalException)
"""What reading a table can raise that is none."""

LARGEST = Decimal(10) ** 18
"""More than any amount of money; beyond it, arithmetic with cents is no longer exact."""


def table(rows: Any, column: str) -> dict[str, Decimal]:
    """The number of each service.

    Raises:
        TypeError, KeyError, ValueError, DecimalException: it is not a list of rows with one finite number a service.
    """
    found = {_name(row["service"]): Decimal(str(row[column])) for row in rows}
    if len(found) != len(rows) or not all(value.is_finite() and abs(value) < LARGEST for value in found.values()):
        raise ValueError("one finite number a service is needed")
    return found


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("a service has a name")
    return value
