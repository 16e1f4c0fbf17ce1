import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from http.client import HTTPConnection

import httpx
import pytest

from gp_lib.services.clickhouse_server.compression import compress, decompress
from gp_lib.services.clickhouse_server.request import BODY_LIMIT_BYTES

from .serving import Running


def ask(http: httpx.Client, sql: str | bytes, **parameters: str) -> httpx.Response:
    return http.post("/", params=parameters, content=sql)


def test_the_server_says_that_it_is_alive(http: httpx.Client) -> None:
    for path in ("/", "/ping", "/replicas_status"):
        response = http.get(path)
        assert (response.status_code, response.text) == (200, "Ok.\n")
        assert http.head(path).status_code == 200


def test_other_paths_are_not_found(http: httpx.Client) -> None:
    assert http.get("/nope").status_code == 404
    assert http.put("/", content="SELECT 1").status_code == 404


def test_a_query_comes_in_the_url_the_body_or_both(http: httpx.Client) -> None:
    assert http.get("/", params={"query": "SELECT 1"}).text == "1\n"
    assert http.post("/", params={"query": "SELECT 1"}).text == "1\n"
    assert ask(http, "SELECT 1").text == "1\n"
    assert ask(http, "+ 1", query="SELECT 1").text == "2\n"


def test_an_answer_tells_format_identity_counters_and_time_zone(http: httpx.Client) -> None:
    response = ask(http, "SELECT number FROM numbers(10)", query_id="mine", default_format="JSONEachRow")
    assert response.headers["X-ClickHouse-Query-Id"] == "mine"
    assert response.headers["X-ClickHouse-Format"] == "JSONEachRow"
    assert response.headers["X-ClickHouse-Timezone"] == ask(http, "SELECT timezone()").text.strip()
    assert response.headers["X-ClickHouse-Server-Display-Name"] == ask(http, "SELECT displayName()").text.strip()
    assert response.headers["Content-Type"].startswith("application/x-ndjson")
    summary = json.loads(response.headers["X-ClickHouse-Summary"])
    assert (summary["read_rows"], summary["result_rows"]) == ("10", "10")


def test_the_format_is_the_clients_choice(http: httpx.Client) -> None:
    response = http.post("/", content="SELECT 1 AS x FORMAT CSVWithNames", headers={"X-ClickHouse-Format": "JSON"})
    assert (response.text, response.headers["X-ClickHouse-Format"]) == ('"x"\n1\n', "CSVWithNames")
    assert http.post("/", content="SELECT 1", headers={"X-ClickHouse-Format": "Values"}).text == "(1)"
    assert ask(http, "SELECT 1", default_format="Nope").headers["X-ClickHouse-Exception-Code"] == "73"
    assert ask(http, "SELECT 1", default_format="DataFrame").headers["X-ClickHouse-Exception-Code"] == "73"


def test_a_statement_without_result_names_no_format(http: httpx.Client, database: str) -> None:
    response = ask(http, "CREATE TABLE t (x Int8) ENGINE = Memory", database=database)
    assert (response.status_code, response.content) == (200, b"")
    assert "X-ClickHouse-Format" not in response.headers


def test_settings_parameters_and_database_hold_for_one_request(http: httpx.Client, database: str) -> None:
    sql = "SELECT getSetting('max_block_size'), currentDatabase(), {x:Array(String)}"
    first = ask(http, sql, max_block_size="77", database=database, param_x="['a\\'b','c']")
    assert first.text == f"77\t{database}\t['a\\'b','c']\n"
    second = ask(http, sql, param_x="[]")
    assert second.text == "65409\tdefault\t[]\n"


@pytest.mark.parametrize(
    ("parameters", "code", "status"),
    [
        ({"nonsense": "1"}, 115, 404),
        ({"a b; DROP": "1"}, 115, 404),
        ({"max_threads": "x'"}, 27, 400),
        ({"database": "nope"}, 81, 404),
        ({"compress": "1"}, 48, 501),
        ({"decompress": "1"}, 48, 501),
        ({"role": "admin"}, 511, 404),
    ],
)
def test_a_parameter_that_makes_no_sense_is_refused(
    http: httpx.Client, parameters: dict[str, str], code: int, status: int
) -> None:
    response = ask(http, "SELECT 1", **parameters)
    assert (response.headers["X-ClickHouse-Exception-Code"], response.status_code) == (str(code), status)


@pytest.mark.parametrize(
    "name", ["wait_end_of_query", "buffer_size", "quota_key", "stacktrace", "client_protocol_version"]
)
def test_what_means_nothing_here_is_ignored(http: httpx.Client, name: str) -> None:
    assert ask(http, "SELECT 1", **{name: "1"}).text == "1\n"


