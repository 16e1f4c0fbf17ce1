"""What the store is asked: how each scenario fared lately, and the runs and figures of one."""

from fnmatch import fnmatch
from typing import Any

from gp_lib.errors import ParameterError
from gp_lib.runner.past.store import Store

RUNS = """
WITH runs AS (
    SELECT entries.*, began, commit_id, state, target, by_hand, elsewhere,
        lag(verdict) OVER (
            PARTITION BY scenario, target, parameters, elsewhere <> '' ORDER BY began, batch
        ) AS before,
        row_number() OVER (PARTITION BY scenario ORDER BY began DESC, batch DESC) AS back
    FROM entries JOIN batches USING (batch)
    WHERE $target = '' OR target = $target
),
recent AS (
    SELECT *, coalesce(before <> verdict, false) AS flipped FROM runs WHERE back <= $last
),
flaky AS (
    SELECT DISTINCT scenario FROM recent WHERE judged AND NOT by_hand AND elsewhere = '' AND state <> ''
    GROUP BY scenario, target, parameters, state HAVING count(DISTINCT verdict) > 1
)
"""
"""The last runs of each scenario. A flip is another verdict than the run before, with the same target and parameters.
What was made here is not compared with what comes from elsewhere, and nothing from there makes a scenario flaky.

Flaky is a scenario that was judged differently in the same state: same commits, nothing uncommitted, same version of
the platform, same target and parameters.
"""

OVERVIEW = f"""{RUNS}
SELECT scenario, arg_min(verdict, back) AS verdict, count(*) FILTER (verdict = 'pass') AS passes, count(*) AS runs,
    count(*) FILTER (flipped) AS flips, median(took_s) AS median_s, arg_min(took_s, back) AS last_s,
    arg_min(elsewhere, back) AS elsewhere, scenario IN (SELECT scenario FROM flaky) AS flaky
FROM recent GROUP BY scenario ORDER BY scenario
"""

ONE = f"""{RUNS}
SELECT batch, began, target, commit_id AS "commit", verdict, flipped, took_s, parameters, failing, found, by_hand,
    elsewhere, scenario IN (SELECT scenario FROM flaky) AS flaky
FROM recent WHERE scenario = $scenario ORDER BY back DESC
"""

FIGURES = f"""{RUNS}
SELECT name, arg_min(figures.verdict, back) AS verdict, arg_min(unit, back) AS unit,
    arg_min(bound, back) AS "limit", min(measured) AS least, median(measured) AS median, max(measured) AS most,
    arg_min(measured, back) AS last, list(measured ORDER BY back DESC) AS trend
FROM figures JOIN recent USING (batch, scenario)
WHERE scenario = $scenario AND measured IS NOT NULL
GROUP BY name ORDER BY min(place), name
"""

PROBLEMS = "SELECT batch, problem FROM batches WHERE problem <> '' ORDER BY batch"


def overview(store: Store, *, last: int, target: str = "") -> dict[str, Any]:
    """One row a scenario over its ``last`` runs; ``target`` empty: of all targets. Durations in seconds."""
    (counted,) = store.ask("SELECT count(*) AS batches FROM batches")
    rows = store.ask(OVERVIEW, last=last, target=target)
    return {**counted, "last": last, "scenarios": rows, "damaged": store.ask(PROBLEMS)}


def one_scenario(store: Store, name: str, *, last: int, target: str = "") -> dict[str, Any]:
    """The ``last`` runs of one scenario, the oldest first, and what became of each of its figures.

    Raises:
        ParameterError: no scenario of the history is called so, or several are.
    """
    scenario = _called(store, name)
    values = {"scenario": scenario, "last": last, "target": target}
    runs = store.ask(ONE, **values)
    flaky = any(run.pop("flaky") for run in runs)
    return {"scenario": scenario, "flaky": flaky, "runs": runs, "figures": store.ask(FIGURES, **values)}


def _called(store: Store, name: str) -> str:
    known = [row["scenario"] for row in store.ask("SELECT DISTINCT scenario FROM entries ORDER BY scenario")]
    if name in known:
        return name
    wanted = name.lower()
    fitting = [one for one in known if one.startswith(f"{wanted}_") or fnmatch(one, wanted)]
    if len(fitting) != 1:
        problem = "several scenarios are called so" if fitting else "no scenario of the history is called so"
        raise ParameterError(name, problem, fitting or known)
    return str(fitting[0])
