"""The use case: agents look into a customer's cloud costs and recommend what to save."""

import re
import secrets
from decimal import Decimal

from gp_lib.contract.platform import Claims, Tools, UseCase

_AMOUNT = r"(?P<amount>[\d,]+\.\d\d) USD a month$"
_RECOMMENDATION = re.compile(rf"(?m)^- (?P<service>\S.*): save {_AMOUNT}")
_TOTAL = re.compile(rf"(?m)^Total: {_AMOUNT}")

_INVOICE_DIGITS = 18


def read_claims(answer: str) -> Claims:
    """The claims of an answer with a line ``- S3: save 1,234.50 USD a month`` for each of its recommendations."""
    return Claims(
        amounts=tuple((line["service"], _amount(line)) for line in _RECOMMENDATION.finditer(answer)),
        totals=tuple(map(_amount, _TOTAL.finditer(answer))),
    )


def _amount(line: re.Match[str]) -> Decimal:
    return Decimal(line["amount"].replace(",", ""))


def unknown_invoice() -> str:
    """The number of an invoice that nobody has."""
    return f"INV-{secrets.randbelow(9 * 10 ** (_INVOICE_DIGITS - 1)) + 10 ** (_INVOICE_DIGITS - 1)}"


COST_SAVINGS = UseCase(
    tools=Tools(
        costs="cost_by_service", utilization="utilization_by_service", lookup="invoice_lookup", effect="file_saving"
    ),
    read_claims=read_claims,
    unknown_id=unknown_invoice,
)