@pytest.mark.parametrize(
    ("sql", "code", "status"),
    [
        ("SELEC 1", 62, 400),
        ("", 62, 400),
        ("SELECT 1; SELECT 2", 62, 400),
        ("exit", 62, 400),
        ("1 + 1", 62, 400),
        ("number FROM numbers(2)", 62, 400),
        ("SELECT x -- { serverError 47 }", 47, 404),
        ("SELECT * FROM nope", 60, 404),
        ("SELECT nope(1)", 46, 404),
        ("SELECT toUInt8('x')", 6, 400),
        ("SELECT throwIf(1)", 395, 500),
        ("SELECT {x:UInt8}", 456, 500),
        ("SELECT 1 INTO OUTFILE '/tmp/x'", 358, 500),
        ("SELECT sleep(2) SETTINGS max_execution_time = 1", 159, 408),
    ],
)
def test_an_exception_has_clickhouses_code_status_and_words(
    http: httpx.Client, sql: str, code: int, status: int
) -> None:
    response = ask(http, sql)
    assert (response.headers["X-ClickHouse-Exception-Code"], response.status_code) == (str(code), status)
    assert response.text.startswith(f"Code: {code}. DB::Exception: ")
    assert response.text.count("DB::Exception") == 1
    assert ask(http, "SELECT 1").text == "1\n"


def test_a_get_only_reads_but_may_change_settings(http: httpx.Client, database: str) -> None:
    def get(sql: str, **parameters: str) -> httpx.Response:
        return http.get("/", params={"query": sql, **parameters})

    refused = get(f"CREATE TABLE {database}.t (x Int8) ENGINE = Memory")
    assert refused.headers["X-ClickHouse-Exception-Code"] == "164"
    assert get("CREATE TABLE t (x Int8) ENGINE = Memory", readonly="0").headers["X-ClickHouse-Exception-Code"] == "164"
    assert get("SELECT getSetting('max_threads')", max_threads="1").text == "1\n"
    assert get("SELECT getSetting('max_threads') SETTINGS max_threads = 1").text == "1\n"


@pytest.mark.parametrize(
    ("head", "data"),
    [
        ("INSERT INTO t FORMAT TSV", b"a\t1\nb\t2"),
        ("INSERT INTO t (x, y) FORMAT CSV", b'"a\n\n;",1\nb,2\n'),
        ("INSERT INTO t VALUES", b"('a;\\'', 1), ('b', 2);"),
        ("INSERT INTO t FORMAT JSONEachRow", b'{"x":"a","y":1}\n\n{"x":"b","y":2}\n'),
        (
            "INSERT INTO t SETTINGS input_format_parallel_parsing = 0 FORMAT RowBinary",
            b"\x02\n\n" + bytes(8) + b"\x01;" + bytes(8),
        ),
        ("INSERT INTO t FORMAT Native", b"\x02\x02\x01x\x06String\x04\n\n;\n\x01'\x01y\x06UInt64" + bytes(16)),
    ],
)
@pytest.mark.parametrize("place", ["url and body", "body"])
def test_data_of_any_format_is_inserted_as_it_is(
    http: httpx.Client, database: str, head: str, data: bytes, place: str
) -> None:
    ask(http, "CREATE TABLE t (x String, y UInt64) ENGINE = Memory", database=database).raise_for_status()
    if place == "body":
        response = ask(http, f"{head}\n".encode() + data, database=database)
    else:
        response = ask(http, data, query=head, database=database)
    assert response.status_code == 200, response.text
    assert json.loads(response.headers["X-ClickHouse-Summary"])["written_rows"] == "2"
    assert ask(http, "SELECT count(), uniq(x) FROM t", database=database).text == "2\t2\n"


def test_an_insert_of_no_data_inserts_nothing(http: httpx.Client, database: str) -> None:
    ask(http, "CREATE TABLE t (x String) ENGINE = Memory", database=database).raise_for_status()
    for name in ("TSV", "Native", "JSONEachRow"):
        assert ask(http, f"INSERT INTO t FORMAT {name}\n", database=database).status_code == 200
    assert ask(http, "SELECT count() FROM t", database=database).text == "0\n"


def test_a_bad_row_inserts_nothing_and_says_where_it_is(http: httpx.Client, database: str) -> None:
    ask(http, "CREATE TABLE t (x UInt8) ENGINE = MergeTree ORDER BY x", database=database).raise_for_status()
    response = ask(http, "INSERT INTO t FORMAT TSV\n1\nx\n", database=database)
    assert response.status_code == 400
    assert "at row 2" in response.text
    assert "/proc" not in response.text
    assert ask(http, "SELECT count() FROM t", database=database).text == "0\n"


