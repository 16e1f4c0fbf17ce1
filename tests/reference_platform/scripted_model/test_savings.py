from decimal import Decimal

from gp_lib.reference_platform.scripted_model.savings import Saving, savings_of, total_of


def amounts(costs: dict[str, str], usage: dict[str, str]) -> dict[str, str]:
    found = savings_of(
        {service: Decimal(cost) for service, cost in costs.items()},
        {service: Decimal(used) for service, used in usage.items()},
    )
    return {saving.service: str(saving.amount) for saving in found}


def test_half_a_cent_is_rounded_up() -> None:
    assert amounts({"a": "10.005"}, {"a": "0"}) == {"a": "10.01"}


def test_twenty_percent_is_not_idle_and_just_below_is() -> None:
    assert amounts({"a": "10", "b": "10"}, {"a": "20", "b": "19.9999"}) == {"b": "8.00"}


def test_a_service_without_cost_or_without_usage_is_left_out() -> None:
    assert amounts({"a": "1"}, {"b": "1"}) == {}


def test_the_largest_comes_first_and_ties_go_by_name() -> None:
    costs, usage = {"b": "1", "a": "1", "c": "2"}, {"b": "0", "a": "0", "c": "0"}
    assert list(amounts(costs, usage)) == ["c", "a", "b"]


def test_the_total_adds_rounded_amounts() -> None:
    assert str(total_of([Saving("a", Decimal("0.05")), Saving("b", Decimal("1.10"))])) == "1.15"
