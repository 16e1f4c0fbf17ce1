from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest


def ask(http: httpx.Client, sql: str, **parameters: str) -> httpx.Response:
    return http.post("/", params={"session_id": "s", **parameters}, content=sql)


@pytest.fixture(autouse=True)
def fresh_session(http: httpx.Client) -> None:
    ask(http, "SELECT 1", close_session="1").raise_for_status()


def test_a_session_keeps_settings_database_and_temporary_tables(http: httpx.Client, database: str) -> None:
    ask(http, "SET max_block_size = 5").raise_for_status()
    ask(http, f"USE {database}").raise_for_status()
    ask(http, "CREATE TEMPORARY TABLE t (x UInt8)").raise_for_status()
    ask(http, "INSERT INTO t VALUES (7)").raise_for_status()
    sql = "SELECT getSetting('max_block_size'), currentDatabase(), x FROM t"
    assert ask(http, sql).text == f"5\t{database}\t7\n"
    assert ask(http, sql, session_id="other").status_code == 404


def test_what_the_url_sets_does_not_stay_in_the_session(http: httpx.Client, database: str) -> None:
    ask(http, "SET max_block_size = 5, session_timezone = 'Asia/Tokyo'").raise_for_status()
    overlay = {"max_block_size": "6", "max_threads": "1", "session_timezone": "UTC", "database": database}
    sql = "SELECT getSetting('max_block_size'), getSetting('max_threads'), timezone(), currentDatabase()"
    before = ask(http, sql).text
    assert before.startswith("5\t")
    assert before.endswith("\tAsia/Tokyo\tdefault\n")
    assert ask(http, sql, **overlay).text == f"6\t1\tUTC\t{database}\n"
    assert ask(http, sql).text == before


def test_a_get_in_a_session_only_reads(http: httpx.Client, database: str) -> None:
    ask(http, "SET max_block_size = 5").raise_for_status()
    get = {"session_id": "s", "query": f"CREATE TABLE {database}.t (x Int8) ENGINE = Memory"}
    assert http.get("/", params=get).headers["X-ClickHouse-Exception-Code"] == "164"
    get["query"] = "SELECT getSetting('max_block_size')"
    assert http.get("/", params=get).text == "5\n"


def test_an_external_table_does_not_stay_in_the_session(http: httpx.Client) -> None:
    ask(http, "SET max_block_size = 5").raise_for_status()
    for _ in range(2):
        response = http.post(
            "/",
            params={"session_id": "s", "t_structure": "x UInt8"},
            data={"query": "SELECT sum(x) FROM t"},
            files={"t": ("t", b"1\n2\n")},
        )
        assert response.text == "3\n"


def test_a_session_serves_one_request_at_a_time(http: httpx.Client) -> None:
    with ThreadPoolExecutor() as pool:
        answers = list(pool.map(ask, [http, http], ["SELECT sleep(2)"] * 2))
    assert {answer.headers.get("X-ClickHouse-Exception-Code") for answer in answers} == {None, "373"}
    assert ask(http, "SELECT 1").text == "1\n"


def test_a_session_that_must_exist_is_looked_for(http: httpx.Client) -> None:
    assert ask(http, "SELECT 1", session_check="1").headers["X-ClickHouse-Exception-Code"] == "372"
    ask(http, "SELECT 1").raise_for_status()
    assert ask(http, "SELECT 1", session_check="1").text == "1\n"


def test_a_session_is_forgotten_after_its_time(http: httpx.Client) -> None:
    ask(http, "SET max_block_size = 5", session_timeout="0").raise_for_status()
    assert ask(http, "SELECT getSetting('max_block_size')").text == "65409\n"
    assert ask(http, "SELECT 1", session_timeout="3601").headers["X-ClickHouse-Exception-Code"] == "374"
