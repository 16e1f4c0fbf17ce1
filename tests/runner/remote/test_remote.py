"""Evidence at a URL, held against a real S3 server: nothing is lost there, and nothing harmful comes from there."""

import json
import shutil
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.clock import Deadline
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.attestation.importing import Trust, take_in
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.cases import cases_of
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.lanes import LocalLane
from gp_lib.runner.remote import place_at
from gp_lib.runner.remote.sending import Copy, Courier
from gp_lib.runner.remote.taking import opened
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.running import run_batch
from gp_lib.settings import StackDescription
from tests.object_stores import ObjectStore, object_store
from tests.projects import Project
from tests.runner.remote.taken import contents, take
from tests.scenarios_made import Heard, write_scenario
from tests.waiting import WAIT_FOR, wait_for


def test_what_was_sent_comes_back_as_it_was(batch: Path, store: ObjectStore, elsewhere: Path) -> None:
    assert Copy(batch, place_at(store.url)).send_all() == 5
    taken = take(f"{store.url}/{batch.name}", elsewhere)
    assert (taken.name, contents(taken)) == (batch.name, contents(batch))
    assert [path.name for path in elsewhere.iterdir()] == [batch.name]


def test_the_file_that_says_it_is_finished_comes_last(batch: Path, store: ObjectStore, elsewhere: Path) -> None:
    (batch / "a4" / "link").symlink_to("history.jsonl")
    copy = Copy(batch, place_at(store.url))
    with pytest.raises(WorkbenchError, match="link is neither a file nor a folder"):
        copy.send_all()
    (batch / "a4" / "link").unlink()
    copy.send_all()
    stored = {path.name: path.stat().st_mtime_ns for path in (store.runs / batch.name).rglob("*") if path.is_file()}
    assert max(stored, key=lambda name: stored[name]) == evidence.BATCH


def test_only_what_has_changed_is_sent_again(batch: Path, store: ObjectStore) -> None:
    copy = Copy(batch, place_at(store.url))
    copy.send_all()
    for sent in (store.runs / batch.name).rglob("*.*"):
        sent.write_bytes(b"as it was left")
    (batch / "x.md").write_text("# another one")
    copy.send_all()
    assert (store.runs / batch.name / "x.md").read_text() == "# another one"
    assert (store.runs / batch.name / "services" / "x.log").read_text() == "as it was left"


def test_a_folder_of_this_machine_is_a_place_too(batch: Path, tmp_path: Path, elsewhere: Path) -> None:
    (tmp_path / "share").mkdir()
    place = place_at(f"file://{tmp_path}/share")
    place.require_writable()
    Copy(batch, place).send_all()
    assert contents(take(f"file://{tmp_path}/share/{batch.name}", elsewhere)) == contents(batch)
    assert [path.name for path in (tmp_path / "share").iterdir()] == [batch.name]


def run(scenarios: Sequence[Scenario], runs: Path, courier: Callable[[Path], Courier]) -> tuple[Batch, Courier]:
    batch = Batch.fresh(runs, "elsewhere", cases_of(scenarios, {}))
    bringing = courier(batch.folder)
    run_batch(batch, [LocalLane()], rules=Rules(), progress=bringing.along(Heard()))
    return batch, bringing


def test_a_batch_under_way_can_be_gone_on_with_on_another_machine(
    store: ObjectStore, tmp_path: Path, elsewhere: Path
) -> None:
    place = place_at(store.url)
    go_on = tmp_path / "go_on"
    scenarios = [
        write_scenario(tmp_path, "x1"),
        write_scenario(tmp_path, "x2", act=f"{WAIT_FOR}wait_for({str(go_on)!r})"),
    ]

    def look_while_x2_runs() -> Path:
        deadline = Deadline.after(120)
        while not (begun := list(store.runs.glob("*"))):
            assert not deadline.passed, "nothing was sent"
            time.sleep(0.02)
        wait_for(begun[0] / evidence.JOURNAL, '"folder": "x1"')
        with opened(f"{store.url}/{begun[0].name}", elsewhere) as source:
            taken = take_in(source, elsewhere, Trust(unsigned=True), called="the store")
        go_on.touch()
        return taken

    with ThreadPoolExecutor(1) as beside:
        looking = beside.submit(look_while_x2_runs)
        batch, courier = run(scenarios, tmp_path / "runs", lambda folder: Courier(folder, place))
        taken = looking.result()
    courier.finish()
    stored = store.runs / batch.folder.name
    assert contents(stored) == contents(batch.folder)
    assert not (stored / evidence.JOURNAL).exists()

    again = Batch.cut_short(taken, scenarios)
    assert [case.name for case in again.left] == ["x2"]
    run_batch(again, [LocalLane()], rules=Rules(), progress=Heard())
    assert again.exit_code == 0
    assert str(SavedBatch.read(taken).origin) == "from elsewhere (the store): unsigned"
    assert (taken / "x1" / evidence.EXECUTED).read_bytes() == (batch.folder / "x1" / evidence.EXECUTED).read_bytes()


