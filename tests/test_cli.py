"""The command line as its user meets it: exit codes, refusals, Ctrl-C, kills."""

import json
import os
import re
import signal
import subprocess
import time
from pathlib import Path

import psutil
import pytest

from gp_lib.settings import StackDescription
from tests.conftest import processes_under
from tests.projects import Project

STOPS_WITHIN_S = 60.0


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return Project.make(tmp_path)


def nothing_was_made(project: Project) -> bool:
    return list((project.folder / "runs").iterdir()) == [] and not (project.folder / ".gpath").exists()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["run", "a4", "-p", "usres=3"], "no parameter is called 'usres'"),
        (["run", "w4", "-p", "users=many"], "users=many is not an integer"),
        (["run", "w4", "-p", "users"], "not of the form name=value"),
        (["run", "z9"], "no scenario is called so"),
        (["run", "--target", "moon"], "neither 'embedded' nor in gpath.toml"),
        (["run", "--frobnicate"], "No such option"),
        (["fly"], "No such command"),
        (["prune"], "name at least one of --keep-last"),
        (["attest", "--keyless", "--make-key"], "needs no key"),
        (["attest", "--trust-config", "x"], "is only of use with --keyless"),
        (["verify", "--identity", "me@example.com"], "goes together with --issuer"),
    ],
)
def test_bad_arguments_are_refused_before_anything_starts(project: Project, words: list[str], sentence: str) -> None:
    refused = project.gpath_here(*words)
    assert (refused.returncode, sentence in refused.stderr) == (64, True), refused.stderr
    assert nothing_was_made(project)


def test_a_scenario_that_breaks_things_is_refused_on_a_shared_target(project: Project) -> None:
    url = '[targets.staging]\nplatform_http = "http://127.0.0.1:9"\nplatform_ws = "ws://127.0.0.1:9/ws"\n'
    (project.folder / "gpath.toml").write_text(url + 'safety = "shared"\n')
    refused = project.gpath("run", "d3", "--target", "staging")
    assert (refused.returncode, "a shared target allows only: reads, writes" in refused.stderr) == (64, True)
    assert nothing_was_made(project)


def test_a_target_that_nobody_answers_at_is_unknown_and_says_what_to_do(project: Project) -> None:
    url = '[targets.staging]\nplatform_http = "http://127.0.0.1:9"\nplatform_ws = "ws://127.0.0.1:9/ws"\n'
    (project.folder / "gpath.toml").write_text(url)
    batch = project.gpath("run", "w4", "--target", "staging")
    assert batch.returncode == 2, batch.stdout + batch.stderr
    (entry,) = json.loads((project.latest() / "batch.json").read_text())["scenarios"]
    assert entry["verdict"] == "unknown"
    assert "check `gpath status`, or the target's URLs" in entry["why"]


def test_help_states_the_exit_codes(project: Project) -> None:
    told = project.gpath("run", "--help").stdout
    assert [code for code in (0, 1, 2, 64, 70) if not re.search(rf"\b{code} ?\n? *[a-z]", told)] == []


def test_outside_of_a_workbench_it_says_where_to_go(tmp_path: Path) -> None:
    lost = Project(tmp_path).gpath("list")
    assert (lost.returncode, "go to the folder that has notebooks/" in lost.stderr) == (64, True)


def test_a_slow_factor_that_is_no_number_is_refused(project: Project) -> None:
    refused = project.gpath("list", GPATH_SLOW_FACTOR="fast")
    assert (refused.returncode, "GPATH_SLOW_FACTOR" in refused.stderr) == (64, True)


def test_without_a_stack_status_says_how_to_start_one(project: Project) -> None:
    told = project.gpath("status")
    assert (told.returncode, told.stdout.strip()) == (2, "no stack is up; start one with `gpath up`")


def test_the_stack_that_is_up_is_shown_with_every_service(stack: StackDescription, tmp_path: Path) -> None:
    services = json.loads(Project.make(tmp_path, stack).gpath("status", "--json").stdout)
    assert {service["name"] for service in services} == stack.services.keys()


def test_a_parameter_changes_the_verdict_and_rejudging_agrees(stack: StackDescription, tmp_path: Path) -> None:
    project = Project.make(tmp_path, stack)
    assert project.gpath("run", "a4", "-p", "min_tools=9").returncode == 1
    assert project.failed_checks("a4_tools_end_to_end") == {"enough_tools_run"}
    (project.folder / ".gpath").unlink()
    again = project.gpath("rejudge")
    assert (again.returncode, "enough_tools_run" in again.stdout) == (1, True)


