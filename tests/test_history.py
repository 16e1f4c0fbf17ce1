"""A history comes back from its file as it was, and says when it could not."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gp_lib.contract.platform import Tools
from gp_lib.errors import Damaged, WorkbenchError
from gp_lib.history import VERSION, Event, Fault, History, Operation, Reading, record_from_json, record_to_json
from tests.histories import tell
from tests.story_lines import BEGAN

STORY = """
    amy       a1  supervisor  starts
    amy       a2  supervisor  says "Ünïcode, and a surrogate: \\ud800"
    amy       asked a
    postgres  stored_events amy a1-2
    fault     CutAtCommit struck 0.01 0.02  [since=0.005 side=answer]
"""
HEADER = {"kind": "history", "version": VERSION, "began": BEGAN.isoformat()}
Saved = Callable[[str], Path]


def lines_of(history: History) -> str:
    return "".join(json.dumps(line) + "\n" for line in [HEADER, *map(record_to_json, history)])


@pytest.fixture
def saved(tmp_path: Path) -> Saved:
    def save(text: str) -> Path:
        path = tmp_path / "history.jsonl"
        path.write_text(text, encoding="utf-8")
        return path

    return save


@pytest.mark.parametrize("index", range(5))
def test_every_kind_of_record_survives_json(index: int) -> None:
    record = tell(STORY).history[index]
    assert record_from_json(json.loads(json.dumps(record_to_json(record)))) == record


def test_a_saved_history_comes_back_whole(saved: Saved) -> None:
    history = tell(STORY).history
    loaded = History.load(saved(lines_of(history)))
    assert list(loaded) == list(history)
    assert loaded.began == history.began
    assert not loaded.truncated


@pytest.mark.parametrize(("told", "tools"), [({}, Tools()), ({"tools": {"effect": "order"}}, Tools(effect="order"))])
def test_a_history_knows_the_tools_that_its_header_names(saved: Saved, told: dict[str, object], tools: Tools) -> None:
    assert History.load(saved(json.dumps({**HEADER, **told}) + "\n")).tools == tools


def test_a_last_line_that_was_cut_short_is_left_out_and_told(saved: Saved) -> None:
    history = tell(STORY).history
    loaded = History.load(saved(lines_of(history)[:-10]))
    assert list(loaded) == list(history)[:-1]
    assert loaded.truncated


@pytest.mark.parametrize(
    "text",
    [
        "",
        "no history\n",
        "[]\n",
        json.dumps({**HEADER, "kind": "novel"}) + "\n",
        json.dumps({**HEADER, "version": VERSION + 1}) + "\n",
        json.dumps({"kind": "history", "version": VERSION}) + "\n",
        json.dumps({**HEADER, "began": "once upon a time"}) + "\n",
        json.dumps({**HEADER, "tools": {"costs": 5}}) + "\n",
        json.dumps({**HEADER, "tools": {"hammer": "x"}}) + "\n",
        json.dumps({**HEADER, "tools": {"costs": "x", "effect": "x"}}) + "\n",
        json.dumps(HEADER) + '\n{"kind": "event"}\n',
        json.dumps(HEADER) + '\n{"kind": "dream"}\n',
        json.dumps(HEADER) + '\nhalf a li\n{"kind": "event"}\n',
    ],
)
def test_what_is_no_readable_history_is_refused(saved: Saved, text: str) -> None:
    path = saved(text)
    with pytest.raises(WorkbenchError, match=r"history\.jsonl is damaged: "):
        History.load(path)


def test_a_file_of_other_bytes_is_no_history(tmp_path: Path) -> None:
    (tmp_path / "history.jsonl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(Damaged, match="is damaged: "):
        History.load(tmp_path / "history.jsonl")


def test_a_file_that_is_not_there_is_no_history(tmp_path: Path) -> None:
    with pytest.raises(WorkbenchError, match="cannot be read: there is no such file"):
        History.load(tmp_path / "history.jsonl")


def test_a_moment_of_the_history_has_a_wall_clock_time() -> None:
    assert tell(STORY).history.wall(1.5) == datetime(2026, 11, 22, 6, 48, 21, 500_000, UTC)
    assert History(began=BEGAN).wall(0.0) == BEGAN == History(began=BEGAN).wall(2.0) - timedelta(seconds=2)


def test_records_of_a_kind_keep_the_indices_of_the_whole() -> None:
    history = tell(STORY).history
    assert [index for index, _ in history.indexed(Event)] == [0, 1]
    assert [index for index, _ in history.indexed(Operation)] == [2]
    assert [index for index, _ in history.indexed(Reading)] == [3]
    assert [index for index, _ in history.indexed(Fault)] == [4]


def test_a_table_has_a_row_for_each_record_under_its_index() -> None:
    table = tell(STORY).history.table()
    assert list(table.index) == [0, 1, 2, 3, 4]
    assert list(table["kind"]) == ["event", "event", "operation", "reading", "fault"]
    assert list(table["at_s"]) == [0.01, 0.02, 0.0, 0.04, 0.005]


def test_a_history_says_how_much_is_in_it() -> None:
    assert repr(tell(STORY).history) == "<History: 1 operations, 2 events, 1 readings, 1 faults>"


@pytest.mark.parametrize("frame", ["no JSON", "[1, 2]", '{"payload": 7}', "[" * 100_000])
def test_a_frame_without_a_payload_has_an_empty_one(frame: str) -> None:
    event = Event(
        actor="amy",
        connection="amy/1",
        type="malformed",
        run_id=None,
        thread_id=None,
        user_id=None,
        seq=None,
        server_time=None,
        received_s=0.0,
        frame=frame,
    )
    assert event.payload == {}
    assert event.agent_name is None
    assert event.event_id is None


@pytest.mark.parametrize(("story", "touched"), [("fault X struck 0.1", True), ("fault X", False)])
def test_a_fault_touched_something_when_it_struck(story: str, touched: bool) -> None:
    fault = tell(story).history[0]
    assert isinstance(fault, Fault)
    assert fault.touched is touched
