import itertools
import threading
import time
from pathlib import Path

import httpx

from .serving import Running, serving


def ask(running: Running, sql: str) -> str:
    response = httpx.post(running.url, content=sql, timeout=30)
    assert response.status_code == 200, response.text
    return response.text


def kill(running: Running) -> None:
    running.process.kill()
    running.process.wait()


def insert_until_killed(running: Running, acknowledged: list[int], start: int) -> None:
    for number in itertools.count(start, 8):
        try:
            ask(running, f"INSERT INTO d.t VALUES ({number})")
        except httpx.TransportError:
            return
        acknowledged.append(number)


def test_what_was_acknowledged_is_there_after_a_kill(data_dir: Path) -> None:
    acknowledged: list[int] = []
    for round_ in range(3):
        with serving(data_dir) as running:
            ask(running, "CREATE DATABASE IF NOT EXISTS d")
            ask(running, "CREATE TABLE IF NOT EXISTS d.t (x UInt64) ENGINE = MergeTree ORDER BY x")
            writers = [
                threading.Thread(target=insert_until_killed, args=(running, acknowledged, round_ * 1_000_000 + start))
                for start in range(8)
            ]
            for writer in writers:
                writer.start()
            while len(acknowledged) < (round_ + 1) * 50:
                assert running.process.poll() is None
                time.sleep(0.01)
            kill(running)
            for writer in writers:
                writer.join()
    with serving(data_dir) as running:
        found = [int(line) for line in ask(running, "SELECT x FROM d.t ORDER BY x").split()]
    assert set(acknowledged) <= set(found)
    assert len(found) == len(set(found))
    assert len(found) <= len(acknowledged) + 3 * 8


def test_inserts_are_synced_to_disk(data_dir: Path) -> None:
    with serving(data_dir) as running:
        names = "'fsync_after_insert', 'fsync_part_directory'"
        assert ask(running, f"SELECT value FROM system.merge_tree_settings WHERE name IN ({names})") == "1\n1\n"
        assert ask(running, "SELECT getSetting('fsync_metadata')") == "true\n"


def test_a_table_created_before_a_kill_is_there(data_dir: Path) -> None:
    with serving(data_dir) as running:
        ask(running, "CREATE TABLE t (x UInt8) ENGINE = MergeTree ORDER BY x")
        kill(running)
    with serving(data_dir) as running:
        assert ask(running, "SHOW TABLES") == "t\n"


def test_a_server_keeps_its_identity_over_restarts(data_dir: Path) -> None:
    names = []
    for _ in range(2):
        with serving(data_dir) as running:
            names.append(httpx.get(running.url).headers["X-ClickHouse-Server-Display-Name"])
            assert int(ask(running, "SELECT uptime()")) < 30
    assert names[0] == names[1]


def test_a_synchronous_drop_ends_on_a_new_directory(data_dir: Path) -> None:
    with serving(data_dir) as running:
        ask(running, "CREATE TABLE t (x UInt8) ENGINE = MergeTree ORDER BY x")
        ask(running, "INSERT INTO t VALUES (1)")
        ask(running, "DROP TABLE t SYNC")
        assert ask(running, "SELECT count() FROM system.dropped_tables") == "0\n"
