"""The runs that this gateway conducts now: started, cancelled, waited for, handed over."""

import asyncio
import logging
from collections.abc import Iterable

from gp_lib.reference_platform import protocol
from gp_lib.reference_platform.agents.supervisor import Supervisor
from gp_lib.reference_platform.config import Settings
from gp_lib.reference_platform.problems import Fenced, PlatformError

from .context import Contexts, RunContext
from .ending import finish, gave_up
from .opening import Opened

log = logging.getLogger("platform.runs")


class LiveRuns:
    """Conducts runs, each in a task and a context of its own."""

    def __init__(self, settings: Settings, contexts: Contexts, supervisor: Supervisor) -> None:
        self._deadline_s = settings.run_deadline_s
        self._contexts = contexts
        self._supervisor = supervisor
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._expected: set[str] = set()
        self._stopped_for: dict[str, str] = {}

    @property
    def count(self) -> int:
        """Runs that are conducted now."""
        return len(self._tasks)

    def expect(self, run_id: str) -> None:
        """A run with this id may be opened any moment."""
        self._expected.add(run_id)

    def forget(self, run_id: str) -> None:
        """The expected run was not opened."""
        self._expected.discard(run_id)

    def knows(self, run_id: str) -> bool:
        """Whether a run is conducted here, or about to be."""
        return run_id in self._tasks or run_id in self._expected

    def launch(self, opened: Opened) -> None:
        """Conduct a run that was opened just now."""
        run_id = opened.ids.run_id
        task = asyncio.create_task(self._conduct(opened), name=f"run {run_id}")
        self._tasks[run_id] = task
        self._expected.discard(run_id)
        task.add_done_callback(lambda _: self._forget_task(run_id))

    def _forget_task(self, run_id: str) -> None:
        self._tasks.pop(run_id, None)
        self._stopped_for.pop(run_id, None)

    def stop(self, run_ids: Iterable[str], code: str) -> None:
        """Stop runs; each ends with an ``agent_error`` of ``code``. Unknown ids are ignored."""
        for run_id in run_ids:
            if task := self._tasks.get(run_id):
                self._stopped_for.setdefault(run_id, code)
                task.cancel()

    async def gone(self, run_ids: Iterable[str], patience_s: float) -> None:
        """Wait until none of these runs is conducted here, at most ``patience_s`` seconds."""
        if tasks := [task for run_id in run_ids if (task := self._tasks.get(run_id))]:
            await asyncio.wait(tasks, timeout=patience_s)

    async def drain(self, patience_s: float) -> None:
        """Let runs finish for ``patience_s`` seconds, then end the others as interrupted."""
        tasks = list(self._tasks.values())
        if tasks:
            await asyncio.wait(tasks, timeout=patience_s)
        self.stop(list(self._tasks), protocol.RUN_INTERRUPTED)
        if left := list(self._tasks.values()):
            await asyncio.wait(left, timeout=1.0)

    async def _conduct(self, opened: Opened) -> None:
        assert opened.story is not None, "a repeated message has no run to conduct"
        async with self._contexts.open(opened.ids, opened.question, opened.story) as context:
            try:
                await self._until_told(context)
            except Fenced as error:
                log.warning("run %s goes on elsewhere or has ended: %s", opened.ids.run_id, error)
            except PlatformError as error:
                # Its row still says "running": recovery ends it once the database is back.
                log.error("run %s could not be ended: %s", opened.ids.run_id, error)

    async def _until_told(self, context: RunContext) -> None:
        try:
            async with asyncio.timeout(self._deadline_s):
                await self._supervisor.conduct(context)
        except asyncio.CancelledError:
            code = self._stopped_for.get(context.ids.run_id, protocol.RUN_INTERRUPTED)
            await context.end(gave_up(code), finish)
        except Fenced:
            raise
        except Exception:
            log.exception("run %s failed", context.ids.run_id)
            await context.end(gave_up(protocol.RUN_FAILED), finish)