@pytest.mark.parametrize("encoding", ["gzip", "deflate", "zstd", "lz4"])
def test_bodies_are_compressed_both_ways(http: httpx.Client, encoding: str) -> None:
    body = compress(b"SELECT number FROM numbers(1000)", encoding)
    headers = {"Content-Encoding": encoding, "Accept-Encoding": encoding}
    with http.stream("POST", "/", content=body, headers=headers) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["Content-Encoding"] == encoding
    expected = b"".join(b"%d\n" % number for number in range(1000))
    assert decompress(raw, encoding, limit_bytes=len(expected)) == expected


def test_an_answer_is_not_compressed_when_the_client_says_so(http: httpx.Client) -> None:
    response = ask(http, "SELECT 1", enable_http_compression="0")
    assert "Content-Encoding" not in response.headers


def test_an_encoding_that_is_not_known_is_refused(http: httpx.Client) -> None:
    response = http.post("/", content=b"x", headers={"Content-Encoding": "br"})
    assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (501, "48")


def test_a_form_brings_query_parameters_and_external_tables(http: httpx.Client) -> None:
    sql = "SELECT sum(_1), any(_2), {x:String} FROM t"
    response = http.post(
        "/",
        params={"t_types": "Decimal(9, 2), String", "t_format": "CSV", "date_time_input_format": "basic"},
        data={"query": sql, "param_x": "y" * 100_000},
        files={"t": ("t.csv", b"1,a\r\n2,a\r\n")},
    )
    assert response.text == f"3\ta\t{'y' * 100_000}\n"
    assert ask(http, "SELECT * FROM t").headers["X-ClickHouse-Exception-Code"] == "60"


def test_an_external_table_without_columns_is_refused(http: httpx.Client) -> None:
    response = http.post("/", data={"query": "SELECT 1"}, files={"t": ("t.csv", b"1")})
    assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (400, "36")


def test_too_long_a_body_is_refused_before_it_is_sent(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        head = f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {BODY_LIMIT_BYTES + 1}\r\n\r\n"
        connection.sendall(head.encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 413 ")


def test_too_large_a_result_is_refused(http: httpx.Client) -> None:
    response = ask(http, "SELECT number FROM numbers(100)", max_result_bytes="100")
    assert response.headers["X-ClickHouse-Exception-Code"] == "396"


def test_a_large_result_arrives_whole(http: httpx.Client) -> None:
    response = ask(http, "SELECT number FROM numbers(1000000)", default_format="RowBinary")
    assert len(response.content) == 8_000_000
    assert response.headers["Content-Type"] == "application/octet-stream"


def test_a_connection_serves_many_requests(server: Running) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=10) as connection:
        lines = connection.makefile("rb")
        for body in (b"SELECT 1", b"nonsense", b"SELECT 1"):
            connection.sendall(b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))
            length = 0
            while (line := lines.readline().strip().lower()) != b"":
                if line.startswith(b"content-length:"):
                    length = int(line.split(b":")[1])
            answer = lines.read(length)
    assert answer == b"1\n"


def test_queries_run_at_the_same_time(http: httpx.Client) -> None:
    def sleep(_: int) -> str:
        return ask(http, "SELECT sleep(1)").text

    started_s = time.monotonic()
    with ThreadPoolExecutor(10) as pool:
        assert set(pool.map(sleep, range(10))) == {"0\n"}
    assert time.monotonic() - started_s < 9


def test_a_url_of_a_megabyte_is_read(server: Running) -> None:
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        connection.request("GET", f"/?query=SELECT+length({{x:String}})&param_x={'a' * 900_000}")
        assert connection.getresponse().read() == b"900000\n"


def test_a_url_that_is_not_utf_8_is_refused(http: httpx.Client) -> None:
    response = http.get("/?query=%ff")
    assert (response.status_code, response.headers["X-ClickHouse-Exception-Code"]) == (500, "408")


@pytest.mark.parametrize("query_id", ["a\r\nX-Evil: b", "ä"])
def test_a_query_id_that_does_not_fit_a_header_is_replaced(http: httpx.Client, query_id: str) -> None:
    response = ask(http, "SELECT 1", query_id=query_id)
    assert (response.text, len(response.headers["X-ClickHouse-Query-Id"])) == ("1\n", 36)
    assert "X-Evil" not in response.headers


def test_an_answer_does_not_wait_for_an_acknowledgement(server: Running) -> None:
    """Nagle's algorithm would hold back every answer on a connection for 40 ms, so that even the best shows it."""
    took_s = []
    with closing(HTTPConnection("127.0.0.1", server.port, timeout=10)) as connection:
        for _ in range(40):
            started_s = time.monotonic()
            connection.request("POST", "/", body="SELECT 1")
            connection.getresponse().read()
            took_s.append(time.monotonic() - started_s)
    assert min(took_s[20:]) < 0.035


def test_a_head_request_gets_the_headers_of_its_query(http: httpx.Client) -> None:
    response = http.head("/", params={"query": "SELECT 1"})
    assert (response.content, response.headers["X-ClickHouse-Format"]) == (b"", "TabSeparated")
