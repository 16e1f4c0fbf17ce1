"""What a person reads where there is no terminal: a line a step, or only what is not green."""

from dataclasses import replace
from pathlib import Path

import pytest

from gp_lib.runner.batch import Batch
from gp_lib.runner.cases import Case
from gp_lib.runner.console import Console
from gp_lib.verdict import Ruling
from tests.planted import some
from tests.runner.batches import A1, CASES, PLAN, a_batch, entry


def told(capsys: pytest.CaptureFixture[str], batch: Batch, *, quiet: bool) -> list[str]:
    """What the console says of a whole batch."""
    console = Console(quiet=quiet)
    console.service("postgres", "ready")
    with console.watching(Batch(batch.folder, PLAN)) as progress:
        for case, one in zip(CASES, batch.entries, strict=True):
            progress.started(case)
            progress.cell(case, "act", "running")
            progress.done(one)
    console.summary(batch)
    out, err = capsys.readouterr()
    assert err == ""
    return [line.rstrip() for line in out.splitlines()]


@pytest.fixture
def mixed(tmp_path: Path) -> Batch:
    return a_batch(tmp_path, Ruling.PASS, Ruling.FAIL, Ruling.UNKNOWN)


def test_every_step_and_every_entry_has_a_line(capsys: pytest.CaptureFixture[str], mixed: Batch) -> None:
    lines = told(capsys, mixed, quiet=False)
    assert lines[:4] == [
        "  postgres   ready",
        "running a1_one",
        "pass    a1_one  1.5 s  1 checks passed",
        "running w2_two.r1",
    ]
    assert "fail    w2_two.r1  1.5 s  kept: it did" in lines
    assert lines[-1] == f"evidence: runs/{mixed.folder.name} (index.html, junit.xml, one folder a scenario)"


def test_the_table_at_the_end_has_every_entry_by_its_own_name(capsys: pytest.CaptureFixture[str], mixed: Batch) -> None:
    table = [line for line in told(capsys, mixed, quiet=False) if line.startswith("│")]
    assert [line.split("│")[2].strip() for line in table] == ["a1_one", "w2_two.r1", "w2_two.r2"]


def test_a_quiet_console_says_only_what_is_not_green_and_the_end(
    capsys: pytest.CaptureFixture[str], mixed: Batch
) -> None:
    assert told(capsys, mixed, quiet=True) == [
        "fail    w2_two.r1  1.5 s  kept: it did",
        f"        debug it: gpath debug {mixed.folder.name} w2_two.r1",
        "unknown w2_two.r2  1.5 s  kept: it did",
        f"        debug it: gpath debug {mixed.folder.name} w2_two.r2",
        "1 of 3 passed",
        f"evidence: runs/{mixed.folder.name} (index.html, junit.xml, one folder a scenario)",
    ]


def test_a_quiet_console_says_of_a_green_batch_that_it_is_green(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    lines = told(capsys, a_batch(tmp_path, Ruling.PASS, Ruling.PASS, Ruling.PASS), quiet=True)
    assert (lines[0], len(lines)) == ("3 of 3 passed", 2)


@pytest.mark.parametrize(
    ("ruling", "took_s", "says_how"),
    [(Ruling.PASS, 1.0, False), (Ruling.FAIL, 1.0, True), (Ruling.UNKNOWN, 1.0, True), (Ruling.UNKNOWN, 0.0, False)],
)
def test_how_to_debug_is_said_of_what_ran_and_is_not_green(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, ruling: Ruling, took_s: float, says_how: bool
) -> None:
    Console().done(entry(tmp_path, CASES[1], ruling, took_s=took_s))
    assert (f"debug it: gpath debug {tmp_path.name} w2_two.r1\n" in capsys.readouterr().out) is says_how


def test_how_to_debug_is_one_line_however_long_so_that_it_can_be_copied(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    batch = tmp_path / "2026-11-25T10-00-00Z-abcd"
    Console().done(replace(entry(tmp_path, CASES[1], Ruling.FAIL), folder=batch / f"w2_two.{'users_5.' * 9}"))
    assert f"gpath debug {batch.name} w2_two.{'users_5.' * 9}\n" in capsys.readouterr().out


def test_a_long_name_is_told_to_its_end(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    name = "w1_connections_at_once_" + ".".join(f"users_{number}" for number in range(8))
    batch = a_batch(tmp_path)
    batch.entries = [entry(tmp_path, Case(name, A1), message="all is well " * 9)]
    batch.entries[0] = replace(batch.entries[0], folder=tmp_path / name)
    Console().summary(batch)
    cells = [line.split("│")[2].strip() for line in capsys.readouterr().out.splitlines() if line.count("│") > 4]
    assert name in "".join(cells)


def test_what_looks_like_markup_is_shown_as_it_is(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    Console().done(entry(tmp_path, CASES[0], Ruling.FAIL, message="ids [1] [bold]x[/bold] [/]"))
    assert "ids [1] [bold]x[/bold] [/]" in capsys.readouterr().out


def test_terminal_codes_of_a_message_do_not_reach_the_terminal(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    batch = a_batch(tmp_path)
    batch.entries = [entry(tmp_path, CASES[0], Ruling.FAIL, message="x\x1b]0;owned\x07y\x1b[2Jz")]
    console = Console()
    console.done(batch.entries[0])
    console.summary(batch)
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.count("xyz") == 2


def test_a_secret_is_not_told(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    secret = some(24)
    batch = a_batch(tmp_path)
    batch.entries = [entry(tmp_path, CASES[0], Ruling.FAIL, message=f"it sent Bearer {secret}")]
    console = Console()
    console.done(batch.entries[0])
    console.summary(batch)
    out = capsys.readouterr().out
    assert "it sent Bearer" in out
    assert secret not in out