def test_a_store_that_is_lost_meanwhile_is_told_at_the_end_and_loses_nothing(
    store: ObjectStore, tmp_path: Path
) -> None:
    place = place_at(store.url)
    scenarios = [write_scenario(tmp_path, "x1"), write_scenario(tmp_path, "x2")]
    store.kill()
    batch, courier = run(scenarios, tmp_path / "runs", lambda folder: Courier(folder, place))
    assert batch.exit_code == 0
    with pytest.raises(WorkbenchError, match=r"s3://evidence/runs could not be written: .*Could not connect"):
        courier.finish()
    with object_store(store.folder.parent, store.port):
        courier.finish()
    assert contents(store.runs / batch.folder.name) == contents(batch.folder)


def test_a_bundle_is_taken_from_a_url(batch: Path, store: ObjectStore, elsewhere: Path) -> None:
    pack(batch, batch.parent / "bundle.zip")
    place_at(store.url).send(batch.parent / "bundle.zip", "bundle.zip")
    assert contents(take(f"{store.url}/bundle.zip", elsewhere)) == contents(batch)
    assert [path.name for path in elsewhere.iterdir()] == [batch.name]


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *words: object) -> None:
        pass


def test_a_bundle_is_taken_from_a_signed_address_and_the_signature_is_not_told(batch: Path, elsewhere: Path) -> None:
    pack(batch, batch.parent / "bundle.zip")
    handler = partial(Quiet, directory=str(batch.parent))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server, ThreadPoolExecutor(1) as beside:
        beside.submit(server.serve_forever)
        try:
            web = f"http://127.0.0.1:{server.server_port}"
            assert contents(take(f"{web}/bundle.zip?signature=4f6e8a", elsewhere)) == contents(batch)
            with pytest.raises(WorkbenchError, match=r"gone\.zip could not be read") as refused:
                take(f"{web}/gone.zip?signature=4f6e8a", elsewhere)
        finally:
            server.shutdown()
    assert "4f6e8a" not in str(refused.value)


def test_the_commands_keep_evidence_there_and_fetch_it(
    stack: StackDescription, store: ObjectStore, tmp_path: Path
) -> None:
    project, other = (Project.make(tmp_path / name, stack) for name in ("one", "other"))
    done = project.gpath("run", "w4", "--runs", store.url)
    assert done.returncode == 0, done.stdout + done.stderr
    name = project.latest().name
    assert f"evidence: {store.url}/{name}" in done.stderr
    assert contents(store.runs / name) == contents(project.latest())
    refused = other.gpath("import", f"{store.url}/{name}")
    assert (refused.returncode, f"{name} is not signed" in refused.stderr) == (2, True), refused.stderr
    fetched = other.gpath("import", f"{store.url}/{name}", "--unsigned")
    told = [
        f"imported runs/{name}",
        f"from elsewhere ({store.url}/{name}): unsigned",
        f"report: runs/{name}/index.html",
    ]
    assert (fetched.returncode, fetched.stdout.splitlines()) == (0, told), fetched.stderr
    assert other.gpath("rejudge", name).returncode == 0

    shutil.rmtree(store.runs)
    pushed = project.gpath("push", "latest", store.url)
    assert (pushed.returncode, f"files are at {store.url}/{name}" in pushed.stdout) == (0, True), pushed.stderr
    assert contents(store.runs / name) == contents(project.latest())


def test_a_batch_whose_evidence_could_not_be_brought_is_not_green(
    stack: StackDescription, store: ObjectStore, tmp_path: Path
) -> None:
    project = Project.make(tmp_path, stack)
    refused = project.gpath("run", "w4", "--runs", "s3://evidnce/runs")
    assert (refused.returncode, list((project.folder / "runs").iterdir())) == (2, []), refused.stderr

    act = f"import os, signal; os.kill({store.process.pid}, signal.SIGKILL)"
    write_scenario(project.folder / "notebooks", "x1", act=act)
    unkept = project.gpath("run", "x1", "--json", "--runs", store.url)
    assert unkept.returncode == 2, unkept.stdout + unkept.stderr
    assert "`gpath push" in unkept.stderr
    assert json.loads(unkept.stdout.splitlines()[-1])["exit_code"] == 0
    assert (project.latest() / evidence.PAGE).exists()
