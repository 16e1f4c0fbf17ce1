"""What one agent passes on to the next: a JSON object with the question and what is known so far."""

import json
from typing import Any

from gp_lib.reference_platform.protocol import encode
from gp_lib.reference_platform.runs.context import RunContext
from gp_lib.reference_platform.tools.savings import savings_of

SOURCES = {
    "cost_by_service": "the costs of your services",
    "utilization_by_service": "the utilization of your services",
    "invoice_lookup": "the invoice",
    "file_saving": "the filing of the saving",
}


def question(context: RunContext) -> str:
    """The question alone."""
    return encode({"question": context.question.content})


def everything(context: RunContext) -> str:
    """The question and all findings: tool results by name, the savings that follow, and what failed."""
    known: dict[str, Any] = {"question": context.question.content, **context.findings.results}
    if "file_saving" in known:
        known["filed"] = known.pop("file_saving")
    if (savings := savings_in(context)) is not None:
        known["savings"] = savings
    if context.findings.failed:
        known["failed"] = [{"tool": tool, "reason": why} for tool, why in context.findings.failed.items()]
    return json.dumps(known, ensure_ascii=False)


def savings_in(context: RunContext) -> list[dict[str, str]] | None:
    """The savings that follow from the findings; ``None`` when the data for that is missing."""
    results = context.findings.results
    if "cost_by_service" not in results or "utilization_by_service" not in results:
        return None
    return savings_of(results["cost_by_service"], results["utilization_by_service"])


def unsaid_shortcomings(context: RunContext) -> str:
    """A last sentence for each shortcoming that the answer does not name yet; empty when it names them all."""
    said = context.result
    missing = [
        f"Missing: {SOURCES.get(tool, tool)} ({why})."
        for tool, why in context.findings.failed.items()
        if tool not in said
    ]
    missing += [f"Missing: {sentence}." for sentence in context.shortcomings if sentence not in said]
    return " ".join(missing)
