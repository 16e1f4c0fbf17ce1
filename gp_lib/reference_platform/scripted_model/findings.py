"""What a conversation's JSON says about costs, utilization, savings and failures, wherever it stands in it."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from .json_in_text import nested
from .savings import Saving, to_cents

_FAILURE_LISTS = frozenset({"failed", "failures", "missing", "errors", "failed_tools"})
_LONGEST_REASON = 160
# pydantic-ai before version 2 ends the result of a tool that failed with this advice to the model.
_ADVICE = re.compile(r"\s*Fix the errors and try again\.?\s*\Z")
# A tool's name has an underscore, which keeps "the tool shed failed" of a question out.
_SAID_FAILED = re.compile(r"\btool [`']?(\w+_\w+)[`']? failed(?:: ([^\n]*))?")


@dataclass(frozen=True)
class Failure:
    """A tool that failed, and why (may be empty)."""

    tool: str
    reason: str


@dataclass
class Findings:
    """What was found; ``None`` means "nothing said", which is not the same as an empty answer."""

    costs: dict[str, Decimal] | None = None
    usage: dict[str, Decimal] | None = None
    savings: tuple[Saving, ...] | None = None
    filed: Saving | None = None
    invoices: list[dict[str, str]] = field(default_factory=list)
    failures: dict[str, Failure] = field(default_factory=dict)

    @property
    def empty(self) -> bool:
        """Whether nothing at all was found."""
        return self == Findings()

    def read_value(self, value: Any) -> None:
        """Take in one JSON value; what comes later wins."""
        for key, current in nested(value):
            if isinstance(current, list):
                self._read_list(key, current)
            elif isinstance(current, dict):
                self._read_record(key, current)
            elif isinstance(current, str):
                self.read_text(current)

    def read_text(self, text: str) -> None:
        """Take in what a text says in words about failed tools."""
        for tool, reason in _SAID_FAILED.findall(text):
            self.failures.setdefault(tool, Failure(tool, short_reason(reason)))

    def read_failure(self, tool: str, reason: str) -> None:
        """Take in that ``tool`` failed."""
        self.failures[tool] = Failure(tool, short_reason(reason))

    def _read_list(self, key: str, items: list[Any]) -> None:
        if key in _FAILURE_LISTS:
            self._read_failed_items(items)
            return
        for column, names in _COLUMNS.items():
            rows = _rows(items, names)
            if rows or (not items and key.startswith(column)):
                self._keep(column, rows)

    def _keep(self, column: str, rows: dict[str, Decimal]) -> None:
        if column == "cost":
            self.costs = rows
        elif column == "util":
            self.usage = rows
        else:
            self.savings = tuple(Saving(service, to_cents(amount)) for service, amount in rows.items())

    def _read_failed_items(self, items: list[Any]) -> None:
        for item in items:
            if isinstance(item, str):
                tool, _, reason = item.partition(":")
                self.read_failure(tool.strip(), reason)
            elif isinstance(item, dict) and (tool := _tool_of(item)):
                self.read_failure(tool, error_of(item) or str(item.get("reason", "")))

    def _read_record(self, key: str, record: dict[str, Any]) -> None:
        tool = _tool_of(record)
        if key in _FAILURE_LISTS and not tool:
            for name, reason in record.items():
                self.read_failure(name, reason if isinstance(reason, str) else error_of(reason) or "")
        elif (error := error_of(record)) is not None and (tool or key):
            self.read_failure(tool or key, error)
        elif key == "filed" or tool == "file_saving":
            self.filed = _first_saving(record) or self.filed
        elif "invoice_id" in record and len(record) > 1:
            self.invoices.append(_scalars(record))


_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "cost": ("cost",),
    "util": ("usage_pct",),
    "saving": ("monthly_saving", "saving"),
}


def error_of(value: Any) -> str | None:
    """The error that a tool's result tells of, or ``None`` when it tells of none."""
    if not isinstance(value, dict):
        return None
    error = value.get("error")
    if error or value.get("status") == "error" or value.get("ok") is False:
        return _words(error) or str(value.get("message") or value.get("detail") or "")
    return None


def _words(error: Any) -> str:
    """An error's sentence; arguments that a tool refuses come back as a list of what is wrong with each."""
    if isinstance(error, list):
        return "; ".join(_words(item) for item in error)
    if isinstance(error, dict):
        return str(error.get("message") or error.get("msg") or "")
    return str(error or "")


def short_reason(reason: str) -> str:
    """``reason`` in one line of at most 160 characters, without the framework's advice and a last full stop."""
    line = " ".join(_ADVICE.sub("", reason).split())
    return line[:_LONGEST_REASON].rstrip(" .")


def _tool_of(record: Mapping[str, Any]) -> str:
    named = (record.get(name) for name in ("tool_name", "tool", "name"))
    return next((name for name in named if isinstance(name, str)), "")


def _rows(items: Iterable[Any], names: tuple[str, ...]) -> dict[str, Decimal]:
    """Service and amount of all items that are records with a service and one of ``names``."""
    rows: dict[str, Decimal] = {}
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("service"), str):
            amount = next((_number(item[name]) for name in names if name in item), None)
            if amount is not None:
                rows[item["service"]] = amount
    return rows


def _number(value: Any) -> Decimal | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    # Beyond this a sum in cents would no longer be exact in Decimal's 28 digits.
    return number if number.is_finite() and abs(number) < Decimal(10) ** 18 else None


def _first_saving(value: Any) -> Saving | None:
    for _, current in nested(value):
        for service, amount in _rows([current], _COLUMNS["saving"]).items():
            return Saving(service, to_cents(amount))
    return None


def _scalars(record: Mapping[str, Any]) -> dict[str, str]:
    return {key: str(item) for key, item in record.items() if isinstance(item, str | int | float)}
