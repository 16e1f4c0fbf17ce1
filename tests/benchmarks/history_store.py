"""How fast the history is: made from many batch folders, caught up with a few more, and asked.

Run by hand: ``python tests/benchmarks/history_store.py --batches 5000``. The folders are written by the workbench's
own writer: scenarios with five checks each, of which three have a figure. Needs about 50 KB of disk a batch.
"""

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from gp_lib.runner import reports
from gp_lib.runner.entry import Entry
from gp_lib.runner.past.entering import ask
from gp_lib.runner.past.questions import one_scenario, overview
from gp_lib.runner.past.store import FILE, Store
from gp_lib.verdict import Check, Ruling, Verdict

SCENARIOS = 18
CHECKS = 5


def main() -> None:
    """Write the folders, then measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--batches", type=int, default=5000)
    batches = parser.parse_args().batches
    with tempfile.TemporaryDirectory() as place:
        runs, chance = Path(place), random.Random(7)
        for number in range(batches):
            write_batch(runs, number, chance)
        size = sum(path.stat().st_size for path in runs.rglob("*") if path.is_file())
        print(f"{batches} batches of {SCENARIOS} scenarios, {size / 2**20:.0f} MiB")
        measure("rebuild", lambda: asked(runs, lambda store: overview(store, last=20), rebuild=True), times=1)
        print(f"store: {(runs / FILE).stat().st_size / 2**20:.1f} MiB")
        for number in range(batches, batches + 10):
            write_batch(runs, number, chance)
        measure("catch up with 10 batches", lambda: asked(runs, lambda store: store.marks()), times=1)
        measure("gpath history", lambda: asked(runs, lambda store: overview(store, last=20)), times=5)
        measure("gpath history s03", lambda: asked(runs, lambda store: one_scenario(store, "s03", last=20)), times=5)
        everything = batches + 10
        measure("the same over all runs", lambda: asked(runs, lambda s: overview(s, last=everything)), times=5)


def write_batch(runs: Path, number: int, chance: random.Random) -> None:
    """One batch, an hour after the one before."""
    began = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(hours=number)
    folder = runs / f"{began:%Y-%m-%dT%H-%M-%SZ}-{number % 65536:04x}"
    folder.mkdir()
    entries = [entry(folder, f"s{place:02}_scenario_of_the_benchmark", chance) for place in range(SCENARIOS)]
    reports.write_all(folder, target="embedded", began=began.isoformat(), entries=entries)


def entry(folder: Path, name: str, chance: random.Random) -> Entry:
    """One scenario that fails now and then."""
    checks = tuple(check(place, chance) for place in range(CHECKS))
    ruling, took_s = Verdict(checks).ruling, chance.uniform(20, 60)
    return Entry(
        scenario=name, title=name, folder=folder / name, parameters={}, ruling=ruling, took_s=took_s, checks=checks
    )


def check(place: int, chance: random.Random) -> Check:
    """A check, with a figure or without."""
    ruling = Ruling.FAIL if chance.random() < 0.02 else Ruling.PASS
    figure = {"measured": chance.lognormvariate(0, 0.3), "limit": 2.0, "unit": "s"} if place < 3 else {}
    return Check(name=f"check_{place}", verdict=ruling, requirement="it is so", message="looked at 30", **figure)  # type: ignore[arg-type]


def asked(runs: Path, question: Callable[[Store], object], *, rebuild: bool = False) -> None:
    """Ask as ``gpath history`` does: open, catch up, answer, close."""
    ask(runs, question, tell=print, rebuild=rebuild)


def measure(what: str, work: Callable[[], None], *, times: int) -> None:
    """Print the median duration of ``work``."""
    took = []
    for _ in range(times):
        began = time.perf_counter()
        work()
        took.append(time.perf_counter() - began)
    print(f"{what}: {statistics.median(took):.3f} s (median of {times}, slowest {max(took):.3f} s)")


if __name__ == "__main__":
    main()
