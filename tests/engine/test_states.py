"""Whatever becomes of a cell and its kernel, the saved notebook says it truly."""

import asyncio
import time
from pathlib import Path
from typing import Any

import psutil
import pytest
from nbformat.v4 import new_output

from gp_lib.clock import patience, wait_until
from gp_lib.engine.outputs import joined
from gp_lib.engine.states import State
from tests.notebooks_made import ORDINARY, WARM, code_cell, executed, run_cells, states, text_of

PASSED, NOT_RUN = State.PASSED, State.NOT_RUN
DEAF = (
    "import signal, time\n"
    "for number in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(number, signal.SIG_IGN)\n"
    "time.sleep(600)"
)


def banner(notebook: Any) -> str:
    return str(notebook.cells[0].source)


def about(notebook: Any, number: int) -> dict[str, Any]:
    return dict(code_cell(notebook, number).metadata["gpath"])


@pytest.mark.parametrize("kernel", [WARM, ORDINARY])
async def test_a_notebook_that_runs_to_its_end_is_passed(tmp_path: Path, kernel: str) -> None:
    notebook = await run_cells(tmp_path, "print(x)", "y = 2", kernel=kernel)
    assert states(notebook) == [PASSED] * 3
    assert text_of(code_cell(notebook, 1)) == "1\n"
    assert "passed" in banner(notebook)
    assert notebook.metadata["gpath"]["state"] == "passed"


async def test_a_cell_that_raises_is_failed_and_the_rest_is_not_run(tmp_path: Path) -> None:
    notebook = await run_cells(tmp_path, "1 / 0", "y = 2")
    assert states(notebook) == [PASSED, State.FAILED, NOT_RUN]
    assert [c.metadata.papermill["status"] for c in notebook.cells if c.cell_type == "code"] == [
        *("completed", "failed", "pending")
    ]
    assert "failed" in banner(notebook)
    assert "division by zero" in banner(notebook)
    assert "gpath-stopped" in str([cell.source for cell in notebook.cells[1:]])


@pytest.mark.parametrize(
    ("code", "exit_code", "name"),
    [
        ("import os; os._exit(3)", 3, None),
        ("import os; os.kill(os.getpid(), 9)", -9, "SIGKILL"),
        ("import ctypes; ctypes.string_at(0)", -11, "SIGSEGV"),
        ("import resource\nresource.setrlimit(resource.RLIMIT_CPU, (1, 1))\nwhile True: pass", -9, "SIGKILL"),
    ],
)
@pytest.mark.parametrize("kernel", [WARM, ORDINARY])
async def test_a_kernel_that_dies_is_seen_with_its_signal(
    tmp_path: Path, code: str, exit_code: int, name: str | None, kernel: str
) -> None:
    notebook = await run_cells(tmp_path, f"print('before', flush=True)\n{code}", "y = 2", kernel=kernel)
    assert states(notebook) == [PASSED, State.KERNEL_DIED, NOT_RUN]
    assert (about(notebook, 1)["exit_code"], about(notebook, 1)["signal"]) == (exit_code, name)
    assert code_cell(notebook, 1).outputs[-1].ename == "KernelDied"
    assert "kernel died" in banner(notebook)


@pytest.mark.parametrize("kernel", [WARM, ORDINARY])
async def test_an_idle_await_is_interrupted_at_the_time_out_and_what_is_pending_is_kept(
    tmp_path: Path, kernel: str
) -> None:
    code = (
        "import asyncio\n"
        "async def until_the_agent_answers():\n    await asyncio.sleep(600)\n"
        "task = asyncio.create_task(until_the_agent_answers(), name='the waiter')\n"
        "await asyncio.sleep(600)"
    )
    notebook = await run_cells(tmp_path, code, "y = 2", kernel=kernel, cell_s=2.0)
    assert states(notebook) == [PASSED, State.TIMED_OUT, NOT_RUN]
    assert "an interrupt ended the cell" in about(notebook, 1)["why"]
    told = "\n".join(code_cell(notebook, 1).outputs[0].traceback)
    assert "task the waiter" in told
    assert "until_the_agent_answers" in told


async def test_a_cell_that_heeds_no_signal_is_killed(tmp_path: Path) -> None:
    notebook = await run_cells(tmp_path, DEAF, "y = 2", cell_s=2.0)
    assert states(notebook) == [PASSED, State.TIMED_OUT, NOT_RUN]
    assert "SIGKILL ended the kernel" in about(notebook, 1)["why"]
    assert "time.sleep" in "\n".join(code_cell(notebook, 1).outputs[0].traceback) or "line 4" in str(
        code_cell(notebook, 1).outputs[0].traceback
    )


