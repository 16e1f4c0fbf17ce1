"""What a batch makes of notebooks and runners that break, one table.

Run by hand: ``python -m tests.benchmarks.breakage --kills 50``. Each *injection* is a batch of three small scenarios
that need no service, with the broken one in the middle; its neighbours must pass, it must have a true entry, and
nothing may be left. Each *kill* ends the runner of a batch of six, in two lanes, at a random moment after it began;
the batch is then gone on with (as ``gpath resume`` does) until it is whole. The seed repeats the moments.
"""

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import rich
from rich.table import Table

from gp_lib import evidence
from gp_lib.clock import Deadline, monotonic_s
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.cases import cases_of
from gp_lib.runner.catalogue import discover
from gp_lib.runner.lanes import LocalLane
from gp_lib.runner.running import run_batch
from tests.conftest import processes_under
from tests.scenarios_made import JUDGE, Heard, write_scenario

ROOT = Path(__file__).parents[2]
SCENARIO_S = 20.0
GONE_WITHIN_S = 30.0
SLEEPER = "[sys.executable, '-c', 'import time; time.sleep(600)', os.getcwd()]"
"""A command that outlives its parent and names the folder of the test, so that it would be found."""

INJECTIONS = {
    "a segmentation fault": "import ctypes; ctypes.string_at(0)",
    "killed as by a lack of memory": "import os; os.kill(os.getpid(), 9)",
    "os._exit(0)": "import os; os._exit(0)",
    "sys.exit(0)": "import sys; sys.exit(0)",
    "children in sessions of their own, then a hang": (
        f"import os, subprocess, sys, time\n"
        f"for _ in range(3): subprocess.Popen({SLEEPER}, start_new_session=True)\n"
        f"time.sleep(600)"
    ),
    "children in sessions of their own, then os._exit": (
        f"import os, subprocess, sys\nsubprocess.Popen({SLEEPER}, start_new_session=True); os._exit(1)"
    ),
    "1 GB on stdout": "import sys\nfor _ in range(1000): sys.stdout.write('x' * 10**6)",
    "SIGINT ignored, then a hang": "import signal, time; signal.signal(signal.SIGINT, signal.SIG_IGN); time.sleep(600)",
    "SIGINT and SIGTERM ignored, busy for ever": (
        "import signal\nfor n in (2, 15): signal.signal(n, signal.SIG_IGN)\nwhile True: pass"
    ),
    "its template killed": "import os; os.kill(os.getppid(), 9)",
    "its own process group killed": "import os; os.killpg(0, 9)",
    "an error": "1 / 0",
    "a KeyboardInterrupt of its own": "raise KeyboardInterrupt",
    "a recursion without end": "def f(): return f()\nf()",
    "threads that never end": (
        "import threading, time\nfor _ in range(50): threading.Thread(target=time.sleep, args=(600,)).start()"
    ),
    "its folder removed": "import os, shutil; shutil.rmtree(os.environ['GPATH_EVIDENCE'])",
    "a verdict that is no JSON": (
        "import os, pathlib\n(pathlib.Path(os.environ['GPATH_EVIDENCE']) / 'verdict.json').write_text('{')\n1 / 0"
    ),
}
MAY_PASS = {"1 GB on stdout", "threads that never end"}
MOST_BYTES = 100_000_000
"""Of a batch's evidence, whatever its notebooks write."""

RUN = """
import sys
from pathlib import Path
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.running import run_batch
from gp_lib.runner.cases import cases_of
from gp_lib.runner.catalogue import discover
from gp_lib.runner.lanes import LocalLane
from gp_lib.runner.stoppable import stoppable
from tests.scenarios_made import Heard
folder = Path(sys.argv[1])
with stoppable():
    batch = Batch.fresh(folder / "runs", "embedded", cases_of(discover(folder), {}))
    run_batch(batch, [LocalLane(), LocalLane()], rules=Rules(), progress=Heard())
"""


def left_behind(folder: Path) -> list[str]:
    """Processes and half-written files that are there after a while."""
    deadline = Deadline.after(GONE_WITHIN_S)
    while (processes := processes_under(folder)) and not deadline.passed:
        time.sleep(0.1)
    drafts = [str(path.relative_to(folder)) for path in folder.rglob(".*") if path.name != evidence.LATEST]
    return processes + [draft for draft in drafts if not draft.startswith("runs/.history")]


