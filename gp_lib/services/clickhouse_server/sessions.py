"""HTTP sessions: what ``session_id`` keeps between requests.

Most clients name a session and never use it, so a session gets a connection of its own only with the first
statement that leaves something behind (SET, USE, a temporary table). Until then its requests run like all
others, in parallel connections that cost nothing to keep.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gp_lib.clock import monotonic_s
from gp_lib.services.clickhouse_server.engine import Engine
from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code
from gp_lib.services.clickhouse_server.query import (
    Answer,
    Connection,
    Query,
    command,
    execute,
    prepare,
    quoted_name,
    quoted_text,
)

_MOST_SESSIONS = 1000


class Session:
    """One session; only the request that holds it touches it."""

    def __init__(self) -> None:
        self.held = True
        self.expires_s = 0.0
        self._connection: Connection = None

    def run(self, engine: Engine, query: Query) -> Answer:
        """Run ``query`` with what earlier requests of the session left behind.

        Raises:
            ClickHouseError: as ``Engine.run``; READONLY for a GET that would write.
        """
        if self._connection is None and not query.statement.keeps_state:
            return engine.run(query)
        if query.read_only and not query.statement.only_reads:
            raise ClickHouseError(Code.READONLY, "Cannot execute query in readonly mode")
        if self._connection is None:
            self._connection = engine.connect()
        if query.statement.words[0] in ("SET", "USE"):
            return execute(self._connection, query)
        return self._with_overlay(engine, query)

    def _with_overlay(self, engine: Engine, query: Query) -> Answer:
        """Settings and database of a request hold for that request, not for the session."""
        undo = _undo(self._connection, query)
        try:
            prepare(self._connection, query)
            return engine.carry_out(self._connection, query)
        finally:
            for sql in undo:
                command(self._connection, sql)

    def close(self) -> None:
        """Forget everything it kept."""
        if self._connection is not None:
            self._connection.close()
            self._connection = None


def _undo(connection: Connection, query: Query) -> list[str]:
    """The statements that bring back what ``prepare`` is about to change."""
    statements = [f"DROP TEMPORARY TABLE IF EXISTS {quoted_name(table.name)}" for table in query.tables]
    if query.settings:
        names = ", ".join(quoted_text(name) for name in query.settings)
        for name, value, changed in _rows(
            connection, f"SELECT name, value, changed FROM system.settings WHERE name IN ({names})"
        ):
            statements.append(f"SET {name} = {quoted_text(str(value)) if changed else 'DEFAULT'}")
    if query.database:
        ((database,),) = _rows(connection, "SELECT currentDatabase()")
        statements.append(f"USE {quoted_name(str(database))}")
    return statements


def _rows(connection: Connection, sql: str) -> list[list[object]]:
    return [json.loads(line) for line in command(connection, f"{sql} FORMAT JSONCompactEachRow").splitlines()]


class Sessions:
    """All sessions, by user-given name."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._sessions: dict[str, Session] = {}

    @contextmanager
    def hold(self, name: str, *, timeout_s: float, must_exist: bool, close: bool) -> Iterator[Session]:
        """The session ``name`` for one request; it is forgotten ``timeout_s`` later, or at once (``close``).

        Raises:
            ClickHouseError: SESSION_IS_LOCKED while another request holds it, SESSION_NOT_FOUND when it
                ``must_exist`` and does not, TOO_MANY_SIMULTANEOUS_QUERIES when there are too many.
        """
        session = self._take(name, must_exist)
        try:
            yield session
        finally:
            with self._lock:
                session.held = False
                session.expires_s = monotonic_s() + timeout_s
                if close:
                    self._sessions.pop(name).close()

    def _take(self, name: str, must_exist: bool) -> Session:
        with self._lock:
            self._forget_expired()
            if (session := self._sessions.get(name)) is None:
                if must_exist:
                    raise ClickHouseError(Code.SESSION_NOT_FOUND, f"Session {name} not found")
                if len(self._sessions) >= _MOST_SESSIONS:
                    raise ClickHouseError(Code.TOO_MANY_SIMULTANEOUS_QUERIES, "Too many sessions")
                session = self._sessions[name] = Session()
            elif session.held:
                raise ClickHouseError(Code.SESSION_IS_LOCKED, f"Session {name} is locked by a concurrent client")
            session.held = True
            return session

    def _forget_expired(self) -> None:
        now_s = monotonic_s()
        for name, session in list(self._sessions.items()):
            if not session.held and session.expires_s <= now_s:
                self._sessions.pop(name).close()

    def close(self) -> None:
        """Forget all sessions."""
        with self._lock:
            for session in self._sessions.values():
                session.close()
            self._sessions.clear()
