"""``papermill --engine gpath``: whoever asks papermill hears of every end, and why, in a sentence."""

import asyncio
import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import nbformat
import papermill
import pytest

from gp_lib.clock import patience, wait_until
from gp_lib.engine.papermill_engine import ExecutionFailed
from tests.notebooks_made import states, write_notebook

KERNELS: dict[str, dict[str, Any]] = {
    "dies": {"argv": ["/bin/false", "{connection_file}"]},
    "not-there": {"argv": ["/no/such/interpreter", "{connection_file}"]},
    "silent": {"argv": ["/bin/sleep", "600"]},
    "without-provisioner": {"argv": ["x"], "metadata": {"kernel_provisioner": {"provisioner_name": "not-installed"}}},
    "without-command": {"argv": []},
    "without-anything": {},
}


@pytest.fixture
def kernels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Kernelspecs that start nothing, where every Jupyter looks for them."""
    for name, spec in KERNELS.items():
        folder = tmp_path / "jupyter" / "kernels" / name
        folder.mkdir(parents=True)
        (folder / "kernel.json").write_text(json.dumps({"display_name": name, "language": "python", **spec}))
    (folder := tmp_path / "jupyter" / "kernels" / "damaged").mkdir()
    (folder / "kernel.json").write_text("{")
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "jupyter"))
    return tmp_path


def execute(folder: Path, *sources: str, kernel: str = "gpath", **options: Any) -> Any:
    source = write_notebook(folder / "source.ipynb", ["x = 1", *sources])
    words = {"engine_name": "gpath", "kernel_name": kernel, "progress_bar": False, **options}
    return papermill.execute_notebook(str(source), str(folder / "executed.ipynb"), **words)


def saved(folder: Path) -> Any:
    notebook = nbformat.read(folder / "executed.ipynb", as_version=4)
    nbformat.validate(notebook)
    return notebook


@pytest.mark.parametrize("kernel", [*KERNELS, "damaged", "never-installed"])
def test_a_kernel_that_cannot_be_started_is_said_and_saved(kernels: Path, kernel: str) -> None:
    with pytest.raises(ExecutionFailed, match=kernel) as refused:
        execute(kernels, "y = 2", kernel=kernel, start_timeout=2 if kernel == "silent" else 60)
    notebook = saved(kernels)
    assert notebook.metadata["gpath"]["state"] == "kernel_died"
    assert notebook.metadata["gpath"]["why"] in str(refused.value)
    assert notebook.metadata["papermill"]["exception"] is True
    assert kernel in notebook.cells[0].source
    assert states(notebook) == ["not_run", "not_run"]


def test_it_is_saved_too_where_papermill_was_to_save_it_at_the_end(kernels: Path) -> None:
    with pytest.raises(ExecutionFailed):
        execute(kernels, "y = 2", kernel="dies", request_save_on_cell_execute=False)
    assert saved(kernels).metadata["gpath"]["state"] == "kernel_died"


async def test_what_goes_wrong_is_raised_where_an_event_loop_runs(kernels: Path) -> None:
    with pytest.raises(ExecutionFailed):
        execute(kernels, "y = 2", kernel="dies")
    with pytest.raises(papermill.PapermillExecutionError, match="division by zero"):
        execute(kernels, "1 / 0")


def test_a_notebook_that_cannot_be_saved_is_said(tmp_path: Path) -> None:
    source = write_notebook(tmp_path / "source.ipynb", ["x = 1"])
    target = str(tmp_path / "not there" / "executed.ipynb")
    with pytest.raises(ExecutionFailed, match="could not be written"):
        papermill.execute_notebook(str(source), target, engine_name="gpath", kernel_name="gpath", progress_bar=False)


def test_a_cell_that_exits_is_no_success(tmp_path: Path) -> None:
    for code in ("import sys\nsys.exit(0)", "exit()"):
        with pytest.raises(papermill.PapermillExecutionError):
            execute(tmp_path, code)


def test_an_error_of_the_engine_itself_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gp_lib.engine.execution.Deadline", None)
    with pytest.raises(ExecutionFailed, match="the engine itself failed: AttributeError"):
        execute(tmp_path, "y = 2", deadline_s=60)
    assert saved(tmp_path).metadata["gpath"]["state"] == "failed"


def test_a_relative_path_is_papermills_and_not_one_of_the_kernels_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kernel").mkdir()
    write_notebook(tmp_path / "source.ipynb", ["x = 1"])
    monkeypatch.chdir(tmp_path)
    papermill.execute_notebook(
        "source.ipynb", "out.ipynb", engine_name="gpath", kernel_name="gpath", cwd="kernel", progress_bar=False
    )
    assert list((tmp_path / "kernel").iterdir()) == []
    assert (tmp_path / "out.ipynb").exists()


def command(folder: Path, *sources: str, kernel: str = "gpath") -> "subprocess.Popen[str]":
    source = write_notebook(folder / "source.ipynb", ["x = 1", *sources])
    words = [sys.executable, "-m", "papermill", "--engine", "gpath", "-k", kernel, "--no-progress-bar"]
    words += [str(source), str(folder / "executed.ipynb")]
    return subprocess.Popen(words, stderr=subprocess.PIPE, text=True)


def test_the_command_says_it_in_one_sentence(kernels: Path) -> None:
    process = command(kernels, "y = 2", kernel="dies")
    _, said = process.communicate(timeout=patience(120))
    assert process.returncode == 1
    assert "Traceback" not in said
    assert "the kernel 'dies' did not start: it ended with exit code 1" in said.splitlines()[-1]


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda n: str(n.name))
async def test_a_command_that_is_interrupted_is_no_success_and_says_so_in_the_notebook(
    tmp_path: Path, number: signal.Signals
) -> None:
    process = command(tmp_path, "import time\ntime.sleep(600)", "y = 2")

    async def running() -> bool:
        path = tmp_path / "executed.ipynb"
        return path.exists() and states(saved(tmp_path))[1] == "running"

    try:
        assert await wait_until(running, deadline_s=60)
        os.kill(process.pid, number)
        assert await asyncio.to_thread(process.wait, patience(60)) != 0
    finally:
        process.kill()
        process.communicate()
    assert states(saved(tmp_path)) == ["passed", "interrupted", "not_run"]
