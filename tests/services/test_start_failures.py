import os
import socket
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from gp_lib.errors import NotReady
from gp_lib.services.credentials import Credentials
from gp_lib.services.options import StackOptions
from gp_lib.services.ports import free_port
from gp_lib.services.postgres import Postgres
from gp_lib.services.service import Service, Surroundings
from gp_lib.services.stack import find_stack, start_stack
from gp_lib.services.state import StateDir
from gp_lib.services.valkey import Valkey
from tests.small_disks import small_disk


def surroundings(folder: Path, choose_port: Callable[[], int] = free_port) -> Surroundings:
    state = StateDir(folder)
    state.make()
    return Surroundings(state, Credentials.fresh(), lambda service: None, choose_port)


def test_a_full_disk_is_told_before_anything_starts(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "8m") as folder:
        with pytest.raises(NotReady, match=r"free disk space, and it needs") as caught:
            start_stack(folder, StackOptions(), detached=False, on_progress=lambda *_: None)
        assert "free disk space" in caught.value.todo
        assert {path.name for path in folder.iterdir()} <= {"lock", "logs"}


async def test_a_disk_that_fills_while_postgres_starts_is_named_as_the_cause(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "24m") as folder:
        postgres = Postgres(surroundings(folder))
        with pytest.raises(NotReady) as caught:
            await postgres.start()
        assert not postgres.running
        assert "free disk space" in caught.value.todo
        postgres.release()


@pytest.mark.parametrize("kind", [Valkey, Postgres])
async def test_a_port_taken_meanwhile_makes_a_service_try_another(tmp_path: Path, kind: type[Service]) -> None:
    with closing(socket.create_server(("127.0.0.1", 0))) as stranger:
        ports = iter([stranger.getsockname()[1], free_port(), free_port()])
        service = kind(surroundings(tmp_path, lambda: next(ports)))
        await service.start()
        try:
            assert service.port != stranger.getsockname()[1]
            assert service.running
        finally:
            await service.stop()
            service.release()


async def test_a_service_that_finds_no_free_port_says_so(tmp_path: Path) -> None:
    with ExitStack() as strangers:
        taken = [strangers.enter_context(closing(socket.create_server(("127.0.0.1", 0)))) for _ in range(3)]
        ports = iter([stranger.getsockname()[1] for stranger in taken])
        valkey = Valkey(surroundings(tmp_path, lambda: next(ports)))
        with pytest.raises(NotReady, match="already in use"):
            await valkey.start()
    assert not valkey.running


def broken_program(folder: Path, name: str, script: str) -> None:
    program = folder / name
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)


def test_a_service_that_dies_at_start_tells_its_last_words_and_takes_the_others_down(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_program(tmp_path, "valkey-server", "cat; echo 'libfoo.so: not found' >&2; exit 3")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    options = StackOptions(services=("valkey", "postgres"), binaries={"valkey": "path"})
    with pytest.raises(NotReady) as caught:
        start_stack(tmp_path / "state", options, detached=False, on_progress=lambda *_: None)
    assert caught.value.service == "valkey"
    assert "its process ended while starting" in caught.value.tried
    assert "exit code 3" in caught.value.tried
    assert "libfoo.so: not found" in caught.value.log_tail
    assert "requirepass [secret]" in caught.value.log_tail  # it printed its configuration
    assert str(tmp_path / "state" / "logs" / "valkey.log") in caught.value.todo
    assert find_stack(tmp_path / "state") is None
    assert {path.name for path in (tmp_path / "state").iterdir()} <= {"lock", "logs"}


def test_a_program_that_is_not_on_path_is_named_with_the_way_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    options = StackOptions(services=("clickhouse",), binaries={"clickhouse": "path"})
    with pytest.raises(NotReady, match=r"clickhouse is not on PATH.*\n.*GPATH_CLICKHOUSE=wheel"):
        start_stack(tmp_path / "state", options, detached=False, on_progress=lambda *_: None)


async def test_a_service_that_stays_silent_is_given_up_and_ended(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken_program(tmp_path, "valkey-server", "exec sleep 60")
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setattr("gp_lib.services.service.READY_WITHIN_S", 0.5)
    valkey = Valkey(surroundings(tmp_path / "state"), "path")
    with pytest.raises(NotReady, match=r"did not answer on port \d+ within 0.5 s"):
        await valkey.start()
    assert not valkey.running
