"""What answers claim is read once for every receiver, and is found again."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from gp_lib import checks
from gp_lib.checks.claims import CLAIMS, claims_by_story, claims_in
from gp_lib.contract.platform import Claims, Tools
from gp_lib.history import History, Reading
from gp_lib.verdict import Ruling
from tests.histories import tell

TWO_RECEIVERS = """
amy  a1  supervisor  starts
amy  a2  supervisor  answers 5.00
bob  a1  supervisor  starts
bob  a2  supervisor  answers 7.00
amy  b1  supervisor  starts
amy  b2  supervisor  gives-up
"""
JUDGED = """
clickhouse  cost_by_service amy S3=10.00
clickhouse  savings amy S3=9.00
amy  a1  supervisor  starts
amy  a2  supervisor  answers "- S3: save 9.00 USD a month\\nTotal: 9.00 USD a month"
amy  asked a
"""


def claimed(text: str) -> Claims:
    return Claims(amounts=(("S3", Decimal(text)),), totals=(Decimal(text),))


def with_claims_of(history: History, readings: list[Reading]) -> History:
    records = [r for r in history if not (isinstance(r, Reading) and r.question == CLAIMS)]
    return History([*records, *readings], began=history.began, tools=history.tools)


def test_every_receiver_of_an_answer_has_its_own_claims() -> None:
    history = tell(TWO_RECEIVERS).history
    readings = list(claims_in(history, claimed, now_s=1.0))
    found = claims_by_story(with_claims_of(history, readings))
    assert found == {("amy", "run-a"): claimed("5.00"), ("bob", "run-a"): claimed("7.00")}


def test_a_description_that_fails_at_one_answer_leaves_the_others_and_says_why() -> None:
    history = tell(TWO_RECEIVERS.replace("5.00", "five")).history
    found = claims_by_story(with_claims_of(history, list(claims_in(history, claimed, now_s=1.0))))
    assert found["bob", "run-a"] == claimed("7.00")
    assert str(found["amy", "run-a"]).startswith("InvalidOperation: ")


@pytest.mark.parametrize(
    "answer",
    [
        5,
        {"actor": "amy"},
        {"actor": "amy", "amounts": 5, "totals": []},
        {"actor": "amy", "amounts": [{"service": 5, "amount": "9.00"}], "totals": []},
        {"actor": "amy", "amounts": [], "totals": ["NaN"]},
        {"actor": "amy", "amounts": [], "totals": ["1e999999"]},
        {"actor": "amy", "amounts": [{"service": "S3", "amount": "sNaN"}], "totals": []},
        {"actor": "amy", "why": "ZeroDivisionError: division by zero"},
        {"actor": "eve", "amounts": [], "totals": []},
    ],
)
def test_claims_that_could_not_be_read_keep_no_promise_and_break_none(answer: Any) -> None:
    history = tell(JUDGED).history
    (good,) = [r for _, r in history.indexed(Reading) if r.question == CLAIMS]
    assert checks.amounts_equal_sql(history).verdict is Ruling.PASS
    found = checks.amounts_equal_sql(with_claims_of(history, [replace(good, answer=answer)]))
    assert found.verdict is Ruling.UNKNOWN
    assert "what its answer claims could not be read" in found.message


def test_checks_follow_the_names_that_a_platform_gives_its_tools() -> None:
    told = tell(JUDGED.replace("cost_by_service", "price_list")).history
    renamed = History(list(told), began=told.began, tools=Tools(costs="price_list"))
    assert checks.recommendations_name_own_services(renamed).verdict is Ruling.PASS
    assert checks.recommendations_name_own_services(told).verdict is Ruling.UNKNOWN
