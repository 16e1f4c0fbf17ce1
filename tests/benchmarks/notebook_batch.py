"""How long a batch of trivial notebooks takes, by several runners, each from cold.

Run by hand: ``python tests/benchmarks/notebook_batch.py --rounds 7 --count 12 18``. nbmake is measured where it is
installed (``uv pip install nbmake pytest-xdist``). The runners take turns, in an order that is shuffled each round, so
that a machine that gets slower meanwhile favours none of them. What is compared are ratios within a round.
"""

import argparse
import asyncio
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import psutil

IMPORTS = "import asyncpg\nimport pandas as pd\nimport websockets"
CELLS = [
    "n = 3  # rows, count",
    IMPORTS,
    "frame = pd.DataFrame({'a': range(n), 'b': range(n)})",
    "frame.head()",
    "total = int(frame['a'].sum())",
    "print(total, asyncpg.__version__)",
]
BIN = Path(sys.executable).parent
PAPERMILL_POOL = """
import sys, multiprocessing, papermill
def one(pair):
    papermill.execute_notebook(*pair, progress_bar=False, kernel_name='python3')
if __name__ == '__main__':
    pairs = [(name, name + '.out.ipynb') for name in sys.argv[1:]]
    with multiprocessing.get_context('spawn').Pool(2) as pool:
        pool.map(one, pairs, chunksize=1)
"""


def make(folder: Path, count: int) -> list[Path]:
    """``count`` notebooks, and each one's code as a plain script beside it."""
    import nbformat  # not above: it takes two seconds, and what runs ours is this file too

    made = []
    for number in range(count):
        notebook = nbformat.v4.new_notebook()
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook.metadata["language_info"] = {"name": "python"}
        notebook.cells = [nbformat.v4.new_markdown_cell(f"# Notebook {number}")]
        notebook.cells += [nbformat.v4.new_code_cell(source) for source in CELLS]
        notebook.cells[1].metadata["tags"] = ["parameters"]
        path = folder / f"n{number:03}.ipynb"
        path.write_text(nbformat.writes(notebook))
        path.with_suffix(".py").write_text("\n".join(CELLS))
        made.append(path)
    return made


def call(*words: object) -> None:
    """Run a command to its end, in silence; it must succeed."""
    subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def papermill_cli(notebooks: list[Path]) -> None:
    """One command a notebook, one after the other."""
    for path in notebooks:
        call(BIN / "papermill", "-k", "python3", path, path.with_suffix(".out.ipynb"))


def papermill_pool(notebooks: list[Path]) -> None:
    """papermill's API in a pool of two processes."""
    script = notebooks[0].parent / "pool.py"
    script.write_text(PAPERMILL_POOL)
    call(sys.executable, script, *notebooks)


def nbmake(notebooks: list[Path]) -> None:
    """``pytest --nbmake -n 2``."""
    call(
        BIN / "pytest",
        "-q",
        "--nbmake",
        "-n",
        "2",
        "-p",
        "no:cacheprovider",
        "--rootdir",
        notebooks[0].parent,
        *notebooks,
    )


def scripts(notebooks: list[Path]) -> None:
    """The same code as plain scripts, two at a time."""
    waiting = [path.with_suffix(".py") for path in notebooks]
    running: list[subprocess.Popen[bytes]] = []
    while waiting or running:
        while waiting and len(running) < 2:
            running.append(subprocess.Popen([sys.executable, waiting.pop()], stdout=subprocess.DEVNULL))
        running = [process for process in running if process.poll() is None]
        time.sleep(0.002)


def ours(kernel: str) -> Callable[[list[Path]], None]:
    """Our engine in a process of its own, three notebooks at a time."""

    def run(notebooks: list[Path]) -> None:
        call(sys.executable, __file__, "--ours", kernel, "--notebooks", *notebooks)

    return run


def execute_ours(kernel: str, notebooks: list[Path], at_once: int = 3) -> None:
    """What ``ours`` runs: from cold to the last notebook saved, and checked."""
    from gp_lib.engine.imports import import_papermill
    from gp_lib.kernels.keeper import close_keepers, keeper_for
    from gp_lib.kernels.preload import modules_for

    began_s = time.perf_counter()
    if kernel == "gpath":
        keeper_for(os.environ, modules_for([IMPORTS]))
    import_papermill()
    import papermill

    from gp_lib.engine.execution import Plan, execute
    from gp_lib.engine.record import Record
    from gp_lib.engine.states import State

    imported_s = time.perf_counter()
    turns = asyncio.Semaphore(at_once)

    async def one(path: Path) -> float:
        async with turns:
            started_s = time.perf_counter()
            notebook = papermill.execute_notebook(str(path), None, prepare_only=True, engine_name="gpath")
            record = Record(notebook, str(path.with_suffix(".out.ipynb")), progress_bar=False)
            ending = await execute(record, Plan(kernel_name=kernel, cwd=str(path.parent)))
            assert ending.state is State.PASSED, ending
            return time.perf_counter() - started_s

    async def all_of_them() -> list[float]:
        return await asyncio.gather(*(one(path) for path in notebooks))

    took = asyncio.run(all_of_them())
    close_keepers()
    print(f"imports {imported_s - began_s:.2f} s; one notebook: first {took[0]:.2f} s, median", end=" ")
    print(f"{statistics.median(took):.2f} s, longest {max(took):.2f} s; all {time.perf_counter() - began_s:.2f} s")


