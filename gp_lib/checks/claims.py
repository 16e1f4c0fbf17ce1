"""What answers claim: read once, when the act is over, so that judging needs nothing of the platform."""

from collections.abc import Callable, Iterator
from typing import Any

from gp_lib.checks.stories import stories
from gp_lib.checks.tables import UNREADABLE, number, service
from gp_lib.contract.platform import Claims
from gp_lib.errors import shortened
from gp_lib.history import History, Reading

CLAIMS = "claims"
"""The question of a reading that says what an answer claims; its subject is the run."""


def claims_in(history: History, read_claims: Callable[[str], Claims], *, now_s: float) -> Iterator[Reading]:
    """A reading for each answer that somebody received, made at ``now_s``.

    Where ``read_claims``, which is anybody's code, fails at an answer, the reading says why.
    """
    for story in stories(history):
        if story.answer:
            try:
                found = _spelt(read_claims(story.answer))
            except Exception as error:  # noqa: BLE001 - a check that needs these claims is then in doubt
                found = {"why": shortened(f"{type(error).__name__}: {error}")}
            yield Reading(
                store="workbench",
                question=CLAIMS,
                subject=story.run_id,
                answer={"actor": story.receiver, **found},
                asked_s=now_s,
                answered_s=now_s,
            )


def _spelt(claims: Claims) -> dict[str, Any]:
    return {
        "amounts": [{"service": name, "amount": str(amount)} for name, amount in claims.amounts],
        "totals": [str(total) for total in claims.totals],
    }


def claims_by_story(history: History) -> dict[tuple[str, str], Claims | str]:
    """What each answer claims, by the ``key`` of its story; where that could not be read, why, in words."""
    found = {}
    for _, reading in history.indexed(Reading):
        if reading.question == CLAIMS and isinstance(reading.answer, dict):
            found[str(reading.answer.get("actor")), reading.subject] = _read(reading.answer)
    return found


def _read(answer: dict[str, Any]) -> Claims | str:
    if "why" in answer:
        return str(answer["why"])
    try:
        amounts = tuple((service(row["service"]), number(row["amount"])) for row in answer["amounts"])
        return Claims(amounts=amounts, totals=tuple(map(number, answer["totals"])))
    except UNREADABLE:
        return "they are not names of services with finite amounts"
