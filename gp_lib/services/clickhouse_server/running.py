"""The queries that run: each under the name that its client gave it, so that it can be found and ended."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from gp_lib.clock import Deadline
from gp_lib.services.clickhouse_server.engine import Engine
from gp_lib.services.clickhouse_server.errors import ClickHouseError, Code

_REPLACED_WITHIN_S = 5.0  # ClickHouse's own default, replace_running_query_max_wait_ms


class Running:
    """Which names are taken. A name belongs to one query at a time."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._names: set[str] = set()
        self._changed = threading.Condition()

    @contextmanager
    def named(self, query_id: str, *, replaces: bool) -> Iterator[None]:
        """Hold ``query_id`` while the block runs; ``replaces`` ends the query that has it.

        Raises:
            ClickHouseError: QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING.
        """
        if replaces:
            self._end(query_id)
        with self._changed:
            if query_id in self._names:
                raise ClickHouseError(
                    Code.QUERY_WITH_SAME_ID_IS_ALREADY_RUNNING, f"Query with id = {query_id} is already running"
                )
            self._names.add(query_id)
        try:
            yield
        finally:
            with self._changed:
                self._names.remove(query_id)
                self._changed.notify_all()

    def _end(self, query_id: str) -> None:
        deadline = Deadline.after(_REPLACED_WITHIN_S)
        with self._changed:
            while query_id in self._names and not deadline.passed:
                self._engine.kill(query_id)
                self._changed.wait(0.1)