def memory(kernel: str, count: int) -> str:
    """Private and proportional memory of ``count`` kernels that have imported what the notebooks import."""
    from gp_lib.engine.imports import import_papermill
    from gp_lib.kernels.keeper import close_keepers, keeper_for
    from gp_lib.kernels.preload import modules_for

    keeper_for(os.environ, modules_for([IMPORTS]))
    import_papermill()
    from contextlib import AsyncExitStack

    from gp_lib.engine.kernel import open_kernel

    async def measure() -> list[tuple[int, int]]:
        async with AsyncExitStack() as stack:
            found = []
            for _ in range(count):
                opening = open_kernel(kernel, env=os.environ, cwd=None, log=None, start_s=60, arguments=[])
                one = await stack.enter_async_context(opening)
                await one.client.execute_interactive(IMPORTS, timeout=60)
                found.append(one.manager.provisioner.pid)
            full = [psutil.Process(pid).memory_full_info() for pid in found]
            return [(info.uss, info.pss) for info in full]

    sizes = asyncio.run(measure())
    close_keepers()
    uss, pss = (statistics.median(column) / 2**20 for column in zip(*sizes, strict=True))
    return f"{kernel}: {count} kernels, each {uss:.0f} MiB private, {pss:.0f} MiB proportional"


def measure(count: int, rounds: int, only: list[str]) -> None:
    """Every runner in turn, ``rounds`` times; then the table."""
    runners: dict[str, Callable[[list[Path]], None]] = {
        "papermill CLI": papermill_cli,
        "papermill API, pool of 2": papermill_pool,
        "ours, ordinary kernels": ours("python3"),
        "ours, warm kernels": ours("gpath"),
        "plain scripts, 2 at once": scripts,
    }
    if find_spec("nbmake") and find_spec("xdist"):
        runners["nbmake -n 2"] = nbmake
    runners = {name: run for name, run in runners.items() if not only or name in only}
    took: dict[str, list[float]] = {name: [] for name in runners}
    for number in range(rounds):
        for name in random.sample(list(runners), len(runners)):
            folder = Path(tempfile.mkdtemp(prefix="gpath-bench-"))
            notebooks = make(folder, count)
            began_s = time.perf_counter()
            runners[name](notebooks)
            took[name].append(time.perf_counter() - began_s)
            shutil.rmtree(folder)
            print(f"round {number + 1}: {name} {took[name][-1]:.2f} s, load {os.getloadavg()[0]:.1f}", file=sys.stderr)
    print_table(count, took)


def print_table(count: int, took: dict[str, list[float]]) -> None:
    """Medians, and how much faster warm kernels were within each round."""
    print(f"\n{count} notebooks, {len(next(iter(took.values())))} rounds\n")
    print("| runner | median s | s a notebook | ratio to ours, warm: median (least – most) |\n|---|---|---|---|")
    base = took["ours, warm kernels"]
    for name, seconds in sorted(took.items(), key=lambda item: -statistics.median(item[1])):
        ratios = [mine / ours for mine, ours in zip(seconds, base, strict=True)]
        spread = f"{statistics.median(ratios):.2f} ({min(ratios):.2f} – {max(ratios):.2f})"
        print(f"| {name} | {statistics.median(seconds):.2f} | {statistics.median(seconds) / count:.3f} | {spread} |")


def main() -> None:
    """Parse the words and measure."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, nargs="+", default=[12, 18])
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--only", nargs="+", default=[])
    parser.add_argument("--memory", type=int, default=0, help="measure the memory of so many kernels instead")
    parser.add_argument("--ours", help=argparse.SUPPRESS)
    parser.add_argument("--notebooks", type=Path, nargs="+", default=[], help=argparse.SUPPRESS)
    words = parser.parse_args()
    if words.ours:
        execute_ours(words.ours, words.notebooks)
    elif words.memory:
        print(memory("gpath", words.memory), memory("python3", words.memory), sep="\n")
    else:
        for count in words.count:
            measure(count, words.rounds, words.only)


if __name__ == "__main__":
    main()
