"""What is special about a forked kernel: fresh chance, fresh code, an ordinary one on any doubt, a bound life."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from gp_lib.clock import patience, wait_until
from gp_lib.kernels.keeper import Keeper, close_keepers, frozen, keeper_for
from gp_lib.kernels.preload import KERNEL, SCENARIO, modules_for
from gp_lib.kernels.provisioner import WarmProvisioner, doubt
from gp_lib.kernels.spec import KERNELS, NAME
from tests.notebooks_made import code_cell, run_cells, text_of

READY_S = 60


@asynccontextmanager
async def kernel(**options: Any) -> AsyncIterator[tuple[AsyncKernelManager, Any]]:
    """A kernel as any Jupyter client starts it, with our kernelspec."""
    specs = KernelSpecManager(kernel_dirs=[str(KERNELS)])
    manager = AsyncKernelManager(kernel_name=NAME, kernel_spec_manager=specs)
    await manager.start_kernel(**options)
    client = manager.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=patience(READY_S))
        yield manager, client
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(now=True)


async def printed(client: Any, code: str) -> str:
    """What ``code`` prints in the kernel."""
    texts: list[str] = []

    def heard(message: dict[str, Any]) -> None:
        if message["msg_type"] == "stream":
            texts.append(message["content"]["text"])

    await client.execute_interactive(code, output_hook=heard, timeout=patience(30))
    return "".join(texts).strip()


def provisioner(manager: AsyncKernelManager) -> WarmProvisioner:
    assert isinstance(manager.provisioner, WarmProvisioner)
    return manager.provisioner


async def gone(*pids: int) -> bool:
    def lives(pid: int) -> bool:
        with suppress(psutil.NoSuchProcess):
            return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
        return False

    async def all_gone() -> bool:
        return not any(map(lives, pids))

    return bool(await wait_until(all_gone, deadline_s=10))


async def test_two_kernels_draw_different_numbers_of_every_kind() -> None:
    code = (
        "import random, uuid, secrets, numpy as np\n"
        "print(random.random(), uuid.uuid4(), secrets.token_hex(), np.random.random(), np.random.randn())"
    )
    drawn = []
    for _ in range(2):
        async with kernel() as (manager, client):
            assert provisioner(manager).warm
            drawn.append((await printed(client, code)).split())
    assert [a for a, b in zip(*drawn, strict=True) if a == b] == []


async def test_a_restarted_kernel_is_another_warm_one() -> None:
    async with kernel() as (manager, client):
        before = await printed(client, "import os; y = 3; print(os.getpid())")
        await manager.restart_kernel()
        await client.wait_for_ready(timeout=patience(READY_S))
        after = await printed(client, "import os; print(os.getpid(), 'y' in dir())")
        assert provisioner(manager).warm
    assert after.split()[1] == "False"
    assert after.split()[0] != before


async def test_the_environment_is_replaced_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    close_keepers()
    assert keeper_for(os.environ, KERNEL)
    monkeypatch.setenv("GPATH_TEST_SECRET", "for the template's eyes only")
    async with kernel(env={**os.environ}):
        pass  # the template has been started with it
    monkeypatch.delenv("GPATH_TEST_SECRET")
    async with kernel(env={**os.environ}) as (manager, client):
        assert provisioner(manager).warm
        assert await printed(client, "import os; print(os.environ.get('GPATH_TEST_SECRET'))") == "None"


async def test_an_edit_of_the_project_is_seen_by_the_next_kernel(tmp_path: Path) -> None:
    module = tmp_path / "edited_by_hand.py"
    for number in (1, 2):
        module.write_text(f"NUMBER = {number}\n")
        os.utime(module, (number, number))
        async with kernel(cwd=str(tmp_path)) as (manager, client):
            assert provisioner(manager).warm
            assert await printed(client, "import edited_by_hand; print(edited_by_hand.NUMBER)") == str(number)


async def test_other_frozen_variables_give_an_ordinary_kernel() -> None:
    async with kernel():
        pass
    async with kernel(env={**os.environ, "PYTHONHASHSEED": "7"}) as (manager, client):
        assert not provisioner(manager).warm
        assert "PYTHONHASHSEED" in provisioner(manager).why_not
        assert (
            await printed(client, "import sys; print(sys.flags.hash_randomization, 'pandas' in sys.modules)")
            == "1 False"
        )


async def test_a_template_with_a_second_thread_forks_nothing(tmp_path: Path) -> None:
    """The order is given to a keeper of our own, whose template has imported something that starts a thread."""
    (tmp_path / "threaded.py").write_text(
        "import threading, time\nthreading.Thread(target=time.sleep, args=(600,), daemon=True).start()\n"
    )
    keeper = Keeper({**os.environ, "PYTHONPATH": str(tmp_path)}, ["threaded"])
    try:
        assert (await asyncio.to_thread(keeper.ready, patience(30)))["threads"] == 2
        born = await asyncio.to_thread(order, keeper, warm=True)
        assert (born["warm"], born["why"]) == (False, "the template has 2 threads")
    finally:
        keeper.close()


def order(keeper: Keeper, *, warm: bool) -> dict[str, Any]:
    """Order something short from ``keeper``; its answer."""
    import json

    with keeper.order(1, 2) as connection:
        words = {"argv": [sys.executable, "-c", "pass"], "env": dict(os.environ), "cwd": "/", "warm": warm}
        connection.sendall(json.dumps({**words, "sweep": False, "mark": "x", "folder": ""}).encode() + b"\n")
        connection.settimeout(patience(30))
        return dict(json.loads(connection.makefile().readline()))


async def test_a_dead_template_takes_its_kernels_with_it_and_the_next_kernel_gets_another_one() -> None:
    async with kernel() as (manager, client):
        child = int(await printed(client, "import subprocess; print(subprocess.Popen(['sleep', '600']).pid)"))
        kept = provisioner(manager)
        keeper = keeper_for(os.environ)
        assert keeper is not None
        os.kill(keeper.process.pid, signal.SIGKILL)
        assert await kept.ended() == -signal.SIGKILL
        assert await gone(kept.pid, child)
    assert keeper_for(os.environ, KERNEL)
    async with kernel() as (manager, _):
        assert provisioner(manager).warm


async def test_a_kernel_ends_with_its_connection() -> None:
    async with kernel() as (manager, _):
        kept = provisioner(manager)
        assert kept.connection is not None
        kept.connection.close()
        assert await gone(kept.pid)


async def test_a_control_thread_that_flushes_last_does_not_hold_up_the_end() -> None:
    """It would wait ten seconds for a thread that no longer listens; asked to end, a kernel has five."""
    code = (
        "def arrange(kernel):\n"  # IPython empties the user's names at the end: not those of a function
        "    import time\n"
        "    loop, asked = kernel.iopub_thread.io_loop, kernel.control_handlers['shutdown_request']\n"
        "    close = loop.close\n"
        "    async def slow(*words):\n"
        "        await asked(*words)\n"
        "        time.sleep(0.5)  # the main thread is on its way out meanwhile\n"
        "    def closed_late(**words):\n"
        "        time.sleep(1)  # alive, but it listens no more\n"
        "        close(**words)\n"
        "    loop.close, kernel.control_handlers['shutdown_request'] = closed_late, slow\n"
        "arrange(get_ipython().kernel)"
    )
    async with kernel() as (manager, client):
        kept = provisioner(manager)
        assert await printed(client, code) == ""
        await manager.shutdown_kernel()
        assert kept.exit_code == 0


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM], ids=lambda n: str(n.name))
async def test_a_killed_owner_takes_kernel_children_and_template_with_it(tmp_path: Path, number: int) -> None:
    script = tmp_path / "owner.py"
    script.write_text(
        "import asyncio, sys\n"
        "from pathlib import Path\n"
        f"sys.path.insert(0, {str(Path(__file__).parents[2])!r})\n"
        "import os\n"
        "from gp_lib.kernels.keeper import keeper_for\n"
        "from gp_lib.kernels.preload import KERNEL\n"
        "keeper_for(os.environ, KERNEL)\n"
        "from tests.notebooks_made import run_cells\n"
        "code = '''import os, subprocess, time\n"
        "a = subprocess.Popen(['sleep', '600'])\n"
        "b = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "print(os.getpid(), os.getppid(), a.pid, b.pid, flush=True)\n"
        "open('pids', 'w').write(f'{os.getpid()} {os.getppid()} {a.pid} {b.pid} ')\n"
        "time.sleep(600)'''\n"
        f"asyncio.run(run_cells(Path({str(tmp_path / 'run')!r}), code))\n"
    )
    words = [sys.executable, str(script)]
    owner = subprocess.Popen(words, env={**os.environ, "TMPDIR": str(tmp_path)})  # noqa: ASYNC220 - it only starts it
    pids = tmp_path / "run" / "pids"

    async def written() -> bool:
        return pids.exists() and pids.read_text().endswith(" ")

    try:
        assert await wait_until(written, deadline_s=READY_S)
        owner.send_signal(number)
        owner.wait(patience(10))
        assert await gone(*map(int, pids.read_text().split()))
        assert not any(name.startswith("gpath-kernel-") for name in os.listdir(tmp_path))
    finally:
        owner.kill()
        owner.wait()


async def test_what_an_abandoned_kernel_leaves_in_sessions_of_its_own_is_swept(tmp_path: Path) -> None:
    code = (
        "import os, subprocess\n"
        "a = subprocess.Popen(['sleep', '600'], start_new_session=True)\n"
        "b = subprocess.Popen(['setsid', 'env', '-i', 'sleep', '600'])\n"
        "print(a.pid, b.pid)"
    )
    notebook = await run_cells(tmp_path, code)
    pids = [int(word) for word in text_of(code_cell(notebook, 1)).split()]
    assert len(pids) == 2
    assert await gone(*pids)


@pytest.mark.parametrize("code", ["await asyncio.sleep(600)", "while True: pass", "time.sleep(600)", "q.get()"])
async def test_an_interrupt_breaks_what_a_cell_does(code: str) -> None:
    async with kernel() as (manager, client):
        await printed(client, "import asyncio, time, queue; q = queue.Queue()")
        began_s = time.monotonic()
        asked = client.execute(code)
        while (told := await client.get_iopub_msg(timeout=patience(20)))["parent_header"].get("msg_id") != asked:
            pass
        assert told["content"] == {"execution_state": "busy"}
        await asyncio.sleep(0.3)
        await manager.interrupt_kernel()
        while (reply := await client.get_shell_msg(timeout=patience(20)))["parent_header"]["msg_id"] != asked:
            pass
        assert reply["content"]["ename"] in ("KeyboardInterrupt", "CancelledError")
        assert time.monotonic() - began_s < patience(10)


def test_a_command_that_is_no_ipykernel_of_ours_is_not_forked() -> None:
    keeper = keeper_for(os.environ)
    assert keeper is not None
    ours = [sys.executable, "-m", "ipykernel_launcher", "-f", "x.json"]
    assert doubt(ours, dict(os.environ), keeper) == ""
    assert doubt(["/usr/bin/python3", *ours[1:]], dict(os.environ), keeper)
    assert doubt([sys.executable, "-m", "other", "-f", "x.json"], dict(os.environ), keeper)


def test_what_an_interpreter_reads_once_is_frozen_and_nothing_else() -> None:
    given = {"PYTHONPATH": "a", "LC_ALL": "C", "OMP_NUM_THREADS": "2", "GPATH_STACK": "x", "TZ": "UTC"}
    assert frozen(given) == {"PYTHONPATH": "a", "LC_ALL": "C", "OMP_NUM_THREADS": "2"}


def test_a_template_imports_what_its_notebooks_name_and_only_what_is_installed() -> None:
    chosen = modules_for(["import pandas as pd\nfrom asyncpg import connect", "import tests, gp_lib_not, os"])
    assert set(chosen) - set(KERNEL) == {"pandas", "asyncpg"}
    assert set(modules_for(["from gp_lib import scenario"])) == {*KERNEL, *SCENARIO}


async def test_an_order_for_a_fresh_interpreter_does_not_wait_for_the_imports(tmp_path: Path) -> None:
    names = [f"slow_import_{number}" for number in range(30)]
    for name in names:
        (tmp_path / f"{name}.py").write_text("import time\ntime.sleep(1)\n")
    keeper = Keeper({**os.environ, "PYTHONPATH": str(tmp_path)}, names)
    began_s = time.monotonic()
    try:
        assert (await asyncio.to_thread(order, keeper, warm=False))["warm"] is False
        assert time.monotonic() - began_s < 20
    finally:
        keeper.close()
