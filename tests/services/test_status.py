from collections.abc import Callable
from pathlib import Path

import pytest

from gp_lib.errors import SettingsError
from gp_lib.services.stack import RunningStack
from gp_lib.services.status import log_of, status, tail
from gp_lib.settings import StackDescription


def test_every_service_of_a_healthy_stack_is_ready(stack: StackDescription) -> None:
    found = {service.name: service for service in status(stack.state_dir)}
    assert set(found) == {"valkey", "postgres", "clickhouse", "model", "platform"}
    assert {service.state for service in found.values()} == {"ready"}
    assert all(service.memory_bytes and service.uptime_s for service in found.values())


def test_where_no_stack_is_up_there_is_no_status(tmp_path: Path) -> None:
    assert status(tmp_path) == ()
    assert status(tmp_path / "missing") == ()


def test_the_tail_of_a_log_can_be_read_while_the_stack_is_up_and_after_it(
    private_stack: Callable[..., RunningStack],
) -> None:
    running = private_stack(services=["valkey"])
    folder = running.description.state_dir
    assert "Ready to accept connections" in tail(folder, "valkey", 5)
    running.stop()
    assert "bye bye" in tail(folder, "valkey", 2)
    assert log_of(folder, "supervisor").exists()


def test_an_unknown_log_is_refused_with_those_there_are(private_stack: Callable[..., RunningStack]) -> None:
    folder = private_stack(services=["valkey"]).description.state_dir
    with pytest.raises(SettingsError, match="there are: supervisor, valkey"):
        log_of(folder, "../../etc/passwd")