def running(project: Project, *words: str) -> "subprocess.Popen[str]":
    """``gpath`` in a session of its own, as in a terminal of its own, with its output in a file."""
    command, environment = project.command(*words)
    output = (project.folder / "output.txt").open("w")
    with output:
        return subprocess.Popen(
            command,
            cwd=project.folder,
            env=environment,
            stdout=output,
            stderr=output,
            text=True,
            start_new_session=True,
        )


def wait_for(project: Project, process: "subprocess.Popen[str]", text: str) -> None:
    deadline_s = time.monotonic() + STOPS_WITHIN_S
    while text not in (project.folder / "output.txt").read_text():
        assert process.poll() is None, (project.folder / "output.txt").read_text()
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def wait_until_gone(project: Project) -> None:
    deadline_s = time.monotonic() + STOPS_WITHIN_S
    while (left := processes_under(project.folder)) and time.monotonic() < deadline_s:
        time.sleep(0.1)
    assert left == []


@pytest.mark.parametrize("reason", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda reason: reason.name)
def test_a_batch_that_is_told_to_stop_leaves_a_report_and_nothing_else(
    project: Project, reason: signal.Signals
) -> None:
    process = running(project, "run", "d3", "w4")
    wait_for(project, process, "running d3")
    wait_until_acting(project, "d3_events_only_after_commit")
    os.killpg(process.pid, reason)
    assert process.wait(STOPS_WITHIN_S) == 2
    entries = json.loads((project.latest() / "batch.json").read_text())["scenarios"]
    assert [entry["verdict"] for entry in entries] == ["unknown", "unknown"]
    assert "not run: the batch was interrupted" in entries[1]["why"]
    wait_until_gone(project)


def test_a_batch_that_is_told_to_stop_while_its_stack_starts_has_never_been(project: Project) -> None:
    process = running(project, "run", "w4")
    wait_for(project, process, "postgres   starting")
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(STOPS_WITHIN_S) == 2
    assert (project.folder / "output.txt").read_text().endswith("interrupted\n")
    assert list((project.folder / "runs").iterdir()) == []
    wait_until_gone(project)


def wait_until_acting(project: Project, scenario: str) -> None:
    deadline_s = time.monotonic() + STOPS_WITHIN_S
    while not (project.latest() / scenario / "history.jsonl").exists():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


def test_a_killed_batch_leaves_no_process(project: Project) -> None:
    process = running(project, "run", "w4")
    wait_for(project, process, "running w4")
    wait_until_acting(project, "w4_sequence_integrity")
    process.kill()
    process.wait()
    wait_until_gone(project)


def test_a_stack_survives_its_command_and_goes_down_by_another(project: Project) -> None:
    assert project.gpath("up").returncode == 0
    assert project.gpath("up").stdout == "the stack is up already; see `gpath status`\n"
    described = json.loads((project.folder / ".gpath" / "stack.json").read_text())
    assert psutil.pid_exists(described["services"]["platform"]["pid"])
    assert "ready" in project.gpath("logs", "postgres").stdout
    assert project.gpath("down").stdout == "the stack is down\n"
    wait_until_gone(project)


@pytest.mark.parametrize(
    "words",
    [
        ("import", "https://me:hunter2hunter@127.0.0.1:9/x.zip"),
        ("import", "https://127.0.0.1:9/x.zip?sig=hunter2hunter"),
        ("import", "http://me:hunter2hunter@[::1/x.zip"),
        ("run", "--on", "dask://me:hunter2hunter@127.0.0.1:9", "a1"),
        ("run", "--target", "http://me:hunter2hunter@h/", "a1"),
        ("verify", "https://me:hunter2hunter@127.0.0.1:9/x"),
        ("rejudge", "https://me:hunter2hunter@127.0.0.1:9/x"),
    ],
)
def test_a_password_in_a_url_of_the_command_line_is_not_repeated(project: Project, words: tuple[str, ...]) -> None:
    refused = project.gpath(*words)
    assert refused.returncode in (2, 64)
    assert "hunter2hunter" not in refused.stdout + refused.stderr
