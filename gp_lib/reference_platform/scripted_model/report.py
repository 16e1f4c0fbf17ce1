"""The words of the report: readable, complete about what is missing, and long on request."""

from collections.abc import Iterator
from decimal import Decimal

from .conversation import Conversation, echo_tokens
from .findings import Failure, Findings
from .savings import Saving, savings_of, to_cents, total_of
from .tokens import tokens_of

DETAILED_TOKENS = 420
_PARTS = {
    "cost_by_service": "the costs of your services",
    "utilization_by_service": "the utilization of your services",
    "invoice_lookup": "the invoice you named",
    "file_saving": "the filing of the saving",
}
_CLOSING = (
    "A service counts as idle when less than 20 percent of it was used on average over the last 30 days. "
    "Please check each one with its owner before you change anything."
)
_HELP = (
    "I can help you with the costs of your cloud services. Ask me where you could save money, "
    "name an invoice that you want to look up, or ask me to file the best saving for you."
)
_NO_DATA = "For your question itself I have no data at hand, so I would rather say that than guess."
_ADVICE = (
    "look at the peak hours before resizing",
    "ask the owner which of the environments are still needed",
    "compare reserved with on-demand prices",
    "set a budget alert, so that a surprise is seen on the same day",
    "write down what was changed and why",
    "check the backups before anything is switched off",
    "review the figures again and keep what worked",
)


def found_savings(findings: Findings) -> tuple[Saving, ...] | None:
    """The savings as the optimization agent gave them, else computed; ``None`` when the data is not there."""
    if findings.savings is not None:
        return findings.savings
    if findings.costs is None or findings.usage is None:
        return None
    return savings_of(findings.costs, findings.usage)


def report_text(talk: Conversation) -> str:
    """The whole answer to the person."""
    about_costs = talk.is_about_costs or talk.findings.savings is not None
    lines = _cost_lines(talk) if about_costs else _general_lines(talk.findings)
    lines += _missing_lines(talk.findings)
    if talk.wants_detail:
        lines += _detail_lines(talk.findings)
    text = _with_echoes("\n".join(lines), talk.echoes)
    return _lengthened(text) if talk.wants_detail else text


def _general_lines(findings: Findings) -> list[str]:
    nothing = not findings.invoices and not findings.failures
    return [*_invoice_lines(findings), _HELP, *([_NO_DATA] if nothing else [])]


def _cost_lines(talk: Conversation) -> list[str]:
    savings = found_savings(talk.findings)
    return [*_saving_lines(savings), *_filing_lines(talk), *_invoice_lines(talk.findings), _CLOSING]


def _saving_lines(savings: tuple[Saving, ...] | None) -> list[str]:
    if savings is None:
        return ["I could not work out your savings, because data that is needed for it is missing."]
    head = f"I found {len(savings)} of your services that cost more than their use explains."
    return [
        head if savings else "None of your services is idle, so I recommend no change.",
        *(f"- {saving.service}: save {saving.amount} USD a month" for saving in savings),
        f"Total: {total_of(savings)} USD a month",
    ]


def _filing_lines(talk: Conversation) -> list[str]:
    if filed := talk.findings.filed:
        return [f"Filed: {filed.service} with {filed.amount} USD a month"]
    return ["Not filed: the saving was not recorded."] if talk.wants_filing else []


def _invoice_lines(findings: Findings) -> list[str]:
    return [_invoice_line(invoice) for invoice in findings.invoices[-1:]]


def _invoice_line(invoice: dict[str, str]) -> str:
    rest = ", ".join(f"{name} {value}" for name, value in invoice.items() if name != "invoice_id")
    return f"Invoice {invoice['invoice_id']}: {rest}"


def _missing_lines(findings: Findings) -> list[str]:
    failures = list(findings.failures.values())
    if not failures:
        return []
    return [*map(_missing_line, failures), "This answer is therefore partial."]


def _missing_line(failure: Failure) -> str:
    part = _PARTS.get(failure.tool, f"the result of {failure.tool}")
    reason = f" ({failure.reason})" if failure.reason else ""
    return f"Missing: {part}, because {failure.tool} failed{reason}."


def _detail_lines(findings: Findings) -> list[str]:
    costs, usage = findings.costs or {}, findings.usage or {}
    both = [service for service in costs if service in usage]
    return ["In detail:", *(_explanation(service, costs[service], usage[service]) for service in both)]


def _explanation(service: str, cost: Decimal, used: Decimal) -> str:
    figures = f"{service} has cost {to_cents(cost)} USD in 30 days and was used to {to_cents(used)} percent."
    verdict = "That is idle: most of it is paid for and not used." if used < 20 else "That is in good use."
    return f"{figures} {verdict}"


def _with_echoes(text: str, echoes: tuple[str, ...]) -> str:
    said = set(echo_tokens(text))
    left = [token for token in echoes if token not in said]
    return f"{text}\nYour references: {', '.join(left)}" if left else text


def _lengthened(text: str) -> str:
    """``text`` with as many days of a plan as it takes to make a detailed answer."""
    lines, plan, tokens = [text], _plan(), len(tokens_of(text))
    while tokens < DETAILED_TOKENS:
        lines.append(next(plan))
        tokens += len(tokens_of(lines[-1]))
    return "\n".join(lines)


def _plan() -> Iterator[str]:
    day = 0
    while True:
        yield f"Day {day + 1}: {_ADVICE[day % len(_ADVICE)]}."
        day += 1
