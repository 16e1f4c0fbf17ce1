import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from psutil import Process

from gp_lib.clock import Deadline
from gp_lib.errors import NotReady
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import RunningStack, find_stack, start_stack, stop_stack
from gp_lib.services.state import StateDir
from gp_lib.settings import StackDescription
from tests.processes import addresses, family, gone, of_each

FEW = StackOptions(services=("valkey", "postgres"))
OWNER = """
import sys, time
from pathlib import Path
from gp_lib.services.options import StackOptions
from gp_lib.services.stack import start_stack
options = StackOptions(services=("valkey", "postgres"))
detached = sys.argv[2:] == ["detached"]
stack = start_stack(Path(sys.argv[1]), options, detached=detached, on_progress=lambda *words: print(*words, flush=True))
print("up", flush=True)
if not detached:
    time.sleep(60)
"""


def quiet(service: str, phase: str) -> None:
    pass


def start(folder: Path, options: StackOptions = FEW, *, detached: bool = False) -> RunningStack:
    return start_stack(folder, options, detached=detached, on_progress=quiet)


def own(folder: Path, *words: str) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        [sys.executable, "-c", OWNER, str(folder), *words], stdout=subprocess.PIPE, text=True, start_new_session=True
    )


def read_until(owner: "subprocess.Popen[str]", words: str) -> None:
    assert owner.stdout is not None
    assert any(line.startswith(words) for line in owner.stdout), f"{words!r} never came"


def everyone(stack: StackDescription) -> list[Process]:
    return family(stack.supervisor_pid)


def until(condition: Callable[[], bool], within_s: float = 10.0) -> bool:
    deadline = Deadline.after(within_s)
    while not deadline.passed:
        if condition():
            return True
    return False


def nothing_left_in(folder: Path) -> bool:
    return {path.name for path in folder.iterdir()} <= {"lock", "logs"}


def test_a_stack_tells_its_progress_and_is_found_until_it_is_stopped(tmp_path: Path) -> None:
    heard: list[tuple[str, str]] = []
    with start_stack(tmp_path, FEW, detached=False, on_progress=lambda *words: heard.append(words)) as stack:
        assert find_stack(tmp_path) == stack.description
        processes = everyone(stack.description)
    assert ("postgres", "starting") in heard
    assert any(service == "postgres" and phase.startswith("ready") for service, phase in heard)
    assert find_stack(tmp_path) is None
    assert gone(processes, 0)
    assert nothing_left_in(tmp_path)


