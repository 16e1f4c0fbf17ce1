"""The use case of the golden path: how its answers spell what they claim."""

from decimal import Decimal

import pytest

from gp_lib.contract.platform import Claims
from gp_lib.platforms.golden_path.cost_savings import COST_SAVINGS, read_claims

ANSWER = """You could save this:

- S3: save 1,234.50 USD a month
- Cloud SQL: save 9.00 USD a month

Total: 1,243.50 USD a month
"""


def test_an_answer_claims_every_recommendation_and_its_total() -> None:
    assert read_claims(ANSWER) == Claims(
        amounts=(("S3", Decimal("1234.50")), ("Cloud SQL", Decimal("9.00"))), totals=(Decimal("1243.50"),)
    )


@pytest.mark.parametrize(
    "text",
    [
        "",
        "I would save 9.00 USD a month on S3.",
        "- S3: save 9 USD a month",
        "- S3: save 9.00 EUR a month",
        "- S3: save 9.00 USD a month, perhaps",
        "  - S3: save 9.00 USD a month",
    ],
)
def test_a_line_of_another_form_claims_nothing(text: str) -> None:
    assert read_claims(text) == Claims()


def test_an_unknown_id_is_a_new_one_each_time() -> None:
    made = {COST_SAVINGS.unknown_id() for _ in range(1000)}
    assert len(made) == 1000
    assert {len(each) for each in made} == {len("INV-") + 18}
