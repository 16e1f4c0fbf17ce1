import asyncio
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from gp_lib.clock import wait_until
from gp_lib.services.process import (
    LAUNCHER,
    ProcessSpec,
    ServiceProcess,
    clean_environment,
    family,
    is_alive,
    ports_of,
    read_tail,
    spawn,
)
from tests.processes import gone

SHELL = "/bin/sh"


def shell(folder: Path, script: str, **more: object) -> ProcessSpec:
    spec = {"name": "test", "argv": (SHELL, "-c", script), "log": folder / "log", "cwd": folder} | more
    return ProcessSpec(**spec)  # type: ignore[arg-type]  # the keywords are a test's own


async def until_logged(process: ServiceProcess, words: str) -> None:
    async def logged() -> bool:
        return words in process.log_tail()

    assert await wait_until(logged, deadline_s=20)


async def test_what_a_process_writes_is_in_its_log_and_what_it_reads_was_fed(tmp_path: Path) -> None:
    process = await spawn(shell(tmp_path, "cat; echo error >&2; exit 3", stdin=b"fed\n"))
    await process.wait()
    assert process.log_tail() == "fed\nerror"
    assert process.ending == "exit code 3"
    assert (tmp_path / "log").stat().st_mode & 0o777 == 0o600


async def test_the_log_tail_is_that_of_this_process_only(tmp_path: Path) -> None:
    for words in ("first", "second"):
        process = await spawn(shell(tmp_path, f"echo {words}"))
        await process.wait()
    assert process.log_tail() == "second"
    assert read_tail(tmp_path / "log", 5) == "first\nsecond"


async def test_a_program_that_does_not_exist_says_so_in_the_log(tmp_path: Path) -> None:
    process = await spawn(shell(tmp_path, "", argv=(str(tmp_path / "missing"),)))
    await process.wait()
    assert process.ending == "exit code 127"
    assert "cannot execute" in process.log_tail()


async def test_a_process_that_ignores_its_stop_signal_is_killed_after_its_grace(tmp_path: Path) -> None:
    process = await spawn(shell(tmp_path, "trap '' TERM; echo on; while :; do sleep 0.1; done", grace_s=0.3))
    await until_logged(process, "on")
    await process.stop()
    assert process.ending == "signal SIGKILL"


async def test_a_stopped_process_is_woken_to_end_in_good_order(tmp_path: Path) -> None:
    process = await spawn(shell(tmp_path, "trap 'exit 0' TERM; echo on; while :; do sleep 0.1; done"))
    await until_logged(process, "on")
    process.signal(signal.SIGSTOP)
    await process.stop()
    assert process.ending == "exit code 0"


async def test_killing_takes_descendants_in_other_sessions_along(tmp_path: Path) -> None:
    process = await spawn(shell(tmp_path, "setsid sleep 60 & echo on; wait"))
    await until_logged(process, "on")
    assert await wait_until(lambda: has_descendant(process.pid), deadline_s=20)
    relatives = family(process.pid)
    await process.kill()
    assert gone(relatives)


async def test_a_process_sees_no_variable_that_is_not_passed_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPORT", "1")
    monkeypatch.setenv("HTTP_PROXY", "http://proxy")
    seen = clean_environment()
    assert "PGPORT" not in seen
    assert "HTTP_PROXY" not in seen
    assert "127.0.0.1" in seen["NO_PROXY"]


def test_a_relative_that_has_ended_is_not_alive_and_has_no_ports_and_the_others_have_theirs() -> None:
    with subprocess.Popen([SHELL, "-c", "read word"], stdin=subprocess.PIPE) as child:
        ended = psutil.Process(child.pid)
        assert is_alive(ended)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert listener.getsockname()[1] in (ports_of([ended, psutil.Process()]) or ())
    assert not is_alive(ended)
    assert ports_of([ended]) == set()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells a process that its parent died")
def test_the_kernel_ends_a_process_whose_parent_was_killed(tmp_path: Path) -> None:
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, str(LAUNCHER), SHELL], stdout=subprocess.PIPE, text=True, cwd=tmp_path
    )
    assert parent.stdout is not None
    child = psutil.Process(int(parent.stdout.readline()))
    assert child.is_running()
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone([child])


PARENT = """
import os, subprocess, sys, time
launcher, shell = sys.argv[1:]
arguments = [sys.executable, "-I", "-S", launcher, str(os.getpid()), "9", "-", shell, "-c", "echo $$; exec sleep 60"]
subprocess.Popen(arguments)
time.sleep(60)
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can become somebody else")
async def test_a_launched_process_has_no_right_left_of_ours(tmp_path: Path) -> None:
    become = [str(LAUNCHER), str(os.getpid()), "9", "65534:65534", SHELL, "-c", "id; umask"]
    done = await asyncio.create_subprocess_exec(
        *[sys.executable, "-I", "-S", *become], stdout=asyncio.subprocess.PIPE, extra_groups=[0, 12345]
    )
    words, _ = await done.communicate()
    assert words.startswith(b"uid=65534")
    assert b"root" not in words
    assert b"12345" not in words
    assert words.endswith(b"0077\n")


async def has_descendant(pid: int) -> bool:
    return len(family(pid)) > 1
