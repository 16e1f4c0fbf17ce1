"""No statement of a client reaches a file, a host or the server's own process: whatever its spelling."""

import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import httpx
import pytest

from gp_lib.services.clickhouse_server.errors import ClickHouseError
from gp_lib.services.clickhouse_server.sql import read_statement

from .reaching_beyond import HOSTS, READS, RULES, WRITES
from .serving import Running

SECRET = "words-of-a-file"


@dataclass
class Trap:
    """A folder with a file to be read, a folder to be moved, and a host that counts who comes."""

    folder: Path
    port: int
    visits: list[str] = field(default_factory=list)

    def fill(self, sql: str) -> str:
        return sql.replace("{folder}", str(self.folder)).replace("{host}", f"127.0.0.1:{self.port}")

    def untouched(self) -> bool:
        found = {str(path.relative_to(self.folder)) for path in self.folder.rglob("*")}
        return found == {"secret.csv", "moved", "moved/part"} and not self.visits


@pytest.fixture
def trap(tmp_path: Path) -> Iterator[Trap]:
    (tmp_path / "secret.csv").write_text(f"{SECRET}\n")
    (tmp_path / "moved").mkdir()
    (tmp_path / "moved" / "part").write_text("of somebody else")
    for path in (tmp_path, *tmp_path.rglob("*")):
        path.chmod(0o777)  # closed to nobody: what keeps the server out is its confinement
    with socket.create_server(("127.0.0.1", 0)) as listener:
        set_up = Trap(tmp_path, listener.getsockname()[1])
        threading.Thread(target=_watch, args=(listener, set_up.visits), daemon=True).start()
        yield set_up
        listener.shutdown(socket.SHUT_RDWR)


def _watch(listener: socket.socket, visits: list[str]) -> None:
    try:
        while True:
            client, address = listener.accept()
            visits.append(str(address))
            client.close()
    except OSError:
        return


@pytest.mark.parametrize("sql", [*READS, *WRITES, *HOSTS, *RULES])
def test_what_reaches_beyond_the_database_is_refused_and_touches_nothing(
    http: httpx.Client, database: str, trap: Trap, sql: str
) -> None:
    http.post("/", content=f"CREATE TABLE {database}.kept (x String) ENGINE = MergeTree ORDER BY x").raise_for_status()
    answer = http.post("/", content=trap.fill(sql).replace("{db}", database).encode())
    assert answer.status_code >= 400, answer.text
    assert answer.headers["X-ClickHouse-Exception-Code"] != "1002"
    assert SECRET not in answer.text
    assert trap.untouched()
    assert http.post("/", content=f"SELECT count() FROM {database}.kept").text == "0\n"


@pytest.mark.parametrize("name", ["format_schema", "output_format_schema", "format_template_row", "dialect"])
def test_the_url_and_a_session_set_no_path_and_no_dialect_either(http: httpx.Client, name: str) -> None:
    by_url = http.post("/", params={name: "kusto"}, content="SELECT 1")
    by_session = http.post("/", params={"session_id": f"s-{name}"}, content=f"SET {name} = 'kusto'")
    for answer in (by_url, by_session):
        assert answer.headers["X-ClickHouse-Exception-Code"] == "452"


@pytest.mark.parametrize(
    "structure",
    [
        "x UInt8) ENGINE = File(CSV, '{folder}/made'",
        "x UInt8) AS SELECT * FROM file('{folder}/secret.csv', 'LineAsString') --",
        "x String DEFAULT (SELECT any(line) FROM file('{folder}/secret.csv', 'LineAsString'))",
        "x UInt8, INDEX i (SELECT 1) TYPE minmax",
        "x UInt8 /* , y */",
        "x UInt8; SELECT 1",
        "x",
        "x 'UInt8'",
        "x UInt8(",
        "(x UInt8)",
        "\ud800 UInt8",
    ],
)
def test_the_structure_of_an_external_table_is_a_list_of_names_and_types(
    http: httpx.Client, trap: Trap, structure: str
) -> None:
    answer = http.post(
        "/",
        data={
            "query": "SELECT count() FROM t",
            "t_structure": trap.fill(structure).encode("utf-8", "replace").decode(),
        },
        files={"t": ("t", b"1\n")},
    )
    assert answer.headers["X-ClickHouse-Exception-Code"] == "36"
    assert trap.untouched()


@pytest.mark.parametrize(
    "structure",
    [
        "x UInt64",
        "`a b` String, y Array(Nullable(Decimal(18, 2)))",
        "e Enum8('a;b' = -1, 'c' = 2), m Map(String, Tuple(a UInt8, b DateTime64(3, 'UTC')))",
    ],
)
def test_external_tables_of_every_type_are_served(http: httpx.Client, structure: str) -> None:
    answer = http.post("/", data={"query": "SELECT count() FROM t", "t_structure": structure}, files={"t": ("t", b"")})
    assert answer.text == "0\n"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT engine FROM system.tables WHERE engine = 'MergeTree'",
        "SELECT trim(BOTH 'x' FROM 'xax')",
        "CREATE TABLE {db}.disk (engine String, python UInt8) ENGINE = MergeTree ORDER BY python",
        "CREATE TABLE {db}.python (x UInt8) ENGINE = Memory",
        "CREATE TABLE {db}.outfile (x UInt8) ENGINE Null",
        "CREATE VIEW {db}.v AS SELECT engine, name FROM system.tables",
        "CREATE MATERIALIZED VIEW {db}.m ENGINE = SummingMergeTree ORDER BY x AS SELECT 1 AS x",
        "CREATE DATABASE IF NOT EXISTS {db} ENGINE = Atomic",
        "SELECT 'INTO OUTFILE', $a$disk = disk($a$, `x` FROM (SELECT 1 AS x)",
        "WITH 1 AS disk SELECT disk = (1)",
    ],
)
def test_what_only_looks_like_it_is_served(http: httpx.Client, database: str, sql: str) -> None:
    answer = http.post("/", content=sql.replace("{db}", database))
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "blank", ["\u00a0", "\u2003", "\u200b", "\u3000", "\ufeff", "\u0085", "/**/", "-- x\n", "\x0b"]
)
def test_every_blank_of_the_engine_divides_words_here_too(blank: str) -> None:
    with pytest.raises(ClickHouseError, match="INTO OUTFILE"):
        read_statement(f"SELECT 1 INTO{blank}OUTFILE 'x'".encode())


def test_the_engine_is_told_once_more_by_its_own_configuration(server: Running, http: httpx.Client) -> None:
    grants = http.post("/", content="SHOW GRANTS").text
    assert "FILE" not in grants
    assert "URL" not in grants
    assert http.post("/", content="SELECT count() FROM system.settings WHERE readonly").text == "7\n"
