"""A closed, full or vanished standard stream never decides how a command ends, and loses no evidence."""

import json
import os
import pty
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.projects import GPATH, Project
from tests.scenarios_made import write_scenario

TARGET = (
    '[targets.none]\nsafety = "sandbox"\nplatform_http = "http://127.0.0.1:9"\nplatform_ws = "ws://127.0.0.1:9/ws"\n'
)
LIMIT_S = 240
CLOSED = {
    "stdout": ">&-",
    "stderr": "2>&-",
    "stdin": "<&-",
    "all": "<&- >&- 2>&-",
    "stdout full": ">/dev/full",
    "stderr full": "2>/dev/full",
    "both full": ">/dev/full 2>/dev/full",
}


def made(folder: Path) -> Project:
    """A project with a scenario that passes and one that fails, without any service."""
    for name, ruling in (("x1", "pass"), ("x2", "fail")):
        write_scenario(folder / "notebooks", name, ruling=ruling)
    (folder / "gpath.toml").write_text(TARGET)
    return Project(folder)


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Project:
    """A project with one batch."""
    project = made(tmp_path_factory.mktemp("streams") / "project")
    assert project.gpath("run", "x2", "--target", "none").returncode == 1
    return project


def verdicts(project: Project) -> dict[str, str]:
    saved = json.loads((project.latest() / "batch.json").read_text())
    return {one["scenario"]: one["verdict"] for one in saved["scenarios"]}


def with_streams(project: Project, words: str, streams: str) -> "subprocess.CompletedProcess[str]":
    """``gpath`` with its standard streams as the shell opens or closes them."""
    command = f"exec {GPATH} {words} {streams}"
    return subprocess.run(
        ["sh", "-c", command], cwd=project.folder, capture_output=True, text=True, timeout=LIMIT_S, check=False
    )


@contextmanager
def nobody_reads() -> Iterator[int]:
    """The end of a pipe of which the other end is closed, as that of ``head`` that has seen enough."""
    reading, writing = os.pipe()
    os.close(reading)
    yield writing
    os.close(writing)


def into_a_broken_pipe(project: Project, *words: str, both: bool = False) -> "subprocess.CompletedProcess[str]":
    with nobody_reads() as nowhere:
        return subprocess.run(
            [str(GPATH), *words],
            cwd=project.folder,
            stdin=subprocess.DEVNULL,
            stdout=nowhere,
            stderr=nowhere if both else subprocess.PIPE,
            text=True,
            timeout=LIMIT_S,
            check=False,
        )


def nothing_went_wrong(ended: "subprocess.CompletedProcess[str]") -> bool:
    said = f"{ended.stdout or ''}{ended.stderr or ''}"
    return not any(word in said for word in ("Traceback", "Exception ignored", "Broken pipe", "defect"))


@pytest.mark.parametrize("streams", CLOSED.values(), ids=CLOSED)
def test_a_batch_goes_on_and_its_exit_code_is_its_verdict(tmp_path: Path, streams: str) -> None:
    project = made(tmp_path / "project")
    ended = with_streams(project, "run --target none", streams)
    assert (ended.returncode, verdicts(project)) == (1, {"x1": "pass", "x2": "fail"})
    assert nothing_went_wrong(ended), ended.stderr
    assert (project.latest() / "index.html").exists()
    assert not (project.latest() / "journal.jsonl").exists()


@pytest.mark.parametrize("more", [[], ["--json"], ["--quiet"]], ids=["lines", "json", "quiet"])
def test_a_batch_goes_on_when_its_reader_has_seen_enough(tmp_path: Path, more: list[str]) -> None:
    project = made(tmp_path / "project")
    ended = into_a_broken_pipe(project, "run", "--target", "none", *more)
    assert (ended.returncode, verdicts(project)) == (1, {"x1": "pass", "x2": "fail"})
    assert ended.stderr == ""


