"""A cell that ends its kernel has not passed, whatever follows it and however fast that is."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from gp_lib.engine.states import State
from tests.notebooks_made import ORDINARY, WARM, code_cell, run_cells, states

RESTS: tuple[tuple[str, ...], ...] = ((), ("y = 2",), ("import asyncio\nawait asyncio.sleep(1)",))
"""What follows the cell: nothing, something that takes no time, and something that takes longer than a kernel's end."""

ENDED = "it ended with exit code 0: a cell ended it, as exit() and quit() do"
EXITS = {
    "exit()": ENDED,
    "quit": ENDED,
    "exit(keep_kernel=True)": ENDED,
    "exit()\n1 / 0": ENDED,
    "exit()\nimport asyncio\nawait asyncio.sleep(0.5)": ENDED,
    "exit()\nimport time\ntime.sleep(0.5)": ENDED,
    "get_ipython().ask_exit()": ENDED,
    "get_ipython().exit_now = True": ENDED,
    "get_ipython().kernel.do_shutdown(False)": ENDED,
    "get_ipython().kernel.io_loop.stop()": ENDED,
    "import os\nos._exit(0)": ENDED,
    "import threading\nthread = threading.Thread(target=exit)\nthread.start()\nthread.join()": ENDED,
    "import asyncio, sys\nasync def leaves():\n    sys.exit(0)\ntask = asyncio.create_task(leaves())": ENDED,
    "import threading\nthreading.Timer(0.3, exit).start()": ENDED,
    "import os, threading\nthreading.Timer(0.3, os._exit, (0,)).start()": ENDED,
    "import atexit, os\natexit.register(os._exit, 0)": ENDED,
    "class Shown:\n    def __repr__(self):\n        exit()\n        return 'shown'\nShown()": ENDED,
    "import os, signal\nos.kill(os.getpid(), signal.SIGTERM)": "it was ended by SIGTERM",
    "import sys\nsys.exit()": "the cell called sys.exit(), and nothing after it was run",
    "raise SystemExit(3)": "the cell called sys.exit(3), and nothing after it was run",
    "import sys\nclass Shown:\n    def _repr_html_(self):\n        sys.exit(0)\nShown()": (
        "the cell called sys.exit(0), and nothing after it was run"
    ),
}


def outcome(notebook: Any) -> tuple[str, bool]:
    """Why it did not pass, and whether a cell is left in a state that is none."""
    assert notebook.metadata["gpath"]["state"] != State.PASSED
    return notebook.metadata["gpath"]["why"], State.RUNNING in states(notebook)


@pytest.mark.parametrize("code", EXITS)
async def test_an_exit_comes_to_the_same_whatever_follows(tmp_path: Path, code: str) -> None:
    folders = [tmp_path / str(number) for number in range(len(RESTS))]
    runs = (run_cells(folder, code, *rest) for folder, rest in zip(folders, RESTS, strict=True))
    assert {outcome(notebook) for notebook in await asyncio.gather(*runs)} == {(EXITS[code], False)}


@pytest.mark.parametrize(
    "code",
    ["get_ipython().kernel.do_shutdown(False)", "import os, threading\nthreading.Timer(0.3, os._exit, (0,)).start()"],
)
async def test_an_ordinary_kernel_tells_its_exit_too(tmp_path: Path, code: str) -> None:
    assert outcome(await run_cells(tmp_path, code, kernel=ORDINARY)) == (ENDED, False)


@pytest.mark.parametrize("kernel", [WARM, ORDINARY])
async def test_what_a_cell_has_left_behind_is_none_as_long_as_it_does_not_end_the_kernel(
    tmp_path: Path, kernel: str
) -> None:
    code = (
        "import asyncio, os, subprocess, sys, threading, time\n"
        "threading.Timer(0.3, print).start()\nthreading.Timer(0.3, sys.exit).start()\n"
        "threading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
        "task = asyncio.create_task(asyncio.sleep(600))\nchild = subprocess.Popen(['sleep', '600'])\n"
        "if os.fork() == 0:\n    os._exit(0)"
    )
    assert states(await run_cells(tmp_path, code, kernel=kernel)) == [State.PASSED] * 2


@pytest.mark.parametrize("kernel", [WARM, ORDINARY])
async def test_an_exit_that_the_cell_catches_is_none(tmp_path: Path, kernel: str) -> None:
    code = "import sys\ntry:\n    sys.exit(0)\nexcept SystemExit:\n    pass"
    assert states(await run_cells(tmp_path, code, kernel=kernel)) == [State.PASSED] * 2


async def test_a_kernel_that_does_not_answer_after_its_last_cell_has_not_passed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gp_lib.engine.cells.ANSWER_S", 1.0)
    notebook = await run_cells(tmp_path, "import asyncio, time\nasyncio.get_running_loop().call_soon(time.sleep, 600)")
    assert "did not answer" in notebook.metadata["gpath"]["why"]


async def test_every_cell_that_did_not_pass_shows_an_error_that_papermill_raises(tmp_path: Path) -> None:
    for number, code in enumerate(("import sys\nsys.exit(0)", "%no_such_magic", "exit()")):
        cell = code_cell(await run_cells(tmp_path / str(number), code), 1)
        first = next(output for output in cell.outputs if output.output_type == "error")
        assert (first.ename, first.evalue) != ("SystemExit", "0")
        assert "".join(first.traceback)
