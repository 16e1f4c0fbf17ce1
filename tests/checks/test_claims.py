"""What answers claim is read once for every receiver, and is found again."""

from decimal import Decimal

import pytest

from gp_lib.checks.claims import claims_in, claims_of
from gp_lib.checks.stories import stories
from gp_lib.contract.platform import Claims
from gp_lib.history import History
from tests.histories import tell

TWO_RECEIVERS = """
amy  a1  supervisor  starts
amy  a2  supervisor  answers 5.00
bob  a1  supervisor  starts
bob  a2  supervisor  answers 7.00
amy  b1  supervisor  starts
amy  b2  supervisor  gives-up
"""


def claimed(text: str) -> Claims:
    return Claims(amounts=(("S3", Decimal(text)),), totals=(Decimal(text),))


def test_every_receiver_of_an_answer_has_its_own_claims() -> None:
    history = tell(TWO_RECEIVERS).history[:6]
    readings = list(claims_in(History(history), claimed, now_s=1.0))
    assert [(reading.subject, reading.answer["actor"]) for reading in readings] == [("run-a", "amy"), ("run-a", "bob")]
    whole = History([*history, *readings])
    found = [claims_of(whole, story) for story in stories(whole)]
    assert found == [claimed("5.00"), claimed("7.00"), None]


def test_a_description_that_fails_at_an_answer_says_so_itself() -> None:
    with pytest.raises(ArithmeticError):
        list(claims_in(tell(TWO_RECEIVERS.replace("5.00", "five")).history, claimed, now_s=1.0))