def inject(name: str, act: str, judge: str = JUDGE) -> tuple[str, ...]:
    """A row of the table."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        scenarios = [
            write_scenario(folder, "x1"),
            write_scenario(folder, "x2", act=act, judge=judge),
            write_scenario(folder, "x3"),
        ]
        batch, began_s = Batch.fresh(folder / "runs", "embedded", cases_of(scenarios, {})), monotonic_s()
        run_batch(batch, [LocalLane()], rules=Rules(scenario_s=SCENARIO_S), progress=Heard())
        took_s, left = monotonic_s() - began_s, left_behind(folder)
        if (size := sum(path.stat().st_size for path in batch.folder.rglob("*"))) > MOST_BYTES:
            left.append(f"{size / 1e6:.0f} MB of evidence")
        rulings = [entry.ruling.value for entry in batch.entries]
        broken = batch.entries[1]
        good = rulings[0] == rulings[2] == "pass" and not left and (rulings[1] == "unknown" or name in MAY_PASS)
        return (mark(good), name, " ".join(rulings), broken.sentence[:90], f"{took_s:.1f}", "; ".join(left)[:80])


def wait_for_a_batch(folder: Path) -> None:
    """Before it has a folder a runner only imports, and there is nothing to lose."""
    deadline = Deadline.after(GONE_WITHIN_S)
    while not (folder / "runs" / evidence.LATEST).exists() and not deadline.passed:
        time.sleep(0.01)


def kill(number: signal.Signals, after_s: float) -> tuple[str, ...]:
    """A row of the table."""
    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for each in range(6):
            write_scenario(folder, f"x{each}", act="import time; time.sleep(0.2)")
        began_s = monotonic_s()
        with subprocess.Popen(
            [sys.executable, "-c", RUN, str(folder)], cwd=ROOT, start_new_session=True, stderr=subprocess.DEVNULL
        ) as runner:
            wait_for_a_batch(folder)
            time.sleep(after_s)
            os.killpg(runner.pid, number)
        left = left_behind(folder)
        runs = folder / "runs"
        made_one = runs.exists() and (runs / evidence.LATEST).exists()
        sentence = "nothing was begun" if not made_one else whole(folder, (runs / evidence.LATEST).resolve())
        good = not left and sentence != "" and "not" not in sentence.replace("nothing", "")
        name = f"{number.name} of the runner after {after_s:.2f} s"
        return (mark(good), name, "", sentence, f"{monotonic_s() - began_s:.1f}", "; ".join(left)[:80])


def whole(folder: Path, batch_folder: Path) -> str:
    """Go on with a batch until it is whole; what was done before and after, in words."""
    reported = (batch_folder / evidence.BATCH).exists()
    if not (batch_folder / evidence.JOURNAL).exists():
        return "it had ended" if reported else "nothing was begun in it"
    batch = Batch.cut_short(batch_folder, discover(folder))
    done = len(batch.entries)
    run_batch(batch, [LocalLane(), LocalLane()], rules=Rules(), progress=Heard())
    passed = sum(entry.ruling.value == "pass" for entry in batch.entries)
    return f"{done} were done, {passed} of 6 {'passed' if passed == 6 else 'and not all passed'} after going on"


def mark(good: bool) -> str:
    """Whether a row is as it should be."""
    return "ok" if good else "BAD"


def main() -> int:
    """Print the table; the exit code is 1 when a row is bad."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=50, help="SIGKILLs of the runner; other signals: a tenth of it")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--longest-s", type=float, default=4.0, help="the last moment of a kill, from the begin of the batch"
    )
    arguments = parser.parse_args()
    draw = random.Random(arguments.seed)
    rows: list[Sequence[str]] = [inject(name, act) for name, act in INJECTIONS.items()]
    rows.append(inject("no verdict cell", "pass", judge="pass"))
    others = [number for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP) for _ in range(arguments.kills // 10)]
    kills = [*others, *[signal.SIGKILL] * arguments.kills]
    rows += [kill(number, draw.uniform(0.0, arguments.longest_s)) for number in kills]
    table = Table("", "what was broken", "verdicts", "what the batch says", "seconds", "left behind")
    for row in rows:
        table.add_row(*row)
    rich.get_console().width = 200
    rich.print(table)
    bad = sum(row[0] != "ok" for row in rows)
    print(f"{len(rows)} broken, {bad} bad")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
