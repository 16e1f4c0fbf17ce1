"""The engine's list of running queries, as its clients know them: under their own ids and the one user's name.

The engine (26.5) names each query itself. What the client called it travels in a setting of the engine's that has no
other use, and a view shows it in its place.
"""

import json
from dataclasses import replace
from itertools import pairwise

from gp_lib.services.clickhouse_server.confinement import NAME_SETTING
from gp_lib.services.clickhouse_server.query import (
    Answer,
    Connection,
    Query,
    command,
    execute,
    quoted_name,
    quoted_text,
)
from gp_lib.services.clickhouse_server.sql import Statement
from gp_lib.services.clickhouse_server.tokens import Token, meaningful, name_of, replaced

VIEW = "client_processes"
_NAME = f"if(Settings['{NAME_SETTING}'] != '', Settings['{NAME_SETTING}'], query_id)"
_COLUMNS = "kill_status String, query_id String, user String, query String"


def create_view(connection: Connection, user: str) -> None:
    """Make the view beside the engine's own table; it lives as long as the engine."""
    columns = f"{_NAME} AS query_id, {_NAME} AS initial_query_id"
    users = f"{quoted_text(user)} AS user, {quoted_text(user)} AS initial_user"
    command(
        connection,
        f"CREATE VIEW IF NOT EXISTS system.{VIEW} AS SELECT * REPLACE ({columns}, {users}) FROM system.processes",
    )


def through_view(statement: Statement) -> Statement:
    """The statement with the view where it names the engine's table."""
    if statement.words[:2] == ("SHOW", "PROCESSLIST"):
        first, second = list(meaningful(statement.sql))[:2]
        select = f"SELECT * FROM system.{VIEW}".encode()
        return replace(statement, sql=statement.sql[: first.start] + select + statement.sql[second.end :])
    if b"processes" not in statement.sql:
        return statement
    parts = list(meaningful(statement.sql))
    found = [part for index, part in enumerate(parts) if _names_the_table(parts[max(0, index - 2) : index + 1])]
    return replace(statement, sql=replaced(statement.sql, {part: VIEW.encode() for part in found}))


def _names_the_table(parts: list[Token]) -> bool:
    return len(parts) == 3 and (name_of(parts[0]), parts[1].text, name_of(parts[2])) == ("system", b".", "processes")


def is_kill(statement: Statement) -> bool:
    """Whether it ends queries."""
    return statement.words[:2] == ("KILL", "QUERY")


def kill(connection: Connection, query: Query, user: str) -> Answer:
    """Carry out KILL QUERY: its condition sees what clients see, and so does its answer."""
    names = dict(_rows(connection, f"SELECT query_id, {_NAME} FROM system.processes"))
    answer = execute(connection, replace(query, statement=_as_the_engine_knows_it(query.statement, user)))
    rows = [json.loads(line) for line in answer.body.splitlines()]
    told = [[status, names.get(query_id, query_id), user, sql] for status, query_id, _, sql in rows]
    return execute(connection, replace(query, statement=_as_result(query, told)))


def _rows(connection: Connection, sql: str) -> list[list[str]]:
    return [json.loads(line) for line in command(connection, f"{sql} FORMAT JSONCompactEachRow").splitlines()]


def _as_the_engine_knows_it(statement: Statement, user: str) -> Statement:
    spelt = {"query_id": _NAME, "initial_query_id": _NAME, "user": quoted_text(user), "initial_user": quoted_text(user)}
    parts = list(meaningful(statement.sql))
    calls = {part for part, following in pairwise(parts) if following.text == b"("}
    found = {part: spelt[name_of(part)].encode() for part in parts if part not in calls and name_of(part) in spelt}
    end = next((part.start for part in parts if part.word == "FORMAT" and part.depth == 0), len(statement.sql))
    sql = replaced(statement.sql[:end], {part: text for part, text in found.items() if part.start < end})
    return replace(statement, sql=sql + b" FORMAT JSONCompactEachRow", output_format="JSONCompactEachRow")


def _as_result(query: Query, rows: list[list[str]]) -> Statement:
    """A SELECT of these rows in the format that the client wants."""
    values = ", ".join(f"({', '.join(map(quoted_text, row))})" for row in rows)
    source = f"values('{_COLUMNS}', {values})" if rows else f"null('{_COLUMNS}')"
    wanted = query.statement.output_format or query.default_format
    sql = f"SELECT * FROM {source} FORMAT {quoted_name(wanted)}"
    return replace(query.statement, sql=sql.encode(), output_format=wanted)
