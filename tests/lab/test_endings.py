"""However ``gpath lab`` ends, nothing of it is left."""

import asyncio
import signal
from pathlib import Path

import pytest

from gp_lib.clock import wait_until
from gp_lib.services.stack import find_stack
from gp_lib.settings import STATE_DIR, StackDescription
from tests.conftest import processes_under
from tests.lab.server import END_WITHIN_S, LabServer, gpath_lab
from tests.projects import Project

NOTEBOOK = "notebooks/p0/w4_sequence_integrity.ipynb"


async def nothing_is_left(lab: LabServer) -> bool:
    """Whether every process is gone, JupyterLab's, its kernels' and the stack's, and every temporary file too."""

    async def gone() -> bool:
        folders = (lab.project.folder, lab.places.root)
        running = [process for folder in folders for process in await asyncio.to_thread(processes_under, folder)]
        return not running and not lab.places.left()

    return bool(await wait_until(gone, deadline_s=END_WITHIN_S, every_s=0.1))


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGHUP], ids=lambda number: str(number.name))
async def test_ctrl_c_and_a_closed_terminal_end_jupyterlab_and_its_kernels_but_not_a_stack_that_was_up(
    stack: StackDescription, tmp_path: Path, number: signal.Signals
) -> None:
    project = Project.make(tmp_path / "project", stack)
    async with gpath_lab(project, tmp_path / "lab") as lab:
        await lab.until_ready()
        await lab.start_kernel(NOTEBOOK)
        assert await lab.end(number) == 0
        assert processes_under(tmp_path) == []
        assert lab.places.left() == []
    assert find_stack(stack.state_dir) is not None


async def test_sigterm_ends_everything_and_a_stack_of_its_own_too(tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project")
    async with gpath_lab(project, tmp_path / "lab") as lab:
        await lab.until_ready()
        await lab.start_kernel(NOTEBOOK)
        assert await lab.end(signal.SIGTERM) == 0
        assert processes_under(tmp_path) == []
        assert lab.places.left() == []
    assert list((project.folder / STATE_DIR).glob("*")) == []


async def test_a_killed_gpath_takes_jupyterlab_its_kernels_and_its_stack_with_it(tmp_path: Path) -> None:
    async with gpath_lab(Project.make(tmp_path / "project"), tmp_path / "lab") as lab:
        await lab.until_ready()
        await lab.start_kernel(NOTEBOOK)
        await lab.end(signal.SIGKILL)
        assert await nothing_is_left(lab), processes_under(tmp_path)


async def test_a_jupyterlab_that_cannot_start_is_a_sentence_and_exit_code_2(
    stack: StackDescription, tmp_path: Path
) -> None:
    project = Project.make(tmp_path / "project", stack)
    async with gpath_lab(project, tmp_path / "lab", "--ServerApp.password_required=perhaps") as lab:
        assert await lab.process.wait() == 2
        assert "gpath: JupyterLab is not ready" in lab.log.read_text()
        assert lab.places.left() == []
