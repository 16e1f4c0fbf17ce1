"""Logs are cut to the time in which a scenario acted, in whatever way a service writes the time."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

from gp_lib.history import History
from gp_lib.runner.report.logs import CutLog, Logs, keep_logs, window
from tests.histories import tell

DURING = datetime(2024, 11, 25, 10, 0, tzinfo=UTC), datetime(2024, 11, 25, 10, 1, tzinfo=UTC)
PYTHON = """2024-11-25 09:59:59,999 INFO before
  of before
2024-11-25 10:00:00,000 ERROR inside
Traceback of inside
2024-11-25 10:01:00,001 INFO after
"""
POSTGRES = "2024-11-25 08:30:30.000 UTC [1] LOG: before\n2024-11-25 10:00:30.000 UTC [1] LOG: inside\n"
VALKEY = (
    "12:M 25 Nov 2024 11:00:30.882 * inside\n12:M 25 Nov 2024 10:00:30.882 * before\n12:M 99 Foo 2024 10:00:30.882\n"
)


def cut(folder: Path, name: str, content: str | bytes, *, offset_s: float = 0.0) -> CutLog:
    (folder / "services").mkdir(exist_ok=True)
    (folder / "services" / f"{name}.log").write_bytes(content if isinstance(content, bytes) else content.encode())
    (found,) = Logs(folder).cut("services", DURING, offset_s=offset_s)
    return found


def test_a_line_without_a_time_belongs_to_the_one_before_it(tmp_path: Path) -> None:
    assert cut(tmp_path, "platform", PYTHON).lines == ("2024-11-25 10:00:00,000 ERROR inside", "Traceback of inside")


def test_postgres_says_that_its_time_is_utc_and_valkey_writes_local_time(tmp_path: Path) -> None:
    assert [line[-6:] for line in cut(tmp_path, "x", POSTGRES, offset_s=3600).lines] == ["inside"]
    assert [line[-6:] for line in cut(tmp_path, "x", VALKEY, offset_s=3600).lines] == ["inside"]


def test_a_long_log_is_shown_from_both_ends_and_says_how_much_is_missing(tmp_path: Path) -> None:
    log = cut(tmp_path, "x", "".join(f"2024-11-25 10:00:30,000 line {number}\n" for number in range(1000)))
    assert (log.lines[0][-6:], log.lines[-1][-8:], log.left_out) == ("line 0", "line 999", 1000 - len(log.lines))


def test_each_scenario_s_time_is_cut_from_what_was_read_once(tmp_path: Path) -> None:
    (tmp_path / "services").mkdir()
    (tmp_path / "services" / "x.log").write_text(PYTHON)
    logs, hour = Logs(tmp_path), timedelta(hours=1)
    spans = [DURING, (DURING[0] - hour, DURING[0] - timedelta(microseconds=1)), (DURING[1], DURING[1] + hour)]
    cuts = [logs.cut("services", span, offset_s=0.0)[0].lines for span in spans]
    assert [[line.split()[-1] for line in lines] for lines in cuts] == [["inside"] * 2, ["before"] * 2, ["after"]]
    assert [log.lines for log in logs.cut("services", spans[0], offset_s=3600.0)] == [()]
    assert logs.cut("services-2", DURING, offset_s=0.0) == []


def test_broken_text_and_terminal_codes_do_not_get_through(tmp_path: Path) -> None:
    (line,) = cut(tmp_path, "x", b"2024-11-25 10:00:30,000 \xff\x1b[31mred\x1b[0m \x00\n").lines
    assert line == "2024-11-25 10:00:30,000 �red �"


def test_the_window_is_that_of_the_act(tmp_path: Path) -> None:
    told = tell("ann asked a").history
    history = History(list(told), began=DURING[0])
    began, ended = window(history)
    assert began < DURING[0] < ended
    assert (ended - began).total_seconds() < 10


def test_of_a_stack_that_goes_on_running_only_the_batchs_own_time_is_kept(tmp_path: Path) -> None:
    (tmp_path / "logs").mkdir()
    (tmp_path / "logs" / "postgres.log").write_text(POSTGRES)
    keep_logs(tmp_path / "logs", tmp_path / "services", since=DURING[0])
    assert (tmp_path / "services" / "postgres.log").read_text() == POSTGRES.splitlines(keepends=True)[1]