async def test_a_cell_that_hangs_with_children_of_their_own_session_leaves_none(tmp_path: Path) -> None:
    code = (
        "import subprocess, time\n"
        "a = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(a.pid, flush=True)\n" + DEAF
    )
    notebook = await run_cells(tmp_path, code, cell_s=2.0)
    pid = int(text_of(code_cell(notebook, 1)))

    async def gone() -> bool:
        return not psutil.pid_exists(pid)

    assert await wait_until(gone, deadline_s=10)


async def test_the_deadline_of_all_cells_together_stops_the_one_that_runs(tmp_path: Path) -> None:
    waits = ["import time; time.sleep(1.5)"] * 6
    notebook = await run_cells(tmp_path, *waits, deadline_s=4.0)
    assert State.TIMED_OUT in states(notebook)
    assert states(notebook)[-1] is NOT_RUN
    assert "deadline" in notebook.metadata["gpath"]["why"]


async def test_an_interrupted_execution_ends_with_a_true_notebook(tmp_path: Path) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_cells(tmp_path, "import time; time.sleep(600)", "y = 2", interrupted=stop))
    await until_running(tmp_path, 1)
    stop.set()
    notebook = await running
    assert states(notebook) == [PASSED, State.INTERRUPTED, NOT_RUN]
    assert "interrupted" in banner(notebook)


async def test_a_cancelled_execution_ends_with_a_true_notebook(tmp_path: Path) -> None:
    running = asyncio.create_task(run_cells(tmp_path, "import time; time.sleep(600)", "y = 2"))
    await until_running(tmp_path, 1)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert states(executed(tmp_path)) == [PASSED, State.INTERRUPTED, NOT_RUN]


async def until_running(folder: Path, number: int) -> None:
    """Wait until the saved notebook says that a cell runs: saved meanwhile, it tells no lie either."""

    async def said() -> bool:
        path = folder / "executed.ipynb"
        return path.exists() and states(executed(folder))[number] is State.RUNNING

    assert await wait_until(said, deadline_s=60)
    assert "cut off here" in banner(executed(folder))


async def test_a_kernel_that_cannot_start_is_an_ending_of_its_own(tmp_path: Path) -> None:
    notebook = await run_cells(tmp_path, "y = 2", arguments=("--IPKernelApp.no_such_thing", "--IPKernelApp.ip=1.2.3"))
    assert states(notebook) == [NOT_RUN, NOT_RUN]
    assert notebook.metadata["gpath"]["state"] == "kernel_died"


async def test_many_are_executed_at_once(tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(6)]
    code = "import asyncio, os\nawait asyncio.sleep(0.5)\nprint(os.getcwd())"
    notebooks = await asyncio.gather(*(run_cells(folder, code) for folder in folders))
    assert [text_of(code_cell(notebook, 1)).strip() for notebook in notebooks] == [str(f) for f in folders]


async def test_two_hundred_megabytes_of_output_are_cut_with_a_mark(tmp_path: Path) -> None:
    code = "line = 'x' * 1023 + '\\n'\nfor n in range(200 << 10):\n    print(line, end='')\nprint('the end')"
    began_s = time.monotonic()
    notebook = await run_cells(tmp_path, code, "print('after')", cell_s=120.0)
    assert states(notebook) == [PASSED] * 3
    assert "of output were dropped here" in text_of(code_cell(notebook, 1))
    assert text_of(code_cell(notebook, 2)) == "after\n"
    assert (tmp_path / "executed.ipynb").stat().st_size < 3 << 20
    assert time.monotonic() - began_s < patience(120)


def test_streams_that_follow_each_other_are_one_and_long_lines_take_no_time() -> None:
    def stream(name: str, text: str) -> Any:
        return new_output("stream", name=name, text=text)

    outputs = [stream("stdout", "x" * 2_000_000), stream("stdout", "b"), stream("stderr", "c"), stream("stdout", "d")]
    assert [(one.name, len(one.text)) for one in joined(outputs)] == [
        ("stdout", 2_000_001),
        ("stderr", 1),
        ("stdout", 1),
    ]
    shown = new_output("display_data", data={"text/plain": "e"})
    assert joined([shown, shown]) == [shown, shown]
