"""Cancels a run, at whichever gateway it lives."""

import json
import logging
from typing import Any

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.problems import NotFound, StoreLost, Unavailable
from gp_lib.reference_platform.stores.postgres import Database
from gp_lib.reference_platform.stores.valkey import CONTROL_CHANNEL, VALKEY_LOST, Valkey

from .live import LiveRuns

log = logging.getLogger("platform.cancelling")

STATUS = "select status from platform.runs where run_id = $1"


class Canceller:
    """Stops a run here, or asks the other gateways to."""

    def __init__(self, database: Database, hot: Valkey, live: LiveRuns) -> None:
        self._database = database
        self._hot = hot
        self._live = live

    async def cancel(self, user_id: str, run_id: str) -> None:
        """Cancel the user's run; one that has ended stays as it is.

        Raises:
            NotFound: the user has no such run.
            Unavailable: a store that is needed cannot be reached.
        """
        try:
            rows = await self._database.read(user_id, STATUS, run_id)
        except StoreLost as error:
            raise Unavailable("the run cannot be looked up at the moment; please try again") from error
        if not rows:
            raise NotFound("there is no such run", run_id=run_id)
        if rows[0]["status"] == "running":
            await self._stop(run_id)

    async def _stop(self, run_id: str) -> None:
        if self._live.knows(run_id):
            self._live.stop([run_id], protocol.RUN_CANCELLED)
            return
        try:
            await self._hot.publish(CONTROL_CHANNEL, json.dumps({"op": "cancel", "run_id": run_id}))
        except VALKEY_LOST as error:
            raise Unavailable("the run lives elsewhere and cannot be reached; please try again") from error

    async def on_control(self, message: dict[str, Any]) -> None:
        """Another gateway asks everybody: the one that conducts the run stops it."""
        if message.get("op") == "cancel":
            self._live.stop([str(message.get("run_id"))], protocol.RUN_CANCELLED)
