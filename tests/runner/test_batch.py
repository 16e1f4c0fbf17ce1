"""A batch of small scenarios that need no service: order, lanes, retries, deadlines, interrupts, going on."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.clock import Deadline
from gp_lib.errors import WorkbenchError
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.cases import Case, cases_of
from gp_lib.runner.catalogue import Scenario, discover
from gp_lib.runner.lanes import Lane, LocalLane
from gp_lib.runner.running import run_batch
from gp_lib.verdict import Ruling
from tests.conftest import processes_under
from tests.scenarios_made import JUDGE, Heard, write_scenario
from tests.small_disks import small_disk
from tests.waiting import WAIT_FOR, wait_for


def run(
    folder: Path, cases: Sequence[Case], *, lanes: Sequence[Lane] = (LocalLane(),), rules: Rules | None = None
) -> tuple[Batch, Heard]:
    batch, heard = Batch.fresh(folder / "runs", "embedded", cases), Heard()
    run_batch(batch, lanes, rules=rules or Rules(), progress=heard)
    return batch, heard


def plain(*scenarios: Scenario) -> list[Case]:
    return cases_of(scenarios, {})


def rulings(batch: Batch) -> list[str]:
    return [entry.ruling.value for entry in batch.entries]


def saved(folder: Path) -> list[str]:
    return [entry["verdict"] for entry in evidence.read_json(folder / evidence.BATCH)["scenarios"]]


def test_it_tells_of_every_cell_by_its_role(tmp_path: Path) -> None:
    batch, heard = run(tmp_path, plain(write_scenario(tmp_path, "x1_good")))
    assert rulings(batch) == ["pass"] == saved(batch.folder)
    assert heard.words[0] == "started x1_good"
    assert "x1_good act running" in heard.words
    assert heard.words[-1] == "done x1_good pass"
    assert not (batch.folder / evidence.JOURNAL).exists()


def test_every_combination_has_evidence_of_its_own(tmp_path: Path) -> None:
    cases = cases_of([write_scenario(tmp_path, "x1")], {}, matrix={"ruling": ["pass", "unknown"]})
    batch, _ = run(tmp_path, cases)
    assert [entry.name for entry in batch.entries] == ["x1.ruling=pass", "x1.ruling=unknown"]
    assert rulings(batch) == ["pass", "unknown"]
    assert all((batch.folder / entry.name / evidence.EXECUTED).exists() for entry in batch.entries)


def test_two_lanes_run_two_scenarios_at_the_same_time(tmp_path: Path) -> None:
    here, there = tmp_path / "here", tmp_path / "there"
    meet = WAIT_FOR + "\npathlib.Path({ours!r}).touch()\nwait_for({theirs!r})"
    first = write_scenario(tmp_path, "x1", act=meet.format(ours=str(here), theirs=str(there)))
    second = write_scenario(tmp_path, "x2", act=meet.format(ours=str(there), theirs=str(here)))
    lanes = [LocalLane(), LocalLane(services="services-2")]
    batch, _ = run(tmp_path, plain(first, second), lanes=lanes)
    assert rulings(batch) == ["pass", "pass"]
    assert {entry.services for entry in batch.entries} == {"services", "services-2"}


@pytest.mark.parametrize("about", ['effect="writes", quiet=True', 'effect="breaks"'])
def test_what_must_be_alone_is_never_beside_another(tmp_path: Path, about: str) -> None:
    lonely = [write_scenario(tmp_path, f"x{n}", about=about) for n in (1, 2)]
    social = [write_scenario(tmp_path, f"y{n}") for n in (1, 2, 3)]
    _, heard = run(tmp_path, plain(*lonely, *social), lanes=[LocalLane(), LocalLane()])
    alone = [word for word in heard.words if word.startswith(("started", "done"))]
    for place, word in enumerate(alone):
        if word.startswith("started x"):
            assert alone[place + 1].startswith(word.replace("started", "done"))


def test_the_longest_goes_first_when_there_are_lanes(tmp_path: Path) -> None:
    short = write_scenario(tmp_path, "x1")
    long = write_scenario(tmp_path, "x2", act="import time; time.sleep(2)")
    run(tmp_path, plain(long, short))  # the first one bears the start of the template too
    run(tmp_path, plain(short, long), rules=Rules(deadline_s=0.0))  # nothing ran: nobody learns from it
    _, heard = run(tmp_path, plain(short, long), lanes=[LocalLane(), LocalLane()])
    assert [word for word in heard.words if word.startswith("started")] == ["started x2", "started x1"]


def test_after_a_fail_nothing_new_is_started_when_it_is_to_fail_fast(tmp_path: Path) -> None:
    scenarios = [write_scenario(tmp_path, name, ruling=ruling) for name, ruling in (("x1", "fail"), ("x2", "pass"))]
    batch, heard = run(tmp_path, plain(*scenarios), rules=Rules(fail_fast=True))
    assert rulings(batch) == ["fail", "unknown"]
    assert batch.entries[1].why == "not run: x1 had failed (--fail-fast)"
    assert "started x2" not in heard.words
    assert batch.exit_code == 1


def test_after_its_deadline_nothing_new_is_started_and_it_is_reported(tmp_path: Path) -> None:
    scenarios = [write_scenario(tmp_path, name) for name in ("x1", "x2")]
    batch, heard = run(tmp_path, plain(*scenarios), rules=Rules(deadline_s=0.0))
    assert heard.words == ["done x1 unknown", "done x2 unknown"]
    assert batch.entries[0].why == "not run: the batch had been given 0 s"
    assert saved(batch.folder) == ["unknown", "unknown"]
    assert (batch.folder / evidence.JUNIT).exists()
    assert batch.exit_code == 2


PASSES_THE_SECOND_TIME = """
first = pathlib.Path({mark!r})
ruling = "pass" if first.exists() else "fail"
first.touch()
"""


def test_a_pass_after_a_fail_is_flaky_and_never_green(tmp_path: Path) -> None:
    flaky = "import pathlib\n" + PASSES_THE_SECOND_TIME.format(mark=str(tmp_path / "mark"))
    batch, _ = run(tmp_path, plain(write_scenario(tmp_path, "x1", act=flaky)), rules=Rules(retries=2))
    (entry,) = batch.entries
    assert entry.ruling is Ruling.UNKNOWN
    assert entry.why.startswith("flaky: it passed after try 1 fail")
    assert "it_holds: as it was told" in entry.why
    earlier = evidence.read_json(batch.folder / "x1.try1" / evidence.VERDICT)
    assert earlier["verdict"] == "fail"
    assert batch.exit_code == 2


def test_what_never_passes_keeps_its_last_verdict_and_every_try(tmp_path: Path) -> None:
    batch, _ = run(tmp_path, plain(write_scenario(tmp_path, "x1", ruling="fail")), rules=Rules(retries=2))
    assert rulings(batch) == ["fail"]
    assert {path.name for path in batch.folder.glob("x1*")} == {"x1", "x1.try1", "x1.try2"}


SAY_AND_HANG = (
    WAIT_FOR + "\npathlib.Path({mark!r}).touch()\nif not pathlib.Path({let_go!r}).exists(): wait_for({let_go!r})"
)


def hanging(folder: Path, name: str) -> Scenario:
    """A scenario that touches the file ``began`` and hangs until the file ``let_go`` is there."""
    act = SAY_AND_HANG.format(mark=str(folder / "began"), let_go=str(folder / "let_go"))
    return write_scenario(folder, name, act=act)


def interrupt_when(path: Path) -> threading.Thread:
    def interrupt() -> None:
        wait_for(path)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    return thread


def test_an_interrupted_batch_is_reported_and_can_be_gone_on_with(tmp_path: Path) -> None:
    scenarios = [write_scenario(tmp_path, "x1"), hanging(tmp_path, "x2"), write_scenario(tmp_path, "x3")]
    interrupting = interrupt_when(tmp_path / "began")
    batch, _ = run(tmp_path, plain(*scenarios))
    interrupting.join()
    assert rulings(batch) == ["pass", "unknown", "unknown"] == saved(batch.folder)
    before = (batch.folder / "x1" / evidence.EXECUTED).read_bytes()

    (tmp_path / "let_go").touch()
    again, heard = Batch.cut_short(batch.folder, scenarios), Heard()
    run_batch(again, [LocalLane()], rules=Rules(), progress=heard)
    assert rulings(again) == ["pass", "pass", "pass"] == saved(batch.folder)
    assert "started x1" not in heard.words
    assert (batch.folder / "x1" / evidence.EXECUTED).read_bytes() == before
    assert (batch.folder / "x2.cut1" / evidence.EXECUTED).exists()
    with pytest.raises(WorkbenchError, match="has run all it was to run"):
        Batch.cut_short(batch.folder, scenarios)


def test_a_batch_whose_evidence_cannot_be_kept_says_so_in_one_sentence(tmp_path: Path) -> None:
    moves = "import os, pathlib; batch = pathlib.Path(os.environ['GPATH_EVIDENCE']).parent; batch.rename('elsewhere')"
    scenarios = [write_scenario(tmp_path, "x1", act=moves), write_scenario(tmp_path, "x2")]
    with pytest.raises(WorkbenchError, match="could not be"):
        run(tmp_path, plain(*scenarios), lanes=[LocalLane(), LocalLane()])


FILLS = """
import pathlib
disk = pathlib.Path({disk!r})
if not (disk / "has_room").exists():
    with (disk / "filler").open("wb") as file:
        while True:
            file.write(bytes(4096))
            file.flush()
