"""The store of all batches, ``runs/.history.duckdb``.

It is DuckDB because medians, windows over earlier runs and bulk entry of many thousands of rows are its daily work, in
one file and without a server. The batch folders stay the truth: the store holds nothing that cannot be read from them
again. One process at a time may have it open.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gp_lib.clock import monotonic_s
from gp_lib.errors import WorkbenchError

if TYPE_CHECKING:
    from duckdb import DuckDBPyConnection

FILE = ".history.duckdb"
VERSION = 2
"""Of the tables; a store of another version is made again."""

POLL_S = 0.05

TABLES = {
    "batches": {
        "batch": "VARCHAR",
        "mark": "VARCHAR",
        "began": "TIMESTAMP",
        "commit_id": "VARCHAR",
        "state": "VARCHAR",
        "target": "VARCHAR",
        "took_s": "DOUBLE",
        "by_hand": "BOOLEAN",
        "elsewhere": "VARCHAR",
        "problem": "VARCHAR",
    },
    "entries": {
        "batch": "VARCHAR",
        "scenario": "VARCHAR",
        "verdict": "VARCHAR",
        "took_s": "DOUBLE",
        "parameters": "VARCHAR",
        "judged": "BOOLEAN",
        "failing": "VARCHAR",
        "found": "VARCHAR",
    },
    "figures": {
        "batch": "VARCHAR",
        "scenario": "VARCHAR",
        "place": "INTEGER",
        "name": "VARCHAR",
        "verdict": "VARCHAR",
        "measured": "DOUBLE",
        "unit": "VARCHAR",
        "bound": "DOUBLE",
    },
}
"""The columns of each table. ``state`` names what was tested, and is empty where that cannot be said; ``elsewhere`` is
who signed a batch from elsewhere (``unsigned``: nobody), and empty for one that was made here."""

Row = tuple[Any, ...]


class StoreLocked(WorkbenchError):
    """Another process has the store open."""

    def __init__(self) -> None:
        super().__init__("another gpath is writing the history; ask again when it is done")


class StoreOutdated(WorkbenchError):
    """The store was made by another version of the workbench, or is not whole."""


class Store:
    """An open store."""

    def __init__(self, connection: "DuckDBPyConnection") -> None:
        self._connection = connection

    def ask(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        """The rows that ``sql`` selects, each by the names of its columns; ``$name`` in it is one of ``values``."""
        answer = self._connection.execute(sql, values)
        names = [column[0] for column in answer.description or ()]
        return [dict(zip(names, row, strict=True)) for row in answer.fetchall()]

    def marks(self) -> dict[str, str]:
        """The mark of each batch that was entered, by its name."""
        return {row["batch"]: row["mark"] for row in self.ask("SELECT batch, mark FROM batches")}

    def replace(self, names: Sequence[str], rows: dict[str, list[Row]]) -> None:
        """Put ``rows``, by table, in the place of everything about the batches ``names``: all of it or nothing."""
        with self._transaction():
            for table, columns in TABLES.items():
                self._connection.execute(f"DELETE FROM {table} WHERE list_contains($1::VARCHAR[], batch)", [[*names]])
                if rows.get(table):
                    lists = [list(column) for column in zip(*rows[table], strict=True)]
                    values = ", ".join(f"unnest(${n}::{kind}[])" for n, kind in enumerate(columns.values(), start=1))
                    self._connection.execute(f"INSERT INTO {table} SELECT {values}", lists)

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        self._connection.begin()
        try:
            yield
        except BaseException:
            self._connection.rollback()
            raise
        self._connection.commit()

    def require_version(self) -> None:
        """Make the tables in a new store.

        Raises:
            StoreOutdated: the tables are of another version.
        """
        if not self.ask("SELECT 1 FROM information_schema.tables"):
            with self._transaction():
                for name, columns in TABLES.items():
                    told = ", ".join(f"{column} {kind}" for column, kind in columns.items())
                    self._connection.execute(f"CREATE TABLE {name} ({told})")
                self._connection.execute(f"CREATE TABLE about AS SELECT {VERSION} AS version")
        elif self.ask("SELECT version FROM about") != [{"version": VERSION}]:
            raise StoreOutdated("it was made by another version of the workbench")


@contextmanager
def open_store(runs: Path, *, wait_s: float) -> Iterator[Store]:
    """The store of ``runs``, made when there is none; it is closed, and free for others, at the end of the block.

    Args:
        runs: the folder of all batches.
        wait_s: how long to wait for another process that has it open, in seconds.

    Raises:
        StoreLocked: it was not free in that time.
        StoreOutdated: it is of another version.
        duckdb.Error: it is damaged.
    """
    connection = _connect(runs / FILE, monotonic_s() + wait_s)
    with connection:
        store = Store(connection)
        store.require_version()
        yield store


def _connect(path: Path, until_s: float) -> "DuckDBPyConnection":
    import duckdb

    while True:
        try:
            return duckdb.connect(path, config={"autoinstall_known_extensions": False})
        except duckdb.IOException as error:
            if "set lock on file" not in str(error).replace(str(path), ""):
                raise
            if monotonic_s() >= until_s:
                raise StoreLocked from error
            time.sleep(POLL_S)


def remove_store(runs: Path) -> None:
    """Delete the store; the next one to ask makes it again from the folders."""
    for path in (runs / FILE, runs / f"{FILE}.wal"):
        with suppress(FileNotFoundError):
            path.unlink()
