"""The batch's side of a cluster: a lane for each worker, which sends it one case at a time and gets the evidence."""

import asyncio
import json
import logging
import secrets
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from distributed import Client, Future

from gp_lib import evidence
from gp_lib.clock import Deadline, monotonic_s, patience
from gp_lib.errors import NotReady, ParameterError, WorkbenchError
from gp_lib.runner.attestation.bundles import open_bundle
from gp_lib.runner.attestation.source import unpack
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.cluster.job import Job, workbench_digest
from gp_lib.runner.cluster.worker import Result, run_job, stop_job
from gp_lib.runner.entry import Entry, entry_without_evidence
from gp_lib.runner.execute import How, execute
from gp_lib.runner.notebook_digest import notebook_digest
from gp_lib.runner.prepared import source_notebook
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.settings import CONFIG

SCHEME = "dask://"
CONNECT_S, ANSWER_S = 10.0, 60.0
"""How long a scheduler may take to answer, and workers to hand over a result (s, scaled)."""
LOST_S = 30.0
"""How long a batch waits for a worker when there is none, or for a scheduler that is gone (s, scaled)."""
NO_SCHEDULER = "the scheduler of the cluster was lost"
NO_WORKER = "the cluster has no worker left"
LOOK_EVERY_S = 0.5
STOP_WITHIN_S = 60.0
"""How long an interrupted job may take to hand over its evidence (s, scaled)."""


class Cluster:
    """A connection to a scheduler whose workers have the same ``gp_lib``."""

    def __init__(self, client: Client, root: Path, target: str) -> None:
        self._client, self._root, self._target = client, root, target
        self._topic = f"gpath-{secrets.token_hex(8)}"
        self._listeners: dict[str, Callable[[dict[str, Any]], None]] = {}
        client.subscribe_topic(self._topic, self._heard)

    def _heard(self, event: tuple[float, dict[str, Any]]) -> None:
        told = event[1]
        if listener := self._listeners.get(told["job"]):
            listener(told)

    @contextmanager
    def running(self, case: Case, how: How, worker: str) -> Iterator[tuple[str, Future[Result]]]:
        """A case as a task, rather on ``worker`` than elsewhere, and the id of its job; released at the end."""
        job_id, loop = secrets.token_hex(8), asyncio.get_running_loop()

        def cell(told: dict[str, Any]) -> None:
            if told["event"] == "cell":
                loop.call_soon_threadsafe(how.on_cell, told["cell"], told["state"])

        self._listeners[job_id] = cell
        config = self._root / CONFIG
        job = Job(
            name=case.name,
            scenario=case.scenario.name,
            phase=case.scenario.phase,
            notebook=json.dumps(source_notebook(case.scenario.path)),
            parameters=case.parameters,
            target=self._target,
            config=config.read_text(encoding="utf-8") if config.is_file() else "",
            deadline_s=how.deadline_s,
        )
        task = self._client.submit(
            run_job, job_id, job.to_json(), self._topic, key=f"{case.name}-{job_id}", workers=[worker],
            allow_other_workers=True, pure=False,
        )  # fmt: skip
        try:
            yield job_id, task
        finally:
            del self._listeners[job_id]
            task.release()

    def stop(self, job_id: str) -> None:
        """Interrupt a job, wherever it runs."""
        self._client.run(stop_job, job_id, on_error="return")

    async def lacks(self) -> str:
        """What is missing for a job to run: the scheduler, or any worker; empty when nothing is."""
        if self._client.status != "running":
            return NO_SCHEDULER
        asked = self._client.scheduler.identity(n_workers=-1)
        answer = asyncio.run_coroutine_threadsafe(asked, self._client.loop.asyncio_loop)
        try:
            about = await asyncio.wait_for(asyncio.wrap_future(answer), patience(ANSWER_S))
        except (OSError, TimeoutError):
            return NO_SCHEDULER
        return "" if about["workers"] else NO_WORKER


class ClusterLane:
    """One worker's lane: what is sent there comes back as evidence in the batch."""

    target_of_its_own = False

    def __init__(self, cluster: Cluster, worker: str) -> None:
        self._cluster, self._worker = cluster, worker

    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        """Nothing: every job brings along what it needs."""

    async def execute(self, case: Case, folder: Path, how: How) -> Entry:
        """Run a case on the cluster; whatever becomes of worker or scheduler, there is an entry.

        A case whose worker is lost is begun again on another one.
        """
        began_s = monotonic_s()
        if case.scenario.unreadable:
            return await execute(case.scenario, folder, parameters=case.parameters, stack_file=None)
        with self._cluster.running(case, how, self._worker) as (job_id, task):
            result = await self._result(job_id, task, how.interrupted)
        if not result.bundle:
            return entry_without_evidence(case, folder, result.why, took_s=monotonic_s() - began_s)
        try:
            return unpacked(result.bundle, case, folder)
        except (OSError, WorkbenchError) as error:
            return entry_without_evidence(case, folder, f"its evidence cannot be kept: {error}", took_s=0.0)

    async def _result(self, job_id: str, task: Future[Result], interrupted: asyncio.Event | None) -> Result:
        """What comes of the job; an interrupt is passed on, and the evidence gathered by then still comes."""
        done, loop = asyncio.Event(), asyncio.get_running_loop()
        task.add_done_callback(lambda _: loop.call_soon_threadsafe(done.set))
        seen = Deadline.after(LOST_S)
        stopped: Deadline | None = None
        while not done.is_set():
            if not (lacking := await self._cluster.lacks()):
                seen = Deadline.after(LOST_S)
            if interrupted is not None and interrupted.is_set() and stopped is None:
                stopped = Deadline.after(STOP_WITHIN_S)
                await asyncio.to_thread(self._cluster.stop, job_id)
            if lacking and seen.passed:
                return Result(why=lacking)
            if stopped is not None and stopped.passed:
                return Result(why="interrupted by the user")
            with suppress(TimeoutError):
                await asyncio.wait_for(done.wait(), LOOK_EVERY_S)
        return await asyncio.to_thread(_outcome, task)

    def keep_logs(self, batch: Path, began: str) -> None:
        """Nothing: the logs of its services came with each case."""


