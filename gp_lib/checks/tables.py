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
    found = {service(row["service"]): number(row[column]) for row in rows}
    if len(found) != len(rows):
        raise ValueError("one finite number a service is needed")
    return found


def number(value: object) -> Decimal:
    """A finite number of a size that can be calculated with.

    Raises:
        ValueError, DecimalException: it is none.
    """
    found = Decimal(str(value))
    if not found.is_finite() or abs(found) >= LARGEST:
        raise ValueError("it is not a finite number, or too large")
    return found


def service(value: object) -> str:
    """The name of a service.

    Raises:
        TypeError: it is not a text.
    """
    if not isinstance(value, str):
        raise TypeError("a service has a name")
    return value
