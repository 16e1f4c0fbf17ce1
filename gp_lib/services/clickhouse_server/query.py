"""One query: what a request asks, how the engine is made to run it, and what comes of it."""

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from gp_lib.services.clickhouse_server.confinement import NAME_SETTING
from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code, from_engine
from gp_lib.services.clickhouse_server.sql import Statement

Connection = Any  # chdb has no types

_SETTING_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True)
class ExternalTable:
    """A temporary table that came with the query: ``columns`` is its structure in SQL."""

    name: str
    columns: str
    format: str
    data: bytes


@dataclass(frozen=True)
class Query:
    """Everything one request asks of the engine.

    ``database`` ``None`` leaves the session's own. ``read_only`` allows settings to change, and nothing else.
    ``query_id`` is what its client calls it.
    """

    statement: Statement
    default_format: str
    database: str | None = None
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    tables: Sequence[ExternalTable] = ()
    read_only: bool = False
    query_id: str = ""


@dataclass(frozen=True)
class Answer:
    """What came of a query. ``format`` is ``None`` for statements that have no result.

    ``written_rows`` and ``written_bytes`` are ``None`` when the engine does not tell (INSERT … SELECT).
    """

    body: bytes
    format: str | None
    read_rows: int
    read_bytes: int
    result_rows: int
    written_rows: int | None
    written_bytes: int | None
    elapsed_ns: int


def command(connection: Connection, sql: str) -> bytes:
    """Run a statement of our own."""
    return bytes(_query(connection, sql.encode(), "TabSeparated", {}).bytes())


def _query(connection: Connection, sql: bytes, output: str, parameters: Mapping[str, str]) -> Any:
    try:
        return connection.query(sql, output, params=dict(parameters))
    except RuntimeError as error:
        raise from_engine(str(error)) from None


def prepare(connection: Connection, query: Query) -> None:
    """Choose the query's database, name it, apply its settings and make its temporary tables."""
    if query.database:
        command(connection, f"USE {quoted_name(query.database)}")
    command(connection, set_clause({NAME_SETTING: query.query_id, **query.settings}))
    for table in query.tables:
        command(connection, f"CREATE TEMPORARY TABLE {quoted_name(table.name)} ({table.columns})")
        with _in_file(table.data) as path:
            target = f"{quoted_name(table.name)} FROM INFILE '{path}'"
            command(connection, f"INSERT INTO {target} FORMAT {quoted_name(table.format)}")


def execute(connection: Connection, query: Query) -> Answer:
    """Run the statement itself."""
    statement = query.statement
    if query.default_format.lower() in ("dataframe", "datastore", "arrowtable"):
        # words of the engine's Python face, which would answer with Python objects
        raise ClickHouseError(Code.UNKNOWN_FORMAT, f"Unknown format {query.default_format}")
    if statement.data is None:
        result = _query(connection, statement.sql, query.default_format, query.parameters)
    else:
        with _in_file(statement.data) as path:
            sql = statement.with_file(path)
            result = _query(connection, sql, query.default_format, query.parameters)
    return _answer(result, query)


def _answer(result: Any, query: Query) -> Answer:
    statement = query.statement
    rows, with_data = result.rows_read(), statement.data is not None
    return Answer(
        body=bytes(result.bytes()),
        format=(statement.output_format or query.default_format) if statement.answers else None,
        read_rows=rows if with_data else result.storage_rows_read(),
        read_bytes=result.bytes_read() if with_data else result.storage_bytes_read(),
        result_rows=0 if with_data else rows,
        written_rows=rows if with_data else None if statement.inserts else 0,
        written_bytes=result.bytes_read() if with_data else None if statement.inserts else 0,
        elapsed_ns=int(result.elapsed() * 1e9),
    )


@contextmanager
def _in_file(data: bytes | memoryview) -> Iterator[str]:
    """The path of a file in memory that holds ``data``: the engine reads it as it is, byte by byte."""
    descriptor = os.memfd_create("insert", os.MFD_CLOEXEC)
    try:
        left = memoryview(data)
        while left:
            left = left[os.write(descriptor, left) :]
        yield f"/proc/self/fd/{descriptor}"
    finally:
        os.close(descriptor)


def quoted_name(name: str) -> str:
    """``name`` as an identifier in SQL."""
    return "`" + name.replace("\\", "\\\\").replace("`", "\\`") + "`"


def quoted_text(text: str) -> str:
    """``text`` as a string literal in SQL."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def set_clause(settings: Mapping[str, str]) -> str:
    """The SET statement for ``settings``; the engine makes numbers of quoted ones itself.

    Raises:
        ClickHouseError: a name cannot be a setting's.
    """
    for name in settings:
        if not _SETTING_NAME.fullmatch(name):
            raise ClickHouseError(Code.UNKNOWN_SETTING, f"Setting {name} is neither a builtin nor a custom setting")
    return "SET " + ", ".join(f"{name} = {quoted_text(value)}" for name, value in settings.items())