def _outcome(task: Future[Result]) -> Result:
    """What a task that is over has brought."""
    if task.status == "finished":
        result: Result = task.result(timeout=patience(ANSWER_S))
        return result
    if task.status == "error":
        return Result(why=f"the cluster gave it up: {task.exception()}")
    return Result(why=NO_SCHEDULER)


def unpacked(bundle: bytes, case: Case, folder: Path) -> Entry:
    """Move the evidence out of a bundle into ``folder`` of a batch, and its services' logs beside it; the entry.

    What was asked is said by us, and not by the worker.

    Raises:
        WorkbenchError: the bundle is not evidence of this case, and of nothing else.
        OSError: the file system refused.
    """
    with tempfile.TemporaryDirectory(dir=folder.parent.parent, prefix=".from-cluster-") as name:
        place = Path(name)
        (place / "evidence.zip").write_bytes(bundle)
        with open_bundle(place / "evidence.zip") as opened:
            batch = SavedBatch.read(unpack(opened, place))
        if [(entry.name, entry.scenario) for entry in batch.entries] != [(case.name, case.scenario.name)]:
            raise WorkbenchError(f"what the worker sent back is not the evidence of {case.name} alone")
        (entry,) = batch.entries
        entry.folder.rename(folder)
        services = evidence.free_name(folder.with_name(f"{evidence.SERVICES}-"))
        if (logs := batch.folder / entry.services).is_dir():
            logs.rename(services)
        return replace(
            entry,
            scenario=case.scenario.name,
            title=case.scenario.title,
            folder=folder,
            parameters=case.parameters,
            services=services.name,
            machine=batch.environment.get("machine", {}),
            notebook=notebook_digest(case.scenario.path),
        )


@contextmanager
def cluster_lanes(
    address: str, root: Path, target: str, say: Callable[[str, str], None], *, at_most: int
) -> Iterator[list[ClusterLane]]:
    """A lane for each worker of the cluster at ``address`` (``dask://host:port``), but not more than ``at_most``.

    Raises:
        NotReady: no scheduler answers there, it has no worker, or a worker has not the same ``gp_lib``.
    """
    if not address.startswith(SCHEME):
        raise ParameterError("--on", f"{address!r} is not of the form {SCHEME}host:port")
    _hush()
    place = address.removeprefix(SCHEME)
    with ExitStack() as closed:
        client = closed.enter_context(_connected(place))
        workers = _workers(client, place)
        say("cluster", f"{len(workers)} workers at {place}")
        cluster = Cluster(client, root, target)
        yield [ClusterLane(cluster, worker) for worker in workers[:at_most]]


def _hush() -> None:
    """What is lost is told in the entries, not by the log of a package."""
    for name in logging.root.manager.loggerDict:
        if name.partition(".")[0] == "distributed":
            logging.getLogger(name).setLevel(logging.CRITICAL)


def _connected(place: str) -> Client:
    try:
        return Client(f"tcp://{place}", timeout=patience(CONNECT_S), set_as_default=False)
    except (OSError, ValueError) as error:
        todo = f"start one (`dask scheduler`), or correct {place}"
        raise NotReady("the cluster", f"no Dask scheduler answers at {place}: {error}", todo=todo) from error


def _workers(client: Client, place: str) -> list[str]:
    """The addresses of the workers, all of which have the same ``gp_lib`` as we."""
    with suppress(TimeoutError):
        client.wait_for_workers(1, timeout=patience(CONNECT_S))
    workers = sorted(client.scheduler_info(n_workers=-1)["workers"])
    if not workers:
        todo = f"start some on machines that have this workbench: `dask worker {place}`"
        raise NotReady("the cluster", f"the scheduler at {place} has no worker", todo=todo)
    ours, theirs = workbench_digest(), client.run(workbench_digest, on_error="return")
    for worker, digest in theirs.items():
        if digest != ours:
            why = f"could not tell ({digest!r})" if isinstance(digest, BaseException) else "has another one"
            todo = "install the same version of the workbench on every machine, and start its workers again"
            raise NotReady(
                "the cluster", f"worker {worker} has not the same gp_lib as this machine: it {why}", todo=todo
            )
    return workers
