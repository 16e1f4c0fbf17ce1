"""A query has its client's name, ends with its client, and can be ended by others."""

import socket
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager

import clickhouse_connect
import httpx
import pytest

from gp_lib.clock import Deadline

from .serving import Running

SLOW = (
    "SELECT sleepEachRow(1) FROM numbers(120) "
    "SETTINGS max_block_size = 1, function_sleep_max_microseconds_per_block = 200000000"
)


def ask(http: httpx.Client, sql: str, **parameters: str) -> httpx.Response:
    return http.post("/", params=parameters, content=sql)


def running(http: httpx.Client, query_id: str) -> int:
    return int(ask(http, f"SELECT count() FROM system.processes WHERE query_id = '{query_id}'").text)


def until_running(http: httpx.Client, query_id: str, count: int) -> None:
    until(lambda: running(http, query_id) == count)


def until(reached: Callable[[], bool]) -> None:
    deadline = Deadline.after(90)
    while not reached():
        assert not deadline.passed
        time.sleep(0.1)


@contextmanager
def under_way(url: str, sql: str = SLOW, **parameters: str) -> Iterator[tuple[str, Future[httpx.Response]]]:
    """A query of a client of its own, and what will come of it; it is ended in the end."""
    query_id = parameters.setdefault("query_id", uuid.uuid4().hex)
    with httpx.Client(base_url=url, timeout=300) as client, ThreadPoolExecutor() as pool:
        answer = pool.submit(ask, client, sql, **parameters)
        try:
            yield query_id, answer
        finally:
            name = query_id.replace("\\", "\\\\").replace("'", "\\'")
            httpx.post(url, content=f"KILL QUERY WHERE query_id = '{name}' SYNC", timeout=300).raise_for_status()


def hang_up(server: Running, sql: str, **parameters: str) -> str:
    """Send a query and be gone before its answer."""
    query_id = parameters.setdefault("query_id", uuid.uuid4().hex)
    request = httpx.Request("POST", server.url, params=parameters, content=sql)
    head = f"POST {request.url.raw_path.decode()} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(sql)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", server.port)) as client:
        client.sendall(head.encode() + sql.encode())
        time.sleep(0.5)
    return query_id


def test_a_query_is_known_by_the_name_that_its_client_gave_it(server: Running, http: httpx.Client) -> None:
    with under_way(server.url, query_id="a 'name' \\ of its own") as (_, answer):
        until_running(http, "a \\'name\\' \\\\ of its own", 1)
        listed = ask(
            http, "SELECT query_id, user FROM system.processes WHERE query ILIKE '%sleepEachRow(1)%numbers(120)%'"
        )
        assert "a \\'name\\' \\\\ of its own\tdefault\n" in listed.text
        assert "of its own" in ask(http, "SHOW PROCESSLIST FORMAT JSONEachRow").text
        for table in ("`system`.processes", 'system . /**/ "processes" AS p', "system.processes"):
            found = ask(http, f"SELECT count() FROM {table} WHERE query_id LIKE '%of its own'")
            assert found.text == "1\n"
        assert not answer.done()


def test_what_names_the_table_in_other_ways_is_left_as_it_is(http: httpx.Client) -> None:
    assert ask(http, "SELECT 'system.processes' AS processes").text == "system.processes\n"
    assert "query_id" in ask(http, "DESCRIBE TABLE system.processes").text


@pytest.mark.parametrize("way", ["SYNC", "ASYNC"])
def test_kill_query_ends_the_query_of_that_name_and_says_which(server: Running, http: httpx.Client, way: str) -> None:
    with under_way(server.url) as (query_id, answer):
        until_running(http, query_id, 1)
        sql = f"kill /* it */ query where query_id = '{query_id}' and user = 'default' {way} format JSONEachRow"
        said = ask(http, sql).json()
        assert (said["query_id"], said["user"]) == (query_id, "default")
        assert said["kill_status"] == {"SYNC": "finished", "ASYNC": "waiting"}[way]
        assert answer.result(60).headers["X-ClickHouse-Exception-Code"] == "394"
    assert running(http, query_id) == 0


def test_kill_query_test_ends_nothing(server: Running, http: httpx.Client) -> None:
    with under_way(server.url) as (query_id, answer):
        until_running(http, query_id, 1)
        assert query_id in ask(http, f"KILL QUERY WHERE query_id = '{query_id}' TEST").text
        assert running(http, query_id) == 1
        assert not answer.done()