"""


def test_a_disk_that_fills_loses_no_verdict_and_the_reports_are_written_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "2m") as disk:
        scenarios = [write_scenario(disk, "x1"), write_scenario(disk, "x2", act=FILLS.format(disk=str(disk)))]
        with pytest.raises(WorkbenchError, match=r"No space left on device\nWhat to do: .* `gpath resume 2"):
            run(disk, plain(*scenarios))
        folder = (disk / "runs" / evidence.LATEST).resolve()
        assert not (folder / evidence.BATCH).exists()

        (disk / "filler").unlink()
        (disk / "has_room").touch()
        batch, heard = Batch.cut_short(folder, scenarios), Heard()
        run_batch(batch, [LocalLane()] if batch.left else [], rules=Rules(), progress=heard)
        assert "started x1" not in heard.words
        again = "pass" if "started x2" in heard.words else "unknown"  # which: whether its entry still found a place
        assert rulings(batch) == ["pass", again] == saved(folder)


def test_an_interrupt_reaches_every_lane(tmp_path: Path) -> None:
    scenarios = [hanging(tmp_path, "x1"), hanging(tmp_path, "x2")]
    interrupting = interrupt_when(tmp_path / "began")
    batch, _ = run(tmp_path, plain(*scenarios), lanes=[LocalLane(), LocalLane()])
    interrupting.join()
    assert rulings(batch) == ["unknown", "unknown"]


RUN = """
import sys
from pathlib import Path
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.running import run_batch
from gp_lib.runner.cases import cases_of
from gp_lib.runner.catalogue import discover
from gp_lib.runner.lanes import Lane, LocalLane
from tests.scenarios_made import Heard
folder = Path(sys.argv[1])
batch = Batch.fresh(folder / "runs", "embedded", cases_of(discover(folder), {}))
run_batch(batch, [LocalLane(), LocalLane()], rules=Rules(), progress=Heard())
"""


def test_a_killed_batch_leaves_no_process_and_is_gone_on_with(tmp_path: Path) -> None:
    for number in range(3):
        write_scenario(tmp_path, f"x{number}")
    scenario = hanging(tmp_path, "x9")
    with subprocess.Popen([sys.executable, "-c", RUN, str(tmp_path)], cwd=Path(__file__).parents[2]) as runner:
        wait_for(tmp_path / "began")
        folder = (tmp_path / "runs" / evidence.LATEST).resolve()
        with pytest.raises(WorkbenchError, match="is still running"):
            run_batch(Batch.cut_short(folder, discover(tmp_path)), [LocalLane()], rules=Rules(), progress=Heard())
        runner.kill()
    deadline = Deadline.after(30)
    while (left := processes_under(tmp_path)) and not deadline.passed:
        time.sleep(0.1)
    assert left == []
    assert not (folder / evidence.BATCH).exists()

    (tmp_path / "let_go").touch()
    batch = Batch.cut_short(folder, discover(tmp_path))
    assert scenario.name not in {entry.name for entry in batch.entries}
    run_batch(batch, [LocalLane()], rules=Rules(), progress=Heard())
    assert rulings(batch) == ["pass"] * 4 == saved(folder)


def test_what_went_wrong_is_told_without_the_folders_of_the_machine(tmp_path: Path) -> None:
    batch, _ = run(
        tmp_path, plain(write_scenario(tmp_path, "x1", judge=f"{JUDGE}\n(folder / 'verdict.json').write_text('')"))
    )
    (entry,) = batch.entries
    assert entry.why.startswith("damaged: verdict.json: ")
    assert str(tmp_path) not in (batch.folder / evidence.BATCH).read_text()
