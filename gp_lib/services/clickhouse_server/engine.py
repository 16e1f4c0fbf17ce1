"""The ClickHouse engine on one directory, open for as long as the process lives."""

import fcntl
import re
import socket
import uuid
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path
from xml.sax.saxutils import escape

import chdb

from gp_lib.errors import SettingsError
from gp_lib.services.clickhouse_server import processes
from gp_lib.services.clickhouse_server.confinement import NAME_SETTING, users_configuration
from gp_lib.services.clickhouse_server.errors import ClickHouseError
from gp_lib.services.clickhouse_server.query import (
    Answer,
    Connection,
    Query,
    command,
    execute,
    prepare,
    quoted_text,
    set_clause,
)

# What a server has and the engine's command line has not, or the other way round; and a bound for one answer,
# which is held in memory until it is sent.
_SERVER_SETTINGS = {
    "implicit_select": "0",
    "allow_introspection_functions": "0",
    "max_result_bytes": str(512 << 20),
}
# An acknowledged INSERT is on disk: part files and their directory are fsynced before the answer (metadata of
# tables is fsynced by default). Without the two it would survive a kill of the process, not a loss of power.
_CONFIGURATION = """<clickhouse>
    <display_name>{display_name}</display_name>
    <users_config>{users}</users_config>
    <user_files_path>{directory}/user_files/</user_files_path>
    <format_schema_path>{directory}/format_schemas/</format_schema_path>
    <remote_url_allow_hosts></remote_url_allow_hosts>
    <merge_tree>
        <fsync_after_insert>1</fsync_after_insert>
        <fsync_part_directory>1</fsync_part_directory>
    </merge_tree>
</clickhouse>
"""
_DIRECTORY = "GP_CLICKHOUSE_DATA_DIR"


class Engine:
    """The engine of this process, open for as long as the process lives; ``user`` is what clients call themselves.

    Raises:
        SettingsError: the directory cannot be used.
    """

    def __init__(self, directory: Path, user: str) -> None:
        self._user = user
        try:
            self.display_name = _prepare(directory)
        except OSError as error:
            reason = error.strerror or str(error)
            raise SettingsError(_DIRECTORY, f"{directory} cannot be used: {reason}") from None
        self._address = f"{directory}?config-file={directory / 'config.xml'}"
        try:
            self._anchor = self.connect()
        except (RuntimeError, ClickHouseError) as error:
            reason = " ".join(str(error).split())
            raise SettingsError(_DIRECTORY, f"the engine cannot open {directory}: {reason}") from None
        processes.create_view(self._anchor, user)
        answer = command(self._anchor, "SELECT version(), timezone()")
        self.version, self.timezone = answer.decode().rstrip("\n").split("\t")

    def connect(self) -> Connection:
        """A new connection, with settings and temporary tables of its own (0.1 ms)."""
        connection = chdb.connect(self._address)
        command(connection, set_clause(_SERVER_SETTINGS))
        return connection

    def run(self, query: Query) -> Answer:
        """Run ``query`` on a connection of its own. Call it from as many threads as there are cores.

        Raises:
            ClickHouseError: what the engine, or its reader, finds wrong.
        """
        with closing(self.connect()) as connection:
            prepare(connection, query)
            if query.read_only:
                command(connection, "SET readonly = 2")
            return self.carry_out(connection, query)

    def carry_out(self, connection: Connection, query: Query) -> Answer:
        """Run the statement on ``connection``, which has been prepared for it.

        Raises:
            ClickHouseError: what the engine finds wrong.
        """
        if processes.is_kill(query.statement):
            return processes.kill(connection, query, self._user)
        return execute(connection, replace(query, statement=processes.through_view(query.statement)))

    def kill(self, query_id: str) -> None:
        """End the query that its client calls ``query_id``, if it runs; does not wait for its end."""
        with closing(self.connect()) as connection:
            called = f"Settings['{NAME_SETTING}'] = {quoted_text(query_id)}"
            command(connection, f"KILL QUERY WHERE {called} ASYNC")

    def close(self) -> None:
        """Let the directory go."""
        self._anchor.close()


def _prepare(directory: Path) -> str:
    """Make the directory fit for the engine; returns the display name, which stays with the directory."""
    # without this folder the engine (26.5) starts no cleaner of dropped tables, and DROP … SYNC waits forever:
    # https://github.com/chdb-io/chdb-core/pull/173
    (directory / "metadata").mkdir(parents=True, exist_ok=True)
    _refuse_if_locked(directory / "status")
    identity = directory / "uuid"
    known = identity.read_text().strip() if identity.exists() else ""
    if not known:
        known = str(uuid.uuid4())
        identity.write_text(f"{known}\n")
    display_name = f"{socket.gethostname()}/{known}"
    users = directory / "users.xml"
    users.write_text(users_configuration(processes.VIEW))
    names = {"display_name": display_name, "users": str(users), "directory": str(directory)}
    texts = {name: escape(text) for name, text in names.items()}
    (directory / "config.xml").write_text(_CONFIGURATION.format(**texts))
    return display_name


def _refuse_if_locked(status: Path) -> None:
    """The engine locks this file too, but says so on stderr in its own words."""
    with suppress(FileNotFoundError), status.open("r+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = re.search(r"PID: (\d+)", file.read())
            who = f"process {owner[1]}" if owner else "another process"
            raise SettingsError(_DIRECTORY, f"{status.parent} is in use by {who}") from None
