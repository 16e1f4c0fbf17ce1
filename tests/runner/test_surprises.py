"""What nobody expected costs one scenario its verdict, and never a batch; an unfinished batch is green nowhere."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from gp_lib import evidence, redaction
from gp_lib.errors import WorkbenchError
from gp_lib.runner import journal
from gp_lib.runner.batch import Batch, Rules
from gp_lib.runner.cases import Case, cases_of
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.entry import Entry
from gp_lib.runner.execute import How
from gp_lib.runner.lanes import LocalLane
from gp_lib.runner.report.render import render
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.running import run_batch
from gp_lib.verdict import Ruling
from tests.planted import some
from tests.runner.batches import CASES, PLAN, entry
from tests.scenarios_made import JUDGE, Heard, write_scenario
from tests.small_disks import small_disk


class Breaking(LocalLane):
    """A lane on which some cases end in an error, so often."""

    def __init__(self, errors: dict[str, BaseException], *, times: int = 9) -> None:
        super().__init__()
        object.__setattr__(self, "errors", errors)
        object.__setattr__(self, "left", dict.fromkeys(errors, times))

    async def execute(self, case: Case, folder: Path, how: How) -> Entry:
        left: dict[str, int] = self.left  # type: ignore[attr-defined]
        if left.get(case.name, 0):
            left[case.name] -= 1
            raise self.errors[case.name]  # type: ignore[attr-defined]
        return await super().execute(case, folder, how)


def three(folder: Path) -> list[Scenario]:
    return [write_scenario(folder, name) for name in ("x1", "x2", "x3")]


def run(folder: Path, lane: LocalLane, rules: Rules | None = None) -> tuple[Batch, Heard]:
    batch, heard = Batch.fresh(folder / "runs", "embedded", cases_of(three(folder), {})), Heard()
    run_batch(batch, [lane], rules=rules or Rules(), progress=heard)
    return batch, heard


def saved(folder: Path) -> dict[str, str]:
    return {one["folder"]: one["verdict"] for one in evidence.read_json(folder / evidence.BATCH)["scenarios"]}


def errors_in_junit(folder: Path) -> int:
    return int(ElementTree.parse(folder / evidence.JUNIT).getroot().get("errors", "0"))


SURPRISES: list[BaseException] = [
    AttributeError("outputs"),
    KeyError("cell_type"),
    RecursionError("maximum recursion depth exceeded"),
    UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte"),
    FileNotFoundError(2, "No such file or directory"),
    SystemExit(1),
    ExceptionGroup("several", [ValueError("one")]),
    WorkbenchError("no place"),
    asyncio.CancelledError("by a library"),
]


@pytest.mark.parametrize("error", SURPRISES, ids=lambda error: type(error).__name__)
def test_one_scenarios_surprise_is_that_scenarios_unknown_and_nobody_elses(
    tmp_path: Path, error: BaseException
) -> None:
    batch, heard = run(tmp_path, Breaking({"x2": error}))
    assert saved(batch.folder) == {"x1": "pass", "x2": "unknown", "x3": "pass"}
    assert heard.words[-1] == "done x3 pass"
    assert batch.exit_code == 2
    assert type(error).__name__ in batch.entries[1].why
    assert "x2/trouble.log" in batch.entries[1].why
    assert f"{type(error).__name__}" in (batch.folder / "x2" / evidence.TROUBLE).read_text()
    assert errors_in_junit(batch.folder) == 1
    with pytest.raises(WorkbenchError, match="has run all it was to run"):
        Batch.cut_short(batch.folder, [])


def test_what_an_error_says_is_kept_without_secrets_terminal_codes_or_folders_of_the_machine(tmp_path: Path) -> None:
    secret = some(24)
    redaction.know(secret, "password")
    batch, _ = run(tmp_path, Breaking({"x2": ValueError(f"\x1b[2J{secret} in {tmp_path}/runs/x")}))
    told = (batch.folder / "x2" / evidence.TROUBLE).read_text()
    assert "Traceback" in told
    for text in (told, batch.entries[1].why):
        assert (secret in text, "\x1b" in text) == (False, False)
    assert str(batch.folder.parent) not in (batch.folder / evidence.BATCH).read_text()


def test_a_surprise_is_tried_again_as_often_as_anything_that_did_not_pass(tmp_path: Path) -> None:
    batch, _ = run(tmp_path, Breaking({"x2": ValueError("once")}, times=1), Rules(retries=1))
    assert batch.entries[1].why.startswith("flaky: it passed after try 1 unknown")
    assert (batch.folder / "x2.try1" / evidence.TROUBLE).exists()


REMOVES_ITS_FOLDER = JUDGE.replace('["pass"]', '["fail"]') + "\nimport shutil; shutil.rmtree(folder)"


def test_evidence_that_is_gone_when_it_is_tried_again_ends_nothing(tmp_path: Path) -> None:
    scenarios = [write_scenario(tmp_path, "x1", judge=REMOVES_ITS_FOLDER), write_scenario(tmp_path, "x2")]
    batch = Batch.fresh(tmp_path / "runs", "embedded", cases_of(scenarios, {}))
    run_batch(batch, [LocalLane()], rules=Rules(retries=1), progress=Heard())
    assert saved(batch.folder) == {"x1": "unknown", "x2": "pass"}


ODD = JUDGE.replace("[ruling])", '[ruling].replace(\'"measured": null\', \'"measured": "many"\'))')


def test_a_verdict_that_no_report_can_hold_costs_the_others_nothing(tmp_path: Path) -> None:
    scenarios = [write_scenario(tmp_path, "x1", judge=ODD), write_scenario(tmp_path, "x2")]
    batch = Batch.fresh(tmp_path / "runs", "embedded", cases_of(scenarios, {}))
    run_batch(batch, [LocalLane()], rules=Rules(), progress=Heard())
    assert saved(batch.folder) == {"x1": "unknown", "x2": "pass"}
    assert errors_in_junit(batch.folder) == 1


class Raising(Heard):
    """Progress that cannot be shown from some word on."""

    def __init__(self, word: str, error: BaseException) -> None:
        super().__init__()
        self._word, self._error = word, error

    def started(self, case: Case) -> None:
        super().started(case)
        self._raise("started")

    def cell(self, case: Case, role: str, state: str) -> None:
        super().cell(case, role, state)
        self._raise("cell")

    def done(self, entry: Entry) -> None:
        super().done(entry)
        self._raise("done")

    def _raise(self, word: str) -> None:
        if word == self._word:
            raise self._error


@pytest.mark.parametrize("error", [BrokenPipeError(), ValueError("x"), SystemExit(1)], ids=lambda e: type(e).__name__)
@pytest.mark.parametrize("word", ["started", "cell", "done"])
def test_progress_that_cannot_be_shown_decides_nothing_and_is_told(
    tmp_path: Path, word: str, error: BaseException
) -> None:
    batch = Batch.fresh(tmp_path / "runs", "embedded", cases_of([write_scenario(tmp_path, "x1")], {}))
    run_batch(batch, [LocalLane()], rules=Rules(), progress=Raising(word, error))
    assert (saved(batch.folder), batch.exit_code) == ({"x1": "pass"}, 0)
    (told,) = evidence.read_json(batch.folder / evidence.BATCH)["troubles"]
    assert told.startswith(f"its progress could not be shown any more: {type(error).__name__}")
    assert type(error).__name__ in (batch.folder / evidence.TROUBLE).read_text()


class Troubled(LocalLane):
    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        raise OSError("no template")

    def keep_logs(self, batch: Path, began: str) -> None:
        raise PermissionError("no logs")


def test_what_only_saves_time_or_adds_logs_decides_nothing_and_is_told(tmp_path: Path) -> None:
    batch, _ = run(tmp_path, Troubled())
    assert batch.exit_code == 0
    told = evidence.read_json(batch.folder / evidence.BATCH)["troubles"]
    assert [("no template" in one, "no logs" in one) for one in told] == [(True, False), (False, True)]


class Ended(BaseException):
    """Something that ends a batch."""


def ended(folder: Path, act: Callable[[], Any]) -> Path:
    """The folder of a batch that ended with an error."""
    with pytest.raises((Ended, KeyboardInterrupt, WorkbenchError)):
        act()
    return (folder / "runs" / evidence.LATEST).resolve()


class Interrupted(LocalLane):
    def prepare(self, scenarios: Iterable[Scenario]) -> None:
        raise KeyboardInterrupt


@pytest.mark.parametrize("lane", [Breaking({"x2": Ended("the lane burns")}), Interrupted()], ids=["error", "Ctrl-C"])
def test_a_batch_that_is_ended_names_what_was_not_run_in_every_file_and_can_be_gone_on_with(
    tmp_path: Path, lane: LocalLane
) -> None:
    folder = ended(tmp_path, lambda: run(tmp_path, lane))
    first = "pass" if isinstance(lane, Breaking) else "unknown"
    assert saved(folder) == {"x1": first, "x2": "unknown", "x3": "unknown"}
    assert evidence.read_json(folder / evidence.BATCH)["verdict"] == "unknown"
    assert errors_in_junit(folder) == (2 if first == "pass" else 3)
    assert "x3" in (folder / evidence.REPORT).read_text()
    assert SavedBatch.read(folder).ruling is Ruling.UNKNOWN

    again = Batch.cut_short(folder, three(tmp_path))
    run_batch(again, [LocalLane()], rules=Rules(), progress=Heard())
    assert saved(folder) == {"x1": "pass", "x2": "pass", "x3": "pass"}


def test_a_case_that_could_not_be_noted_is_not_done(tmp_path: Path) -> None:
    with small_disk(tmp_path / "small", "1m") as disk:
        fills = f"open({str(disk / 'filler')!r}, 'wb').write(bytes(2**30))"
        judge = f"{JUDGE}\ntry:\n    {fills}\nexcept OSError:\n    pass"
        scenarios = [write_scenario(disk, "x1", judge=judge), write_scenario(disk, "x2")]
        batch = Batch.fresh(disk / "runs", "embedded", cases_of(scenarios, {}))
        with pytest.raises(WorkbenchError, match="gpath resume"):
            run_batch(batch, [LocalLane()], rules=Rules(), progress=Heard())
        assert batch.exit_code != 0
        if (batch.folder / evidence.BATCH).exists():
            assert evidence.read_json(batch.folder / evidence.BATCH)["verdict"] != "pass"


def killed(folder: Path, *done: int) -> Path:
    """The folder of a batch that was killed when these of its cases were done."""
    with journal.keeping(folder, told=PLAN) as noted:
        for number in done:
            noted.enter(entry(folder, CASES[number]))
    return folder


def test_a_batch_that_was_killed_is_not_green_in_any_report_that_is_rendered_of_it(tmp_path: Path) -> None:
    batch = render(killed(tmp_path, 0))
    assert [one.entry.ruling.value for one in batch.scenarios] == ["pass", "unknown", "unknown"]
    assert [one.entry.scenario for one in batch.scenarios] == ["a1_one", "w2_two", "w2_two"]
    assert errors_in_junit(tmp_path) == 2
    assert "gpath resume" in (tmp_path / evidence.REPORT).read_text()
    assert "unknown: golden path" in (tmp_path / evidence.PAGE).read_text()


def test_of_a_batch_that_was_killed_before_it_began_there_is_no_report(tmp_path: Path) -> None:
    (tmp_path / evidence.JOURNAL).touch()
    with pytest.raises(WorkbenchError, match="was killed before it began"):
        SavedBatch.read(tmp_path)
