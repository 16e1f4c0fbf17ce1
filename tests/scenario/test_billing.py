"""The billing export brings a service that nobody can guess into the data, and the auditor's SQL finds it there."""

from pathlib import Path

import pytest

from gp_lib.history import Operation, Reading
from gp_lib.platforms import find_platform
from gp_lib.scenario import Run
from gp_lib.settings import StackDescription, Target


@pytest.fixture
def run(stack: StackDescription, tmp_path: Path) -> Run:
    folder = tmp_path / "runs" / "now" / "x1"
    folder.mkdir(parents=True)
    target, platform = Target.of_stack(stack), find_platform("golden_path")
    return Run(scenario="x1", target=target, platform=platform, folder=folder, about={})


async def test_a_billed_service_is_found_by_sql_and_forgotten_with_its_customer(run: Run) -> None:
    async with run.acting(deadline_s=30) as history, run.billing() as billing, run.auditor() as auditor:
        async with run.people() as people:
            everybody = people.called("amy")
            await everybody[0].connects()
            await billing.bills_unguessable_service(everybody[0], cost_per_day=10.0, usage_pct=5.0, days=30)
            await auditor.reads_savings(everybody, days=30, idle_below_pct=20.0)
        await auditor.reads_savings(everybody, days=30, idle_below_pct=20.0)
    (bill,) = (o for _, o in history.indexed(Operation) if o.action == "bills")
    before, after = (r.answer for _, r in history.indexed(Reading) if r.question == "savings")
    assert bill.outcome == "ok"
    assert {"service": bill.detail["service"], "monthly_saving": "285.00"} in before
    assert after == []