def test_the_description_and_its_folder_are_for_nobody_else(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with start(folder, StackOptions(services=("valkey",))):
        assert (folder / "stack.json").stat().st_mode & 0o777 == 0o600
        assert folder.stat().st_mode & 0o777 == 0o700


def test_no_password_stands_in_a_command_line_or_a_log(tmp_path: Path) -> None:
    with start(tmp_path) as stack:
        urls = stack.description.urls
        secrets = [url.split("@")[0].rsplit(":", 1)[1] for url in (urls.postgres_app, urls.postgres_admin, urls.valkey)]
        seen = [word for words in of_each(everyone(stack.description), Process.cmdline) for word in words]
        seen += [log.read_text() for log in (tmp_path / "logs").iterdir()]
    assert len(set(secrets)) == 3
    assert not any(secret in text for secret in secrets for text in seen)


def test_a_second_start_is_refused_and_leaves_the_first_alone(tmp_path: Path) -> None:
    with start(tmp_path) as stack:
        with pytest.raises(NotReady, match="belongs to another stack that is up"):
            start(tmp_path)
        assert find_stack(tmp_path) == stack.description
        assert Process(stack.description.supervisor_pid).is_running()


def test_two_starts_at_the_same_time_give_one_stack(tmp_path: Path) -> None:
    owners = [own(tmp_path), own(tmp_path)]
    try:
        ups = [any(line == "up\n" for line in owner.stdout or ()) for owner in owners if owner.stdout]
    except BaseException:
        raise
    finally:
        for owner in owners:
            owner.kill()
            owner.communicate()
    assert sorted(ups) == [False, True]
    assert until(lambda: nothing_left_in(tmp_path))


def test_a_stack_ends_with_its_owner_even_when_that_is_killed(tmp_path: Path) -> None:
    with own(tmp_path) as owner:
        read_until(owner, "up")
        stack = find_stack(tmp_path)
        assert stack is not None
        processes = everyone(stack)
        owner.kill()
    assert gone(processes)
    assert nothing_left_in(tmp_path)


def test_an_owner_killed_during_the_start_leaves_nothing(tmp_path: Path) -> None:
    with own(tmp_path) as owner:
        read_until(owner, "postgres starting")
        supervisor = StateDir(tmp_path).supervisor_pid()
        assert supervisor is not None
        processes = family(supervisor)
        owner.kill()
    assert gone(processes)
    assert nothing_left_in(tmp_path)


def test_ctrl_c_during_the_start_leaves_nothing(tmp_path: Path) -> None:
    with own(tmp_path) as owner:
        read_until(owner, "postgres starting")
        owner.send_signal(signal.SIGINT)
        assert owner.wait(20) != 0
    assert StateDir(tmp_path).supervisor_pid() is None
    assert nothing_left_in(tmp_path)


@pytest.mark.parametrize("paused", [False, True])
def test_a_killed_supervisor_takes_every_process_along(tmp_path: Path, paused: bool) -> None:
    stack = start(tmp_path)
    processes = everyone(stack.description)
    if paused:
        of_each(processes[1:], Process.suspend)
    processes[0].kill()
    assert gone(processes, 15)
    stack.stop()
    assert nothing_left_in(tmp_path)


def test_a_supervisor_killed_during_initdb_takes_it_along(tmp_path: Path) -> None:
    with own(tmp_path) as owner:
        read_until(owner, "postgres starting")
        supervisor = StateDir(tmp_path).supervisor_pid()
        assert supervisor is not None
        processes = family(supervisor)
        processes[0].kill()
        assert gone(processes)
        assert owner.wait(10) != 0
    assert find_stack(tmp_path) is None
    assert nothing_left_in(tmp_path)


def test_what_a_dead_supervisor_left_is_cleaned_by_the_next_look(tmp_path: Path) -> None:
    stack = start(tmp_path)
    Process(stack.description.supervisor_pid).kill()
    assert until(lambda: StateDir(tmp_path).supervisor_pid() is None)
    assert (tmp_path / "stack.json").exists()
    assert find_stack(tmp_path) is None
    assert nothing_left_in(tmp_path)
    stack.stop()


def test_a_stale_state_directory_can_be_started_in(tmp_path: Path) -> None:
    stack = start(tmp_path)
    Process(stack.description.supervisor_pid).kill()
    with start(tmp_path) as second:
        assert second.description.stack_id != stack.description.stack_id
    stack.stop()


def test_a_detached_stack_outlives_its_starter_until_it_is_stopped(tmp_path: Path) -> None:
    with own(tmp_path, "detached") as owner:
        read_until(owner, "up")
    stack = find_stack(tmp_path)
    assert stack is not None
    processes = everyone(stack)
    assert stop_stack(tmp_path) is True
    assert gone(processes, 1)
    assert nothing_left_in(tmp_path)
    assert stop_stack(tmp_path) is False


def test_a_supervisor_that_does_not_stop_is_killed_with_all_it_has(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    stack = start(tmp_path)
    processes = everyone(stack.description)
    processes[0].suspend()
    monkeypatch.setattr("gp_lib.services.stack.STOP_WITHIN_S", 0.5)
    assert stop_stack(tmp_path) is True
    assert gone(processes)
    stack.stop()


def test_a_state_directory_that_is_a_file_is_refused_with_a_sentence(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("mine")
    with pytest.raises(NotReady, match="cannot be used"):
        start(file)
    assert file.read_text() == "mine"


def test_stores_listen_on_loopback_only(tmp_path: Path) -> None:
    with start(tmp_path) as stack:
        listening = set().union(*of_each(everyone(stack.description), addresses))
        with socket.create_connection(("127.0.0.1", stack.description.services["postgres"].port), 1):
            pass
    assert listening == {"127.0.0.1"}
    assert os.path.isdir(tmp_path)
