"""Every command that says something of a batch shows its words at a terminal, and lets none of them act there."""

import json
import os
import pty
import re
import select
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest
import typer

from gp_lib import evidence
from gp_lib.cli import main as _entered  # noqa: F401 - importing it enters the commands
from gp_lib.cli.app import app
from gp_lib.runner.rejudge import judged_folders
from tests.projects import GPATH
from tests.scenarios_made import write_scenario

LIMIT_S = 300
TARGET = (
    '[targets.none]\nsafety = "sandbox"\nplatform_http = "http://127.0.0.1:9"\nplatform_ws = "ws://127.0.0.1:9/ws"\n'
)
CODES = "\x1b]0;owned\x07\x1b[2J\x1b[8m\x9b5m\u202e\b\x1bP1p\x1b\\"
EVIL = f"{CODES}\nFORGED\rFORGED\x85FORGED\u2028FORGED"
NAME = f"x1_{EVIL}"
PRINTABLE_ONLY = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
OUR_OWN = re.compile(
    "\x1b\\[(?:[0-79;]|[1-79][0-9]|[0-9]{2}[0-9;]*)*m"  # colours, but never 8, which hides what follows
    "|\x1b\\[\\?25[lh]|\x1b\\[[12]?K|\x1b\\[[0-9]*A|\x1b\\[1;[0-9]*H"  # the live board, in place
    "|\r(?=[\n\x1b])"
)

HISTORY = [
    {"kind": "history", "version": 1, "began": "2026-11-25T10:00:00+00:00", "commit": EVIL},
    {
        "kind": "reading",
        "store": EVIL,
        "question": EVIL,
        "subject": EVIL,
        "answer": [],
        "asked_s": 0.1,
        "answered_s": 0.2,
    },
]
ACT = f"""
import json, os, pathlib
folder = pathlib.Path(os.environ["GPATH_EVIDENCE"])
lines = [json.dumps(line) for line in {HISTORY!r}]
(folder / "history.jsonl").write_text("".join(line + chr(10) for line in lines))
"""
ASSERT = f"""
from gp_lib.verdict import Check, Ruling, Verdict
evil = {EVIL!r}
verdict = Verdict.of(
    Check(name=evil, verdict=Ruling.FAIL, requirement=evil, measured=2.0, limit=1.0, unit=evil, message=evil + word),
)
"""
JUDGE = '(folder / "verdict.json").write_text(json.dumps(verdict.to_json()))'


def a_scenario(folder: Path) -> None:
    """A scenario of which name, title, comments, checks, units, messages and history are hostile."""
    path = write_scenario(folder / "notebooks", NAME, act=ACT, judge=JUDGE).path
    notebook = json.loads(path.read_text())
    for cell in notebook["cells"]:
        if "assert" in cell["metadata"].get("tags", ()):
            cell["source"] = ASSERT
        if "parameters" in cell["metadata"].get("tags", ()):
            cell["source"] += f"\nword = {EVIL!r}  # {CODES}"
    notebook["cells"][0]["source"] = f"# {CODES}\n\n**Question.** {CODES}?"
    path.write_text(json.dumps(notebook))


def at_a_terminal(folder: Path, *words: str) -> str:
    """What ``gpath`` says at a terminal, on stdout and stderr, to its end."""
    ours, theirs = pty.openpty()
    variables = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "900", "LINES": "60", "HOME": str(folder)}
    variables |= {"XDG_CONFIG_HOME": str(folder / "config"), "XDG_DATA_HOME": str(folder / "data")}
    with subprocess.Popen(
        [str(GPATH), *words], cwd=folder, env=variables, stdin=subprocess.DEVNULL, stdout=theirs, stderr=theirs
    ) as gpath:
        os.close(theirs)
        said, until = b"", time.monotonic() + LIMIT_S
        try:
            while time.monotonic() < until:
                if select.select([ours], [], [], 1.0)[0]:
                    said += os.read(ours, 1 << 16)
        except OSError:  # Linux says so when the other end is closed
            pass
        gpath.kill() if time.monotonic() >= until else None
    os.close(ours)
    return said.decode().replace("\r\n", "\n")


