"""Batches on a real Dask cluster: what comes back is what a batch here leaves, whatever is lost meanwhile."""

import os
import shutil
import signal
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import gp_lib
from gp_lib import evidence
from gp_lib.clock import Deadline
from gp_lib.errors import NotReady, ParameterError
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.cases import cases_of
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.cluster import lanes, lanes_on
from gp_lib.runner.lanes import LocalLane
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.running import run_batch
from gp_lib.verdict import Ruling
from tests.clusters import DaskCluster, dask_cluster
from tests.conftest import processes_under
from tests.projects import Project
from tests.scenarios_made import Heard, write_scenario
from tests.waiting import WAIT_FOR, wait_for

ELSEWHERE = (
    '[targets.elsewhere]\nsafety = "sandbox"\nplatform_http = "http://127.0.0.1:9"\nplatform_ws = "ws://127.0.0.1:9"\n'
)
"""A target for scenarios that talk to nobody: no stack is started for it."""


def meeting(folder: Path, name: str, *others: str) -> Scenario:
    """A scenario that says it is there and waits for the others."""
    waits = "\n".join(f"wait_for({str(folder / other)!r})" for other in others)
    return write_scenario(folder, name, act=f"{WAIT_FOR}\npathlib.Path({str(folder / name)!r}).touch()\n{waits}")


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    with dask_cluster(tmp_path_factory.mktemp("cluster"), "one", "two") as running:
        yield running


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "gpath.toml").write_text(ELSEWHERE)
    return tmp_path


def unheard(service: str, phase: str) -> None:
    """Progress is for people."""


def run(
    folder: Path, cluster: DaskCluster, scenarios: Sequence[Scenario], *, given: dict[str, str] | None = None
) -> tuple[Batch, Heard]:
    cases, heard = cases_of(scenarios, {"target": "elsewhere"} | (given or {})), Heard()
    batch = Batch.fresh(folder / "runs", "elsewhere", cases)
    with lanes_on(cluster.on, folder, "elsewhere", unheard, at_most=9) as opened:
        run_batch(batch, opened, rules=Rules(), progress=heard)
    return batch, heard


def rulings(batch: Batch) -> dict[str, str]:
    return {entry.name: entry.ruling.value for entry in batch.entries}


def test_two_workers_run_two_scenarios_at_the_same_time_and_every_cell_is_told(
    folder: Path, cluster: DaskCluster
) -> None:
    batch, heard = run(folder, cluster, [meeting(folder, "x1", "x2"), meeting(folder, "x2", "x1")])
    assert rulings(batch) == {"x1": "pass", "x2": "pass"}
    for name in ("x1", "x2"):
        assert [word for word in heard.words if word.startswith(f"{name} act")] == [
            f"{name} act running",
            f"{name} act passed",
        ]


def test_evidence_is_what_a_batch_on_this_machine_leaves(folder: Path, cluster: DaskCluster) -> None:
    scenarios = [write_scenario(folder, ruling.value, act="print('here')", ruling=ruling.value) for ruling in Ruling]
    there, _ = run(folder, cluster, scenarios)
    here = Batch.fresh(folder / "runs", "elsewhere", there.plan.cases)
    run_batch(here, [LocalLane()], rules=Rules(), progress=Heard())
    assert rulings(there) == rulings(here) == {ruling.value: ruling.value for ruling in Ruling}
    files = [{p.relative_to(b.folder).as_posix() for p in b.folder.rglob("*") if p.is_file()} for b in (there, here)]
    assert files[0] == files[1]
    for entry in SavedBatch.read(there.folder).entries:
        assert entry.machine == SavedBatch.read(here.folder).environment["machine"]
        assert entry.parameters == {"target": "elsewhere"}
    assert list((folder / "runs").glob(".*")) == []


def test_a_lost_worker_s_scenario_runs_elsewhere_and_nothing_of_it_is_left(folder: Path, tmp_path: Path) -> None:
    act = f"{WAIT_FOR}\nimport os\nopen({str(folder / 'began')!r}, 'a').write(os.environ['GPATH_EVIDENCE'] + '\\n')\n"
    scenario = write_scenario(folder, "x1", act=act + f"wait_for({str(folder / 'let_go')!r})")
    (folder / "dask").mkdir()
    with dask_cluster(folder / "dask", "one", "two") as own, ThreadPoolExecutor(1) as beside:

        def lose_it() -> None:
            wait_for(folder / "began", "\n")
            place = Path((folder / "began").read_text().strip()).parents[2]
            busy = next(name for name, worker in own.workers.items() if _is_child(place, worker.pid))
            own.kill(busy)
            deadline = Deadline.after(60)
            while place.exists() or processes_under(place):
                assert not deadline.passed, processes_under(place)
                time.sleep(0.1)
            (folder / "let_go").touch()

        losing = beside.submit(lose_it)
        batch, heard = run(folder, own, [scenario])
        losing.result()
        assert len(own.workers) == 1
    assert rulings(batch) == {"x1": "pass"}
    assert len((folder / "began").read_text().splitlines()) == 2
    assert heard.words.count("done x1 pass") == 1


