"""``gpath prove`` on a real stack: kills, survivors of an empty suite, and how it ends."""

import asyncio
import json
import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gp_lib.faults import Control
from gp_lib.settings import StackDescription
from tests.projects import Project

PATIENT = ("-p", "max_tools_s=60", "-p", "deadline_s=120")
"""How fast the platform is does not matter here."""

STOPS_WITHIN_S = 120.0


@pytest.fixture
def project(stack: StackDescription, tmp_path: Path) -> Project:
    return Project.make(tmp_path, stack)


def the_proof(project: Project) -> Path:
    (folder,) = (project.folder / "runs").glob("*-prove")
    return folder


def told(project: Project) -> dict[str, Any]:
    return dict(json.loads((the_proof(project) / "prove.json").read_text()))


def defects_on(stack: StackDescription) -> list[str]:
    async def ask() -> dict[str, Any]:
        address = stack.control
        async with Control(address.host, address.port, address.token) as control:
            return dict(await control.call("process.status"))

    return list(asyncio.run(ask())["platform"]["defects"])


def test_a_kill_is_written_down_and_the_platform_is_healthy_again(project: Project, stack: StackDescription) -> None:
    proved = project.gpath("prove", "a4", "--defect", "s07", "--clean", *PATIENT)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    assert told(project)["counts"] == {"killed": 1, "green": 1}
    (cell,) = told(project)["cells"]
    assert (cell["variant"], cell["expected_check"], cell["kills"]) == ("S07", "every_tool_call_completed", 1)
    assert cell["attempts"][0]["hits"] > 0
    assert (the_proof(project) / cell["attempts"][0]["folder"] / "verdict.json").exists()
    assert (the_proof(project) / "prove.html").exists()
    assert defects_on(stack) == []


def test_sabotage_on_the_wire_is_noticed_and_healed(project: Project, stack: StackDescription) -> None:
    proved = project.gpath("prove", "a4", "--defect", "x03", "--defect", "x04", "--no-clean", *PATIENT)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    assert [cell["outcome"] for cell in told(project)["cells"]] == ["killed", "killed"]
    assert all(cell["attempts"][0]["hits"] > 0 for cell in told(project)["cells"])
    assert "1 green" in project.gpath("prove", "a4", "--no-defects", "--clean", *PATIENT).stdout


def foreign(project: Project, stack: StackDescription, **changes: str) -> None:
    """Make the stack a target of ``gpath.toml``, about which only its front doors are known."""
    direct = stack.urls.platform_direct_http
    target = {"platform_http": direct, "platform_ws": direct.replace("http", "ws", 1) + "/ws", **changes}
    lines = [f'{name} = "{value}"' for name, value in target.items()]
    jwt = stack.jwt
    lines.append(f'jwt = {{ secret = "{jwt.secret}", issuer = "{jwt.issuer}", audience = "{jwt.audience}" }}')
    (project.folder / "gpath.toml").write_text("\n".join(["[targets.staging]", *lines]))


def test_a_foreign_target_is_sabotaged_by_a_proxy_of_our_own(project: Project, stack: StackDescription) -> None:
    foreign(project, stack)
    words = ("--target", "staging", "--defect", "x02", "--clean", "-p", "max_gap_s=60", "-p", "max_age_s=60")
    proved = project.gpath("prove", "a3", *words)
    assert proved.returncode == 0, proved.stdout + proved.stderr
    assert (told(project)["target"], told(project)["counts"]) == ("staging", {"killed": 1, "green": 1})


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"platform_ws": "wss://127.0.0.1/ws"}, "inside TLS no event can be seen"),
        ({"platform_ws": "ws://192.0.2.7/ws"}, "only connects to loopback, or to hosts that the target lists"),
    ],
)
def test_what_may_not_or_cannot_be_sabotaged_is_refused(
    project: Project, stack: StackDescription, changes: dict[str, str], sentence: str
) -> None:
    foreign(project, stack, **changes)
    refused = project.gpath_here("prove", "a3", "--target", "staging", "--sabotage")
    assert (refused.returncode, sentence in refused.stderr) == (64, True), refused.stderr
    assert list((project.folder / "runs").iterdir()) == []


def test_seeded_defects_are_refused_on_a_foreign_target(project: Project, stack: StackDescription) -> None:
    foreign(project, stack)
    refused = project.gpath_here("prove", "a3", "--target", "staging")
    assert (refused.returncode, "has no seeded defects: use --sabotage" in refused.stderr) == (64, True)


def test_a_suite_of_empty_checks_scores_nothing(project: Project) -> None:
    (project.folder / "gpath.toml").write_text("[targets.embedded.parameters.a4]\nmax_tools_s = 4")
    proved = project.gpath("prove", "a4", "--quick", "--stand-in", "empty")
    assert proved.returncode == 1, proved.stdout + proved.stderr
    (executed,) = the_proof(project).glob("S07-1/*/executed.ipynb")
    assert json.loads(executed.read_text())["metadata"]["papermill"]["parameters"] == {"max_tools_s": 4.0}
    assert told(project)["counts"] == {"survived": 1}
    rows = [line for line in proved.stdout.splitlines() if line.startswith(("       ", "S07    "))]
    assert rows == ["        A4", "S07      S"]
    (cell,) = told(project)["cells"]
    assert [attempt["verdict"] for attempt in cell["attempts"]] == ["pass"]


def test_being_told_to_stop_leaves_a_partial_result_and_a_healthy_platform(
    project: Project, stack: StackDescription
) -> None:
    command, environment = project.command("prove", "a4", "--no-clean", *PATIENT)
    with (project.folder / "output.txt").open("w") as output:
        process = subprocess.Popen(
            command, cwd=project.folder, env=environment, stdout=output, stderr=output, start_new_session=True
        )
    acting = "runs/*-prove/S07-1/*/history.jsonl"
    wait_until(lambda: any(project.folder.glob(acting)) or process.poll() is not None)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(STOPS_WITHIN_S) == 2, (project.folder / "output.txt").read_text()
    assert set(told(project)["counts"]) == {"not run"}
    assert defects_on(stack) == []


def wait_until(condition: Callable[[], bool]) -> None:
    deadline_s = time.monotonic() + STOPS_WITHIN_S
    while not condition():
        assert time.monotonic() < deadline_s
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["prove", "w4", "--defect", "S99"], "nothing that can be broken is called so"),
        (["prove", "z9"], "no scenario is called so"),
        (["prove", "w4", "--stand-in", "full"], "'full' is no stand-in"),
        (["prove", "w4", "--repeat", "0"], "Invalid value for '--repeat'"),
        (["prove", "w4", "-p", "usres=3"], "no parameter is called 'usres'"),
    ],
)
def test_bad_words_are_refused_before_anything_starts(tmp_path: Path, words: list[str], sentence: str) -> None:
    project = Project.make(tmp_path)
    refused = project.gpath_here(*words)
    assert (refused.returncode, sentence in refused.stderr) == (64, True), refused.stderr
    assert list((project.folder / "runs").iterdir()) == []
