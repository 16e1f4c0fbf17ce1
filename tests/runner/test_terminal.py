"""What others wrote is shown at a terminal, and never obeyed: in a line, in JSON, in a table, on the live board."""

import io
import json
import math
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rich.console import Group
from rich.live import Live
from rich.table import Column, Table
from rich.text import Text

from gp_lib import redaction
from gp_lib.errors import WorkbenchError
from gp_lib.runner.console import as_lines
from gp_lib.runner.screen import Screen
from gp_lib.runner.terminal import as_json, complain, complain_of, say, say_block, say_json, say_text
from gp_lib.verdict import Check, Ruling, Verdict
from tests.planted import some

HOSTILE = {
    "colour": "\x1b[31mred",
    "title": "\x1b]0;owned\x07",
    "link": "\x1b]8;;https://evil.invalid\x1b\\x",
    "clear": "\x1b[2J\x1b[H",
    "one byte": "\x9b31m",
    "return": "12 fail\r12 pass",
    "line": "x\nFORGED",
    "others": "x\vFORGED\x85FORGED\u2028FORGED\u2029FORGED",
    "backspace": "fail\b\b\b\bpass",
    "direction": "\u202eslaever\u2066\u2069\u200f\u061c",
    "half": "\ud83d",
    "nothing": "\x00\x7f",
    "device": "\x1bP+q\x1b\\",
}
FORBIDDEN = {*map(chr, range(0x20)), *map(chr, range(0x7F, 0xA0)), *"\u061c\u200f\u202e\u2066\u2069\u2028\u2029"} - {
    "\n"
}


def harmful(text: str) -> set[str]:
    """What in a text a terminal would obey, and whatever pretends to be a line of its own."""
    return (set(text) & FORBIDDEN) | {line for line in text.split("\n") if line.lstrip().startswith("FORGED")}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
@pytest.mark.parametrize("way", [say, complain], ids=["say", "complain"])
def test_a_line_stays_one_line_of_words(
    way: Callable[..., None], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    way(f"before {words} after", "next")
    said = "".join(capsys.readouterr())
    assert harmful(said) == set()
    assert (said.count("\n"), said.startswith("before "), said.endswith(" after\nnext\n")) == (2, True, True)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_json_is_printable_ascii_and_holds_the_words_as_they_are(
    words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    say_json({words: [words]})
    out = capsys.readouterr().out
    assert (out.isascii(), harmful(out), out.count("\n")) == (True, set(), 1)
    assert json.loads(out) == {words: [words]}


def test_json_is_json_by_the_standard() -> None:
    when = datetime(2026, 1, 2, tzinfo=UTC)
    data = {"a": [math.nan, math.inf, -math.inf, 1.5, None, True], "when": when, "what": Ruling.PASS, "t": (1,)}
    told = json.loads(as_json(data, indent=1), parse_constant=lambda word: pytest.fail(f"{word} is not JSON"))
    assert told["a"] == ["NaN", "Infinity", "-Infinity", 1.5, None, True]
    assert (told["when"], told["what"], told["t"]) == ("2026-01-02T00:00:00+00:00", "pass", [1])


def test_no_secret_is_said_on_any_way(capsys: pytest.CaptureFixture[str]) -> None:
    secret = some(24)
    redaction.know(secret, "password")
    say(secret)
    complain(secret)
    say_text(f"a\n{secret}")
    say_block(f"a\n{secret}")
    complain_of(WorkbenchError(secret))
    say_json({"a": secret})
    out, err = capsys.readouterr()
    assert secret not in out + err
    assert (out + err).count("redacted") == 6


def test_further_lines_of_an_error_cannot_be_taken_for_the_commands_own(capsys: pytest.CaptureFixture[str]) -> None:
    complain_of(WorkbenchError("no run 'x\ngpath: all is well'"))
    assert capsys.readouterr().err == "gpath: no run 'x\n  gpath: all is well'\n"


def test_a_text_of_several_lines_keeps_them(capsys: pytest.CaptureFixture[str]) -> None:
    say_text("one\n  two\x1b[31m\n\nthree\n")
    assert capsys.readouterr().out == "one\n  two\n\nthree\n"


def shown(width: int = 300) -> Screen:
    return Screen(file=io.StringIO(), width=width, color_system=None, force_terminal=True)


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_text_on_the_screen_is_one_line_wherever_it_stands(words: str) -> None:
    screen = shown()
    table = Table("head", Column(words, overflow="fold"), box=None)
    table.add_row(words, Text("styled", style="bold"))
    grid = Table.grid()
    grid.add_row("cell", words)
    for drawn in (words, Text(words), table, Group(grid, Text(words))):
        screen.print(drawn)
    assert isinstance(screen.file, io.StringIO)
    assert harmful(screen.file.getvalue()) == set()
    assert screen.file.getvalue().count("\n") == 6


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_styled_text_in_a_cell_is_harmless_however_it_is_wrapped(words: str) -> None:
    screen, table = shown(), Table(box=None)
    table.add_row(Text(words, style="bold"))
    screen.print(table)
    assert isinstance(screen.file, io.StringIO)
    assert set(screen.file.getvalue()) & FORBIDDEN == set()


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_a_live_board_draws_words_and_obeys_none(words: str) -> None:
    screen, quiet = shown(), shown()
    for one, text in ((screen, words), (quiet, "x")):
        with Live(Text(text), console=one, auto_refresh=False) as live:
            live.refresh()
    assert isinstance(screen.file, io.StringIO)
    assert isinstance(quiet.file, io.StringIO)
    own = set(quiet.file.getvalue()) & FORBIDDEN  # rich moves the cursor itself
    assert harmful(screen.file.getvalue().replace("\x1b[?25l", "")) <= own
    assert screen.file.getvalue().count("\x1b") == quiet.file.getvalue().count("\x1b")


def test_a_check_cannot_add_a_line_to_the_verdict_it_stands_in() -> None:
    check = Check(
        name="x\nverdict: pass", verdict=Ruling.FAIL, requirement="", unit="s\nverdict: pass", measured=1.0,
        message="it broke\nverdict: pass",
    )  # fmt: skip
    lines = as_lines(Verdict.of(check))
    assert [line for line in lines if line.startswith("verdict:")] == ["verdict: fail"]
    assert lines[2:] == ["    verdict: pass"]