QUESTIONS = {
    "list": 0,
    "list --markdown": 0,
    "report latest": 0,
    "history": 0,
    "history --json": 0,
    "history x2": 0,
    "diff latest latest": 0,
    "diff latest latest --json": 0,
    "prune --keep-last 1 --dry-run": 0,
    "run --dry-run": 0,
    "status": 2,
    "status --json": 2,
    "verify latest": 2,
    "run nobody": 64,
    "run --frobnicate": 64,
    "--help": 0,
    "run --help": 0,
}
"""Commands that print, and how they end."""


@pytest.mark.parametrize(("words", "code"), QUESTIONS.items(), ids=QUESTIONS)
def test_no_command_ends_otherwise_because_nobody_reads_it(judged: Project, words: str, code: int) -> None:
    broken = into_a_broken_pipe(judged, *words.split())
    assert (broken.returncode, nothing_went_wrong(broken)) == (code, True), broken.stderr
    full = with_streams(judged, words, ">/dev/full")
    assert (full.returncode, nothing_went_wrong(full)) == (code, True), full.stderr


@pytest.mark.parametrize("words", ["list", "history --json", "status", "run nobody", "--help"])
def test_nor_when_both_streams_are_lost(judged: Project, words: str) -> None:
    assert judged.gpath(*words.split()).returncode == QUESTIONS[words]
    assert into_a_broken_pipe(judged, *words.split(), both=True).returncode == QUESTIONS[words]
    assert with_streams(judged, words, ">&- 2>&-").returncode == QUESTIONS[words]


def test_that_output_is_lost_is_said_once_where_it_can_be(judged: Project) -> None:
    ended = with_streams(judged, "list", ">/dev/full")
    said = "gpath: its output could not be written (No space left on device); the rest of it is dropped\n"
    assert ended.stderr == said


OPENS = "import os, gp_lib.runner.streams as s; s.keep_streams(); os._exit(open(os.devnull).fileno() <= 2)"


@pytest.mark.parametrize("streams", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_no_file_of_ours_gets_the_number_of_a_closed_stream(streams: str) -> None:
    command = f"exec {GPATH.parent}/python -c '{OPENS}' {streams}"
    assert subprocess.run(["sh", "-c", command], check=False, timeout=LIMIT_S).returncode == 0


def test_a_batch_under_nohup_outlives_its_terminal(tmp_path: Path) -> None:
    project = made(tmp_path / "project")
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [str(GPATH), "run", "--target", "none"],
        cwd=project.folder,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_IGN),
    ) as gpath:
        os.close(theirs)
        os.read(ours, 1)  # it has begun to draw
        os.close(ours)
        assert gpath.wait(LIMIT_S) == 1
    assert verdicts(project) == {"x1": "pass", "x2": "fail"}


def test_what_a_library_prints_is_not_obeyed_by_a_terminal_either() -> None:
    words = "import gp_lib.runner.streams as s, logging; s.keep_streams(); print(chr(27) + chr(91) + 'Jx')"
    code = f"{words}; logging.warning(chr(27) + ']0;owned' + chr(7) + 'y'); import sys; sys.stdout.write(chr(0x202e))"
    said = subprocess.run([f"{GPATH.parent}/python", "-c", code], capture_output=True, text=True, check=True)
    assert (said.stdout, said.stderr) == ("x\n�", "WARNING:root:y\n")


BREAKS = """
import sys
from gp_lib.cli import main
from gp_lib.cli.app import app
@app.command()
def breaks() -> None:
    raise BrokenPipeError(32, "Broken pipe")
sys.argv = ["gpath", "breaks"]
main()
"""


def test_a_pipe_of_our_own_that_breaks_is_a_defect_and_no_fail() -> None:
    ended = subprocess.run([f"{GPATH.parent}/python", "-c", BREAKS], capture_output=True, text=True, check=False)
    assert (ended.returncode, "please report it" in ended.stderr) == (70, True), ended.stderr
