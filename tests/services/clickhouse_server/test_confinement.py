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


READS = (
    "SELECT * FROM file('{folder}/secret.csv', 'LineAsString')",
    "SELECT * FROM fIlE /* x */ ('{folder}/secret.csv', LineAsString, 'line String')",
    "SELECT * FROM `file`('{folder}/secret.csv')",
    "SELECT * FROM \"f\\x69le\"('{folder}/secret.csv', LineAsString)",
    "SELECT (SELECT count() FROM file('{folder}/secret.csv', 'LineAsString'))",
    "SELECT * FROM (SELECT * FROM view(SELECT * FROM file('{folder}/secret.csv', 'LineAsString')))",
    "WITH x AS (SELECT * FROM file('{folder}/secret.csv', 'LineAsString')) SELECT * FROM x",
    "SELECT 1 UNION ALL SELECT count() FROM file('{folder}/secret.csv', 'LineAsString')",
    "SELECT * FROM loop(file('{folder}/secret.csv', 'LineAsString')) LIMIT 1",
    "SELECT * FROM `{folder}/secret.csv`",
    'SELECT * FROM "{folder}/secret.csv"',
    "SELECT * FROM default.`{folder}/secret.csv`",
    "SELECT * FROM '{folder}/secret.csv'",
    "SELECT * FROM $h${folder}/secret.csv$h$",
    "DESCRIBE TABLE file('{folder}/secret.csv')",
    "DESCRIBE `{folder}/secret.csv`",
    "SELECT * FROM filesystem('{folder}')",
    "SELECT * FROM fileCluster('default', '{folder}/secret.csv')",
    "SELECT file('{folder}/secret.csv')",
    "CREATE TABLE {db}.t AS file('{folder}/secret.csv', 'LineAsString')",
    "CREATE TABLE {db}.t ENGINE = Memory AS SELECT * FROM file('{folder}/secret.csv', 'LineAsString')",
    "CREATE VIEW {db}.v AS SELECT * FROM file('{folder}/secret.csv', 'LineAsString')",
    "CREATE VIEW {db}.v SQL SECURITY NONE AS SELECT * FROM file('{folder}/secret.csv', 'LineAsString')",
    "CREATE TABLE {db}.t (x String) ENGINE = File(LineAsString, '{folder}/secret.csv')",
    "CREATE TABLE {db}.t (x String) ENGINE = FileLog('{folder}/secret.csv', 'LineAsString')",
    "CREATE TABLE {db}.t (x String) ENGINE FileLog('{folder}/secret.csv', 'LineAsString')",
    "CREATE TABLE {db}.t (x String) ENGINE = `FileLog`('{folder}/secret.csv', 'LineAsString')",
    "CREATE TEMPORARY TABLE t (x String) ENGINE = File(LineAsString, '{folder}/secret.csv')",
    "ATTACH TABLE {db}.t UUID '10000000-0000-0000-0000-000000000001' (x String)"
    " ENGINE = File(LineAsString, '{folder}/secret.csv')",
    "CREATE DATABASE d_files ENGINE = Filesystem('{folder}')",
    "CREATE DATABASE d_files ENGINE = Overlay('default')",
    "CREATE DATABASE d_files ENGINE = SQLite('{folder}/new.db')",
    "CREATE DATABASE d_files ENGINE = Backup('x', File('{folder}/secret.csv'))",
    "CREATE DICTIONARY {db}.d (x String) PRIMARY KEY x"
    " SOURCE(FILE(path '{folder}/secret.csv' format 'LineAsString')) LAYOUT(FLAT()) LIFETIME(0)",
    "INSERT INTO {db}.kept FROM INFILE '{folder}/secret.csv' FORMAT LineAsString",
    "INSERT INTO {db}.kept FROM/**/INFILE $x${folder}/secret.csv$x$ FORMAT LineAsString",
    "INSERT INTO {db}.kept FROM\u00a0INFILE '{folder}/secret.csv' FORMAT LineAsString",
    "INSERT INTO {db}.kept SELECT * FROM file('{folder}/secret.csv', 'LineAsString')",
    "COPY {db}.kept FROM '{folder}/secret.csv'",
    "ATTACH TABLE {db}.t FROM '{folder}/moved' (x UInt8) ENGINE = MergeTree ORDER BY x",
    "attach table {db}.t -- x\n from\n'{folder}/moved' (x UInt8) engine = MergeTree order by x",
    "ATTACH TABLE {db}.t FROM $a${folder}/moved$a$ (x UInt8) ENGINE = MergeTree ORDER BY x",
    "ATTACH TABLE {db}.t FROM\u3000\u2018{folder}/moved\u2019 (x UInt8) ENGINE = MergeTree ORDER BY x",
    "SELECT 1 FORMAT Template SETTINGS format_template_row = '{folder}/secret.csv'",
    "SELECT 1 FORMAT Template SETTINGS `format_template\\x5frow` = '{folder}/secret.csv'",
    "SELECT * FROM format(Protobuf, 'x') SETTINGS format_schema = '{folder}/secret.csv:x'",
    "SELECT * FROM (SELECT * FROM format(Template, 'x String', 'x')"
    " SETTINGS format_template_row = '{folder}/secret.csv')",
    "SELECT * FROM Python(parameters)",
    "SELECT * FROM `pyth\\Non`(parameters)",
    "DESCRIBE TABLE PYTHON(parameters)",
    "CREATE TABLE {db}.t AS python(parameters)",
    "SELECT * FROM arrowStream('0')",
    "SET dialect = 'prql'",
    "SELECT 1 SETTINGS dialect = 'kusto'",
)
WRITES = (
    "SELECT 1 INTO OUTFILE '{folder}/made'",
    "SELECT 1 INTO\u00a0OUTFILE '{folder}/made'",
    "SELECT 1 INTO/*\n*/OUTFILE '{folder}/made' AND STDOUT",
    "(SELECT 1) into outfile '{folder}/made' truncate",
    "SHOW TABLES INTO OUTFILE '{folder}/made'",
    "EXPLAIN SELECT 1 INTO OUTFILE '{folder}/made'",
    "DESCRIBE TABLE {db}.kept INTO OUTFILE '{folder}/made'",
    "INSERT INTO FUNCTION file('{folder}/made', 'CSV', 'x UInt8') VALUES (1)",
    "INSERT INTO TABLE FUNCTION file('{folder}/made', 'CSV', 'x UInt8') SELECT 1",
    "CREATE TABLE {db}.t (x UInt8) ENGINE = File(CSV, '{folder}/made')",
    "CREATE MATERIALIZED VIEW {db}.v ENGINE = File(CSV, '{folder}/made') AS SELECT * FROM {db}.kept",
    "BACKUP TABLE {db}.kept TO File('{folder}/made')",
    "BACKUP TABLE {db}.kept TO Disk('default', 'made')",
    "RESTORE TABLE {db}.kept FROM File('{folder}/secret.csv')",
    "ALTER TABLE {db}.kept FREEZE",
    "ALTER TABLE {db}.kept FREEZE PARTITION tuple() WITH NAME 'x'",
    "CREATE TABLE {db}.t (x UInt8) ENGINE = MergeTree ORDER BY x"
    " SETTINGS disk = disk(type = local, path = '{folder}/d/')",
    "CREATE TABLE {db}.t (x UInt8) ENGINE = MergeTree ORDER BY x"
    " SETTINGS disk/**/= `d\\x69sk` (type = local, path = '{folder}/d/')",
    "CREATE TABLE {db}.t (x UInt8) ENGINE = Log"
    " SETTINGS disk =\u00a0disk(type = object_storage, object_storage_type = local, path = '{folder}/d/')",
    "CREATE DATABASE d_disk ENGINE = Atomic SETTINGS disk = disk(type = local, path = '{folder}/d/')",
    "ALTER TABLE {db}.kept MODIFY SETTING disk = disk(type = local, path = '{folder}/d/')",
    "ALTER TABLE {db}.kept MODIFY SETTING storage_policy = 'other'",
    "SELECT 1 AS x FORMAT Protobuf SETTINGS output_format_schema = '{folder}/made'",
    "SELECT * FROM format(CSV, 'x UInt8', 'abc\n1')"
    " SETTINGS input_format_record_errors_file_path = '{folder}/made', input_format_allow_errors_num = 5",
    "SELECT * FROM (SELECT * FROM format(CSV, 'x UInt8', 'abc\n1')"
    " SETTINGS input_format_record_errors_file_path = '{folder}/made', input_format_allow_errors_num = 5)",
    "CREATE VIEW {db}.v AS SELECT * FROM format(CSV, 'x UInt8', 'abc\n1')"
    " SETTINGS \"input_format_record_errors_file_path\" = '{folder}/made', input_format_allow_errors_num = 5",
)
HOSTS = (
    "SELECT * FROM url('http://{host}/x', 'LineAsString')",
    "SELECT * FROM urlCluster('default', 'http://{host}/x', 'LineAsString')",
    "SELECT * FROM remote('{host}', system.one)",
    "SELECT * FROM remoteSecure('{host}', system.one)",
    "SELECT * FROM cluster('default', system.one)",
    "SELECT * FROM s3('http://{host}/bucket/key.csv', 'CSV', 'x String')",
    "SELECT * FROM s3Cluster('default', 'http://{host}/bucket/key.csv', 'CSV', 'x String')",
    "SELECT * FROM gcs('http://{host}/bucket/key.csv', 'CSV', 'x String')",
    "SELECT * FROM oss('http://{host}/bucket/key.csv', 'CSV', 'x String')",
    "SELECT * FROM hdfs('hdfs://{host}/x', 'CSV', 'x String')",
    "SELECT * FROM azureBlobStorage('http://{host}/x', 'c', 'b', 'n', 'k', 'CSV', 'auto', 'x String')",
    "SELECT * FROM iceberg('http://{host}/bucket/key', 'a', 'b')",
    "SELECT * FROM deltaLake('http://{host}/bucket/key', 'a', 'b')",
    "SELECT * FROM hudi('http://{host}/bucket/key', 'a', 'b')",
    "SELECT * FROM mysql('{host}', 'a', 'b', 'c', 'd')",
    "SELECT * FROM postgresql('{host}', 'a', 'b', 'c', 'd')",
    "SELECT * FROM mongodb('{host}', 'a', 'b', 'c', 'd', 'x String')",
    "SELECT * FROM redis('{host}', 'k', 'k String')",
    "SELECT * FROM sqlite('{folder}/made', 't')",
    "SELECT * FROM odbc('DSN=x;Server={host}', 't')",
    "SELECT * FROM jdbc('jdbc:mysql://{host}/x', 't')",
    "SELECT * FROM ytsaurus('http://{host}', '//p', 't', 'k String')",
    "SELECT * FROM executable('id', 'TSV', 'x String')",
    "CREATE TABLE {db}.t (x String) ENGINE = URL('http://{host}/x', CSV)",
    "CREATE TABLE {db}.t (x String) ENGINE = S3('http://{host}/bucket/key.csv', CSV)",
    "CREATE TABLE {db}.t (x String) ENGINE = S3Queue('http://{host}/bucket/*', CSV) SETTINGS mode = 'unordered'",
    "CREATE TABLE {db}.t (x String) ENGINE = Redis('{host}') PRIMARY KEY x",
    "CREATE TABLE {db}.t (x String) ENGINE = Distributed('default', 'a', 'b')",
    "CREATE TABLE {db}.t (x String) ENGINE = Kafka('{host}', 't', 'g', 'CSV')",
    "CREATE TABLE {db}.t (x String) ENGINE = ReplicatedMergeTree('/x', 'y') ORDER BY x",
    "CREATE TABLE {db}.t (x String) ENGINE = EmbeddedRocksDB(0, '{folder}/made') PRIMARY KEY x",
    "CREATE TABLE {db}.t (x String) ENGINE = Executable('id', 'TSV')",
    "CREATE TABLE {db}.t (x UInt8) ENGINE = MergeTree ORDER BY x SETTINGS disk = disk(type = web, endpoint = 'http://{host}/')",
    "CREATE TABLE {db}.t (x UInt8) ENGINE = MergeTree ORDER BY x SETTINGS disk = disk(type = object_storage,"
    " object_storage_type = s3, endpoint = 'http://{host}/bucket/k/', access_key_id = 'a', secret_access_key = 'b')",
    "CREATE DATABASE d_host ENGINE = MySQL('{host}', 'a', 'b', 'c')",
    "CREATE DATABASE d_host ENGINE = PostgreSQL('{host}', 'a', 'b', 'c')",
    "CREATE DATABASE d_host ENGINE = DataLakeCatalog('http://{host}/v1') SETTINGS catalog_type = 'rest'",
    "CREATE DICTIONARY {db}.d (x String) PRIMARY KEY x"
    " SOURCE(HTTP(url 'http://{host}/' format 'LineAsString')) LAYOUT(FLAT()) LIFETIME(0)",
    "CREATE DICTIONARY {db}.d (x String) PRIMARY KEY x"
    " SOURCE(EXECUTABLE(command 'id' format 'TSV')) LAYOUT(FLAT()) LIFETIME(0)",
    "ALTER TABLE {db}.kept FETCH PARTITION tuple() FROM 'http://{host}/x'",
)
RULES = (
    "SYSTEM SHUTDOWN",
    "SYSTEM RELOAD CONFIG",
    "SYSTEM FLUSH LOGS",
    "SYSTEM DROP MARK CACHE",
    "SYSTEM STOP MERGES {db}.kept",
    "DROP TABLE system.one",
    "CREATE VIEW system.v AS SELECT 1",
    "CREATE USER bob",
    "GRANT ALL ON *.* TO default",
    "GRANT FILE ON *.* TO default",
    "CREATE NAMED COLLECTION n AS a = 'b'",
    "CREATE WORKLOAD w",
    "CREATE RESOURCE r (READ DISK default)",
    "SELECT addressToLine(1) SETTINGS allow_introspection_functions = 1",
)


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
