"""What answers claim: read once, when the act is over, so that judging needs nothing of the platform."""

from collections.abc import Callable, Iterator
from decimal import Decimal

from gp_lib.checks.stories import Story, stories
from gp_lib.contract.platform import Claims
from gp_lib.history import History, Reading

CLAIMS = "claims"
"""The question of a reading that says what an answer claims; its subject is the run."""


def claims_in(history: History, read_claims: Callable[[str], Claims], *, now_s: float) -> Iterator[Reading]:
    """A reading for each answer that somebody received, made at ``now_s``."""
    for story in stories(history):
        if story.answer:
            claims = read_claims(story.answer)
            yield Reading(
                store="answer",
                question=CLAIMS,
                subject=story.run_id,
                answer={
                    "actor": story.receiver,
                    "amounts": [{"service": name, "amount": str(amount)} for name, amount in claims.amounts],
                    "totals": [str(total) for total in claims.totals],
                },
                asked_s=now_s,
                answered_s=now_s,
            )


def claims_of(history: History, story: Story) -> Claims | None:
    """What the answer of ``story`` claims; ``None`` when that was not read."""
    for _, reading in history.indexed(Reading):
        told = (reading.question, reading.subject) == (CLAIMS, story.run_id) and reading.answer
        if told and told["actor"] == story.receiver:
            return Claims(
                amounts=tuple((row["service"], Decimal(row["amount"])) for row in told["amounts"]),
                totals=tuple(map(Decimal, told["totals"])),
            )
    return None
