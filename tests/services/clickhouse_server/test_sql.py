import pytest

from gp_lib.services.clickhouse_server.errors import ClickHouseError
from gp_lib.services.clickhouse_server.sql import Statement, read_statement


def insert(sql: bytes) -> tuple[bytes, bytes]:
    statement = read_statement(sql)
    assert statement.data is not None
    return statement.with_file("F"), bytes(statement.data)


@pytest.mark.parametrize(
    ("sql", "head", "data"),
    [
        (b"INSERT INTO t FORMAT TSV\n1\n", b"INSERT INTO t  FROM INFILE 'F' FORMAT TSV", b"1\n"),
        (b"insert into t (a, b) values (1);", b"insert into t (a, b)  FROM INFILE 'F' FORMAT Values", b"(1);"),
        (b"INSERT INTO d.`values` FORMAT CSV \r\n\nx", b"INSERT INTO d.`values`  FROM INFILE 'F' FORMAT CSV", b"\nx"),
        (b"INSERT INTO format FORMAT Native \n", b"INSERT INTO format  FROM INFILE 'F' FORMAT Native", b""),
        (
            b"INSERT INTO t SETTINGS max_threads=1 FORMAT CSV 1",
            b"INSERT INTO t  FROM INFILE 'F' SETTINGS max_threads=1 FORMAT CSV",
            b"1",
        ),
        (
            b"INSERT INTO FUNCTION f('values (') VALUES 1",
            b"INSERT INTO FUNCTION f('values (')  FROM INFILE 'F' FORMAT Values",
            b"1",
        ),
        (
            b"INSERT /* FORMAT */ INTO t FORMAT TSV\n--x",
            b"INSERT              INTO t  FROM INFILE 'F' FORMAT TSV",
            b"--x",
        ),
    ],
)
def test_the_data_of_an_insert_begins_after_its_head(sql: bytes, head: bytes, data: bytes) -> None:
    assert insert(sql) == (head, data)


def test_data_is_never_read_as_sql() -> None:
    data = bytes(range(256)) + b"\n\n;'\"`/* -- $a$"
    assert insert(b"INSERT INTO t FORMAT Native\n" + data)[1] == data


@pytest.mark.parametrize(
    "sql",
    [
        b"INSERT INTO t SELECT 1",
        b"INSERT INTO t (a) WITH 1 AS x SELECT x",
        b"INSERT INTO t (SELECT values FROM format)",
    ],
)
def test_an_insert_of_a_select_carries_no_data(sql: bytes) -> None:
    assert read_statement(sql).data is None


@pytest.mark.parametrize(
    ("sql", "name"),
    [
        (b"SELECT 1 FORMAT JSON", "JSON"),
        (b"SELECT 1 FORMAT JSON -- really\n;", "JSON"),
        (b"SELECT 1 FORMAT JSON SETTINGS max_threads = 1", "JSON"),
        (b"SELECT 1 SETTINGS max_threads = 1 FORMAT `JSON`", "JSON"),
        (b"SELECT 1 AS format", None),
        (b"SELECT format FROM t", None),
        (b"SELECT 'FORMAT JSON'", None),
        (b"SELECT * FROM (SELECT 1 FORMAT JSON)", None),
        (b"SELECT 1 FORMAT JSON UNION ALL SELECT 2", None),
    ],
)
def test_the_format_clause_is_the_last_one(sql: bytes, name: str | None) -> None:
    assert read_statement(sql).output_format == name


@pytest.mark.parametrize(
    "sql",
    [b"SELECT 1; SELECT 2", b"SELECT 1; -- x\nDROP TABLE t", b"SET a = 1; b", b"SELECT '\\''; SELECT 1"],
)
def test_a_second_statement_is_refused(sql: bytes) -> None:
    with pytest.raises(ClickHouseError, match="Multi-statements") as caught:
        read_statement(sql)
    assert caught.value.status == 400


@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT ';'",
        b"SELECT ';\\';''';",
        b'SELECT 1 AS ";"',
        b"SELECT 1 AS `;`",
        b"SELECT $x$;$x$",
        b"SELECT 1 /* ; /* ; */ ; */",
        b"SELECT 1 -- ;",
        b"SELECT 1;;  -- x\n;",
        "SELECT ‘;’".encode(),
    ],
)
def test_a_semicolon_in_quotes_or_comments_ends_nothing(sql: bytes) -> None:
    assert read_statement(sql).words[0] == "SELECT"


@pytest.mark.parametrize(
    "sql", [b"", b"  \n", b"-- x", b"/* x", b";", b"exit", b"QUIT;", b"\\l", b"1 + 1", b"'a'", b"q"]
)
def test_what_is_no_statement_is_a_syntax_error(sql: bytes) -> None:
    with pytest.raises(ClickHouseError) as caught:
        read_statement(sql)
    assert (caught.value.code, caught.value.status) == (62, 400)


def test_comments_are_blanked_so_that_hints_in_them_do_nothing() -> None:
    assert read_statement(b"SELECT x -- { serverError 47 }\n, y").sql == b"SELECT x " + b" " * 21 + b"\n, y"


@pytest.mark.parametrize(
    "sql",
    [
        b"SELECT 1 INTO OUTFILE 'x'",
        b"INSERT INTO t FROM INFILE 'x' FORMAT CSV",
        b"INSERT INTO t SELECT * FROM input('a Int8') FORMAT CSV 1",
    ],
)
def test_files_and_streams_of_the_command_line_are_refused(sql: bytes) -> None:
    with pytest.raises(ClickHouseError):
        read_statement(sql)


def test_a_statement_knows_what_it_does() -> None:
    def traits(sql: bytes) -> tuple[bool, bool, bool]:
        statement: Statement = read_statement(sql)
        return statement.only_reads, statement.answers, statement.keeps_state

    assert traits(b"(SELECT 1)") == (True, True, False)
    assert traits(b"WITH 1 AS x SELECT x") == (True, True, False)
    assert traits(b"WITH 1 AS x INSERT INTO t SELECT x") == (False, False, False)
    assert traits(b"CREATE OR REPLACE TEMPORARY TABLE t (a Int8)") == (False, False, True)
    assert traits(b"SET a = 1") == (True, False, True)
    assert traits(b"DROP TABLE t") == (False, False, False)


def test_a_long_literal_is_read_in_no_time() -> None:
    assert read_statement(b"SELECT '" + b"a''" * 500_000 + b"'").words == ("SELECT", "")
