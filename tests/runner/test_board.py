"""The live board shows what runs, how far it is, and what it saw last; it never breaks over what it reads."""

import io
import json
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.history import record_to_json
from gp_lib.runner.batch import Batch
from gp_lib.runner.board import LAST_BYTES, LONGEST, Board, last_seen
from gp_lib.runner.screen import Screen
from gp_lib.verdict import Ruling
from gp_lib.workload.recording import Recording
from tests.histories import tell
from tests.runner.batches import CASES, PLAN, entry


def drawn(board: Board, screen: Screen) -> str:
    """What the board shows at the moment."""
    assert isinstance(screen.file, io.StringIO)
    screen.file.seek(0)
    screen.file.truncate()
    screen.print(board._draw())
    return screen.file.getvalue()


def a_screen(width: int = 100) -> Screen:
    return Screen(file=io.StringIO(), width=width, force_terminal=True, color_system=None)


def history(folder: Path, story: str) -> Path:
    """The file of a history, as the act writes it."""
    folder.mkdir(exist_ok=True)
    recording = Recording(folder / evidence.HISTORY)
    for record in tell(story).history:
        recording.record(record)
    recording.seal()
    return folder / evidence.HISTORY


def test_it_shows_what_runs_and_how_far_it_is_and_what_it_saw_last(tmp_path: Path) -> None:
    screen = a_screen()
    board = Board(screen)
    board.expect(Batch(tmp_path, PLAN))
    board.started(CASES[0])
    board.started(CASES[1])
    board.cell(CASES[0], "act")
    history(tmp_path / "a1_one", "amy a1 supervisor starts")
    first, second, last = drawn(board, screen).splitlines()
    assert ("a1_one" in first, "act" in first, "amy agent_started" in first) == (True, True, True)
    assert ("w2_two.r1" in second, "starts" in second) == (True, True)
    assert last == "0 of 3 done"


def test_what_is_done_leaves_the_board_and_is_counted(tmp_path: Path) -> None:
    screen = a_screen()
    board = Board(screen)
    board.expect(Batch(tmp_path, PLAN))
    for case, ruling in zip(CASES[:2], (Ruling.PASS, Ruling.FAIL), strict=True):
        board.started(case)
        board.done(entry(tmp_path, case, ruling))
    assert drawn(board, screen).splitlines() == ["2 of 3 done: 1 pass, 1 fail"]


def test_a_resumed_batch_counts_what_was_done_before(tmp_path: Path) -> None:
    screen = a_screen()
    board = Board(screen)
    board.expect(Batch(tmp_path, PLAN, [entry(tmp_path, CASES[0])]))
    assert drawn(board, screen) == "1 of 3 done: 1 pass\n"


def test_it_leaves_the_terminal_as_it_was_after_what_was_printed_meanwhile(tmp_path: Path) -> None:
    screen = a_screen()
    board = Board(screen)
    board.expect(Batch(tmp_path, PLAN))
    with board.live():
        board.started(CASES[0])
        screen.print("meanwhile")
    assert isinstance(screen.file, io.StringIO)
    written = screen.file.getvalue()
    assert "meanwhile\n" in written
    assert "\x1b[2K" in written.rpartition("of 3 done")[2], "the board's last drawing is wiped"
    assert written.count("\x1b[?25l") == written.count("\x1b[?25h") == 1, "the cursor is hidden, and shown again"


def test_a_narrow_terminal_has_one_line_a_scenario(tmp_path: Path) -> None:
    screen = a_screen(width=50)
    board = Board(screen)
    board.expect(Batch(tmp_path, PLAN))
    board.started(CASES[0])
    history(tmp_path / "a1_one", f"{'long' * 30} a1 supervisor starts")
    assert len(drawn(board, screen).splitlines()) == 2


@pytest.mark.parametrize(
    ("story", "seen"),
    [
        ("amy a1 supervisor starts", "amy agent_started"),
        ("amy connected", "amy connects"),
        ("postgres event_row a1 found", "postgres event_row"),
    ],
)
def test_the_last_record_of_every_kind_is_told(tmp_path: Path, story: str, seen: str) -> None:
    assert last_seen(history(tmp_path, story)) == seen


def test_a_record_is_told_while_the_act_goes_on(tmp_path: Path) -> None:
    recording = Recording(tmp_path / evidence.HISTORY)
    assert last_seen(tmp_path / evidence.HISTORY) == ""
    recording.record(tell("amy a1 supervisor starts").history[0])
    assert last_seen(tmp_path / evidence.HISTORY) == "amy agent_started"
    recording.seal()


def test_a_fault_is_told_too(tmp_path: Path) -> None:
    assert last_seen(history(tmp_path, "fault StallCommit struck 0.50")).startswith("StallCommit")


def test_a_line_that_is_just_being_written_is_not_read(tmp_path: Path) -> None:
    path = history(tmp_path, "amy a1 supervisor starts")
    with path.open("a") as file:
        file.write('{"kind": "event", "act')
    assert last_seen(path) == "amy agent_started"


def test_of_a_long_history_only_the_end_is_needed(tmp_path: Path) -> None:
    path = history(tmp_path, "amy a1 supervisor starts\namy connected")
    header, first, last = path.read_text().splitlines(keepends=True)
    path.write_text(header + first * (3 * LAST_BYTES // len(first)) + last)
    assert last_seen(path) == "amy connects"


@pytest.mark.parametrize(
    "content",
    ["", "x", "\n", "\n\n", "not json\n", "[]\n", "7\n", '"x"\n', "{}\n", '{"kind": "new"}\n', '{"kind": []}\n'],
)
def test_whatever_is_no_record_is_not_told(tmp_path: Path, content: str) -> None:
    (tmp_path / evidence.HISTORY).write_text(content)
    assert last_seen(tmp_path / evidence.HISTORY) == ""


def test_without_a_history_nothing_is_told(tmp_path: Path) -> None:
    assert last_seen(tmp_path / evidence.HISTORY) == ""


def test_terminal_codes_and_endless_words_from_the_wire_do_not_reach_the_terminal(tmp_path: Path) -> None:
    path = history(tmp_path, "amy a1 supervisor starts")
    record = {
        **record_to_json(tell("amy a1 supervisor starts").history[0]),
        "type": "\x1b]0;owned\x07a\nb\x1b[2J" + "x" * 999,
    }
    path.write_text(json.dumps(record) + "\n")
    seen = last_seen(path)
    assert seen.startswith("amy a b")
    assert seen.isprintable()
    assert len(seen) < LONGEST + 40
