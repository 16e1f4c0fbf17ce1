"""Scenarios, cases, entries and plans for tests of batches."""

from pathlib import Path

from gp_lib.runner.batch import Batch
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry
from gp_lib.runner.journal import Plan
from gp_lib.runner.parameters import Parameter
from gp_lib.verdict import Check, Ruling

BEGAN = "2026-11-25T10:00:00+00:00"
PARAMETERS = (Parameter("users", 3, "people, count"), Parameter("password", "", "of whom"))
A1, W2 = (
    Scenario(name, "p0", Path(f"{name}.ipynb"), f"{name} title", "?", "writes", quiet=False, parameters=PARAMETERS)
    for name in ("a1_one", "w2_two")
)
CASES = (Case("a1_one", A1, {"users": 3}), Case("w2_two.r1", W2), Case("w2_two.r2", W2))
PLAN = Plan("embedded", BEGAN, CASES)


def entry(
    folder: Path, case: Case, ruling: Ruling = Ruling.PASS, *, message: str = "it did", took_s: float = 1.5
) -> Entry:
    """What came out of a case of the batch in ``folder``."""
    return Entry(
        scenario=case.scenario.name,
        title=case.scenario.title,
        folder=folder / case.name,
        parameters=case.parameters,
        ruling=ruling,
        took_s=took_s,
        checks=(Check(name="kept", verdict=ruling, requirement="it keeps", message=message),),
    )


def a_batch(folder: Path, *rulings: Ruling) -> Batch:
    """A batch of ``CASES``, of which the first ones came out like this."""
    return Batch(folder, PLAN, [entry(folder, case, ruling) for case, ruling in zip(CASES, rulings, strict=False)])
