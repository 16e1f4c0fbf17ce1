"""The rule for savings, and that the answer follows it."""

import asyncio
import re

import clickhouse_connect

from gp_lib.reference_platform.tools.savings import savings_of

from .gateways import Gateway
from .people import at

# The same as in the platform's README.
RULE = """
select service, toDecimalString(floor(toFloat64(sum(cost)) * (100 - avg(usage_pct)) + 0.5) / 100, 2) as monthly_saving
from golden_path.cost_facts final
where user_id = {user:String}
  and day > (select max(day) from golden_path.cost_facts where user_id = {user:String}) - 30
group by service having avg(usage_pct) < 20 order by toFloat64(monthly_saving) desc, service
"""


def test_only_a_service_that_is_used_to_less_than_a_fifth_can_be_cut() -> None:
    costs = [{"service": name, "cost": "100.00"} for name in ("idle", "edge", "busy")]
    usage = [{"service": name, "usage_pct": used} for name, used in (("idle", 19.99), ("edge", 20), ("busy", 80.5))]
    assert savings_of(costs, usage) == [{"service": "idle", "monthly_saving": "80.01"}]


def test_amounts_are_rounded_half_up_to_cents() -> None:
    assert savings_of([{"service": "a", "cost": "0.01"}], [{"service": "a", "usage_pct": 10}]) == [
        {"service": "a", "monthly_saving": "0.01"}
    ]
    assert (
        savings_of([{"service": "a", "cost": "0.10"}], [{"service": "a", "usage_pct": 5}])[0]["monthly_saving"]
        == "0.10"
    )


def test_the_largest_saving_comes_first_and_a_service_without_usage_is_left_out() -> None:
    costs = [{"service": name, "cost": cost} for name, cost in (("small", "1"), ("large", "9"), ("unknown", "99"))]
    usage = [{"service": name, "usage_pct": 0.0} for name in ("small", "large")]
    assert [saving["service"] for saving in savings_of(costs, usage)] == ["large", "small"]


async def test_an_answer_has_the_amounts_that_one_query_computes(gateway: Gateway) -> None:
    async with at(gateway) as person:
        answer = (await person.ask())[-1]["payload"]["result"]
    client = await asyncio.to_thread(clickhouse_connect.get_client, dsn=gateway.home.clickhouse_url)
    rows = (await asyncio.to_thread(client.query, RULE, {"user": person.user_id})).result_rows
    client.close()
    assert rows
    assert re.findall(r"- (\S+): save (\S+) USD", answer) == [tuple(row) for row in rows]