def _is_child(place: Path, worker: int) -> bool:
    """Whether the job that works in ``place`` is one of this worker's."""
    job = int(place.name.removeprefix("gpath-job-").partition("-")[0])
    return f"PPid:\t{worker}\n" in Path(f"/proc/{job}/status").read_text()


def test_an_interrupt_reaches_the_workers_and_the_batch_can_be_gone_on_with(folder: Path, cluster: DaskCluster) -> None:
    scenarios = [meeting(folder, "x1", "let_go"), write_scenario(folder, "x2"), meeting(folder, "x3", "let_go")]

    def interrupt() -> None:
        wait_for(folder / "x1")
        os.kill(os.getpid(), signal.SIGINT)

    with ThreadPoolExecutor(1) as beside:
        interrupting = beside.submit(interrupt)
        batch, _ = run(folder, cluster, scenarios)
        interrupting.result()
    assert rulings(batch)["x1"] == "unknown"
    assert "interrupted by the user" in next(entry for entry in batch.entries if entry.name == "x1").why
    assert (batch.folder / "x1" / evidence.EXECUTED).exists()

    (folder / "let_go").touch()
    again = Batch.cut_short(batch.folder, scenarios)
    with lanes_on(cluster.on, folder, "elsewhere", unheard, at_most=9) as opened:
        run_batch(again, opened, rules=Rules(), progress=Heard())
    assert rulings(again) == {"x1": "pass", "x2": "pass", "x3": "pass"}


def test_a_cluster_that_has_no_worker_left_leaves_an_entry_that_says_so(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "LOST_S", 2.0)
    scenario = meeting(folder, "x1", "never")
    (folder / "dask").mkdir()
    with dask_cluster(folder / "dask", "one") as own, ThreadPoolExecutor(1) as beside:

        def lose_it() -> None:
            wait_for(folder / "x1")
            own.kill("one")

        losing = beside.submit(lose_it)
        batch, _ = run(folder, own, [scenario])
        losing.result()
    assert rulings(batch) == {"x1": "unknown"}
    assert batch.entries[0].why == "the cluster has no worker left"


def test_a_lost_scheduler_leaves_an_entry_that_says_so(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "LOST_S", 2.0)
    scenario = meeting(folder, "x1", "never")
    (folder / "dask").mkdir()
    with dask_cluster(folder / "dask", "one") as own, ThreadPoolExecutor(1) as beside:

        def lose_it() -> None:
            wait_for(folder / "x1")
            own.scheduler.kill()

        losing = beside.submit(lose_it)
        batch, _ = run(folder, own, [scenario])
        losing.result()
    assert rulings(batch) == {"x1": "unknown"}
    assert batch.entries[0].why == "the scheduler of the cluster was lost"


def test_what_ends_the_job_s_own_process_is_told(folder: Path, cluster: DaskCluster) -> None:
    act = "import os, signal\nos.kill(os.getppid(), 0)\njob = os.environ['GPATH_EVIDENCE'].split('gpath-job-')[1]\n"
    scenario = write_scenario(folder, "x1", act=act + "os.kill(int(job.partition('-')[0]), signal.SIGKILL)")
    batch, _ = run(folder, cluster, [scenario])
    assert rulings(batch) == {"x1": "unknown"}
    assert "ended with signal SIGKILL and left no evidence" in batch.entries[0].why


@pytest.mark.parametrize("address", ["tcp://127.0.0.1:1", "127.0.0.1:1", "dask:127.0.0.1"])
def test_an_address_of_another_form_is_refused(folder: Path, address: str) -> None:
    with pytest.raises(ParameterError, match="dask://host:port"), lanes_on(address, folder, "x", unheard, at_most=1):
        raise AssertionError("a lane was opened")


def test_where_no_scheduler_answers_that_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lanes, "CONNECT_S", 1.0)
    refused = pytest.raises(NotReady, match=r"no Dask scheduler answers at 127\.0\.0\.1:1")
    with refused, lanes_on("dask://127.0.0.1:1", folder, "x", unheard, at_most=1):
        raise AssertionError("a lane was opened")


def test_a_worker_with_another_workbench_is_refused(folder: Path) -> None:
    library = folder / "library"
    shutil.copytree(Path(gp_lib.__file__).parent, library / "gp_lib", ignore=shutil.ignore_patterns("__pycache__"))
    with (library / "gp_lib" / "clock.py").open("a") as changed:
        changed.write("# another one\n")
    (folder / "dask").mkdir()
    with dask_cluster(folder / "dask", "other", library=library) as own:
        refused = pytest.raises(NotReady, match="has not the same gp_lib as this machine: it has another one")
        with refused, lanes_on(own.on, folder, "x", unheard, at_most=1):
            raise AssertionError("a lane was opened")


def test_the_command_runs_a_real_scenario_there(cluster: DaskCluster, tmp_path: Path) -> None:
    project = Project.make(tmp_path / "project")
    done = project.gpath("run", "a4", "--on", cluster.on)
    assert done.returncode == 0, done.stdout + done.stderr
    (entry,) = SavedBatch.read(project.latest()).entries
    assert "ran on a machine of a cluster" in (project.latest() / entry.name / evidence.PAGE).read_text()
    assert (project.latest() / entry.services / "postgres.log").read_text()
    assert project.gpath("rejudge").returncode == 0
    assert not (project.folder / ".gpath").exists()