def test_killing_what_does_not_run_answers_nothing(http: httpx.Client) -> None:
    response = ask(http, "KILL QUERY WHERE query_id = 'nobody' SYNC")
    assert (response.status_code, response.text) == (200, "")
    assert ask(http, "KILL QUERY WHERE nope = 1").headers["X-ClickHouse-Exception-Code"] == "47"
    assert ask(http, "KILL QUERY").headers["X-ClickHouse-Exception-Code"] == "62"


def test_the_driver_can_kill_too(server: Running) -> None:
    client = clickhouse_connect.get_client(host="127.0.0.1", port=server.port)
    assert client.command("KILL QUERY WHERE query_id = 'nobody' ASYNC") is not None
    client.close()


def test_a_name_is_that_of_one_query_at_a_time(server: Running, http: httpx.Client) -> None:
    with under_way(server.url) as (query_id, answer):
        until_running(http, query_id, 1)
        assert ask(http, "SELECT 1", query_id=query_id).headers["X-ClickHouse-Exception-Code"] == "216"
        assert ask(http, "SELECT 1", query_id=query_id, replace_running_query="1").text == "1\n"
        assert answer.result(60).headers["X-ClickHouse-Exception-Code"] == "394"
    assert ask(http, "SELECT 1", query_id=query_id).text == "1\n"


@pytest.mark.parametrize("asked", [{}, {"cancel_http_readonly_queries_on_client_close": "1"}, {"session_id": "leaves"}])
def test_a_query_that_only_reads_ends_with_its_client(
    server: Running, http: httpx.Client, asked: dict[str, str]
) -> None:
    query_id = hang_up(server, SLOW, **asked)
    until_running(http, query_id, 0)


def test_it_goes_on_when_its_client_asked_for_that(server: Running, http: httpx.Client) -> None:
    query_id = hang_up(server, SLOW, cancel_http_readonly_queries_on_client_close="0")
    until_running(http, query_id, 1)
    time.sleep(1)
    assert running(http, query_id) == 1
    ask(http, f"KILL QUERY WHERE query_id = '{query_id}' SYNC")


def test_a_change_is_carried_out_without_its_client(server: Running, http: httpx.Client, database: str) -> None:
    ask(http, f"CREATE TABLE {database}.t (x UInt8) ENGINE = MergeTree ORDER BY x").raise_for_status()
    query_id = hang_up(server, f"INSERT INTO {database}.t SELECT sleep(2)")
    until_running(http, query_id, 0)

    def there() -> bool:
        return ask(http, f"SELECT count() FROM {database}.t").text == "1\n"

    until(there)


def test_abandoned_queries_keep_no_place(server: Running, http: httpx.Client) -> None:
    with ThreadPoolExecutor(150) as pool:
        names = list(pool.map(lambda _: hang_up(server, SLOW), range(150)))
    assert ask(http, "SELECT 1").text == "1\n"
    for name in names[::50]:
        until_running(http, name, 0)


def test_kill_query_waits_for_no_place(server: Running, http: httpx.Client) -> None:
    """More clients than there are places, and each of them waits for its answer."""
    group = uuid.uuid4().hex
    everyone = httpx.Limits(max_connections=None)
    with httpx.Client(base_url=server.url, timeout=300, limits=everyone) as client, ThreadPoolExecutor(130) as pool:
        answers = [pool.submit(ask, client, SLOW, query_id=f"{group}-{number}") for number in range(130)]

        def all_ended() -> bool:
            http.post("/", content=f"KILL QUERY WHERE query_id LIKE '{group}-%' ASYNC", timeout=120).raise_for_status()
            return all(answer.done() for answer in answers)

        until(all_ended)
    assert {answer.result().headers.get("X-ClickHouse-Exception-Code") for answer in answers} == {"394"}


@pytest.mark.parametrize("place", ["url", "settings", "session"])
def test_the_time_that_a_query_may_take_is_heeded(http: httpx.Client, place: str) -> None:
    if place == "session":
        ask(http, "SET max_execution_time = 1", session_id="short").raise_for_status()
        response = ask(http, SLOW, session_id="short")
        ask(http, "SELECT 1", session_id="short", close_session="1")
    elif place == "url":
        response = ask(http, SLOW, max_execution_time="1")
    else:
        response = ask(http, f"{SLOW}, max_execution_time = 1")
    assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (408, "159")


def test_a_client_cannot_take_anothers_name_by_a_setting(http: httpx.Client) -> None:
    assert ask(http, "SELECT 1", chdb_client_name="x").headers["X-ClickHouse-Exception-Code"] == "115"
    assert ask(http, "SELECT 1 SETTINGS chdb_client_name = 'x'").headers["X-ClickHouse-Exception-Code"] == "452"