def acts(said: str) -> list[str]:
    """What a terminal would obey, and lines that are not ours: further lines of a text are set in."""
    words = OUR_OWN.sub("", said)
    return [repr(found) for found in PRINTABLE_ONLY.findall(words)] + [
        line for line in words.split("\n") if line.startswith("FORGED")
    ]


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with two hostile batches, the first of them signed and then changed, and one that was killed."""
    folder = tmp_path_factory.mktemp("hostile") / "project"
    a_scenario(folder)
    (folder / "gpath.toml").write_text(TARGET)
    for word in ("one", "two"):
        subprocess.run([GPATH, "run", "--target", "none", "-p", f"word={EVIL}{word}"], cwd=folder, check=False)
        os.rename((folder / "runs" / "latest").resolve(), folder / "runs" / f"{word}-{CODES}\nFORGED")
    killed = folder / "runs" / f"killed-{CODES}\nFORGED"
    killed.mkdir()
    case: dict[str, Any] = {"name": f"gone_{EVIL}", "scenario": f"gone_{EVIL}", "parameters": {EVIL: EVIL}}
    head = {"version": 1, "target": EVIL, "began": "2026-11-25T10:00:00+00:00", "cases": [case]}
    (killed / evidence.JOURNAL).write_text(json.dumps(head) + "\n")
    return folder


SAYS: dict[str, list[list[str]]] = {
    "run": [["run", "--target", "none"], ["run", "--dry-run"], ["run", "--failed"], ["run", EVIL]],
    "resume": [["resume", "killed"], ["resume", "two"], ["resume", EVIL]],
    "merge": [["merge", "one", "one"], ["merge", "killed"], ["merge", "one", "two"]],
    "list": [["list"], ["list", "--markdown"]],
    "prove": [["prove", EVIL], ["prove", NAME, "--no-defects", "--sabotage", "--target", "none", "--clean"]],
    "rejudge": [["rejudge", "one"], ["rejudge", "killed"]],
    "report": [["report", "two"], ["report", "killed"]],
    "history": [["history"], ["history", NAME], ["history", EVIL], ["history", "--json"]],
    "diff": [["diff", "one", "two"], ["diff", "one", "two", "--json"], ["diff", "one", "two", "--notebooks"]],
    "prune": [["prune", "--keep-last", "1", "--dry-run"]],
    "attest": [["attest", "one", "--make-key"], ["attest", "killed"]],
    "verify": [["verify", "one"], ["verify", "two"]],
    "share": [["share", "one", "-o", "one.zip"], ["share", "two", "-o", f"{CODES}.zip"]],
    "slim": [["slim", "one", f"slim-{CODES}"], ["slim", "killed", "slim"]],
    "push": [["push", "one", "file:///nowhere/at/all"], ["push", "killed", "file:///nowhere/at/all"]],
    "import": [["import", f"{CODES}.zip"], ["import", "one.zip"]],
    "debug": [["debug", "one", "nobody"], ["debug", "two", EVIL]],
}
"""Command lines of each command that says something of a batch, in an order in which they can be run."""

OF_NO_BATCH = {"up", "down", "status", "logs", "lab"}


def test_every_command_is_tried_or_says_nothing_of_a_batch() -> None:
    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    assert set(commands) == SAYS.keys() | OF_NO_BATCH


@pytest.mark.timeout(900)
@pytest.mark.parametrize("command", SAYS)
def test_what_a_command_says_of_a_hostile_batch_is_words(project: Path, command: str) -> None:
    for words in SAYS[command]:
        said = at_a_terminal(project, *words)
        assert said.strip() != ""
        assert "defect of the workbench" not in said
        assert (words, acts(said)) == (words, [])
    if command == "attest":
        batch = next((project / "runs").glob("one-*"))
        (judged_folders(batch)[0] / f"added-{CODES}\nFORGED").touch()
