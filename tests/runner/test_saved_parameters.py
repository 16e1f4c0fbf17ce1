"""Names of parameters become code: whatever a file says, only what the notebook declares gets that far."""

import json
from pathlib import Path
from typing import Any

import pytest

from gp_lib import evidence
from gp_lib.errors import ParameterError, WorkbenchError
from gp_lib.runner import journal
from gp_lib.runner.batch import Batch
from gp_lib.runner.cases import Case
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.cluster.job import Job
from gp_lib.runner.cluster.remote import job_case
from gp_lib.runner.debugging import debug_copy
from gp_lib.runner.entry import Entry
from gp_lib.runner.execute import execute_alone
from gp_lib.runner.journal import Plan
from gp_lib.runner.parameters import read_parameters, saved_parameters
from gp_lib.runner.report.saved import SavedBatch
from tests.runner.batches import BEGAN, entry
from tests.scenarios_made import write_scenario

CODE = "open('owned', 'w')"
HOSTILE: dict[str, object] = {
    "a line of Python": {f"ruling = 'pass'\n{CODE}\nx": 1},
    "an expression": {f"x[{CODE}]": 1},
    "a comment": {"ruling = 'pass' #": 1},
    "a keyword": {"import": 1},
    "no name": {"": 1},
    "a name that is not declared": {"__builtins__": {}},
    "a value of another type": {"ruling": {"__class__": CODE}},
    "a number for a text": {"ruling": 5},
    "a number that there is not": {"ruling": float("nan")},
    "a list": [["ruling", CODE]],
    "a text": CODE,
    "nothing": None,
}
BAD = pytest.mark.parametrize("saved", HOSTILE.values(), ids=HOSTILE)


@BAD
def test_the_one_door_refuses_them(saved: object) -> None:
    with pytest.raises(ParameterError, match=r"^x1: .*(is not|are not|has no)"):
        saved_parameters("x1", read_parameters("x1", "ruling = 'pass'  # verdict"), saved)


def test_values_come_back_with_the_types_that_they_were_saved_with() -> None:
    declared = read_parameters("x1", "a = 1.0  # a\nb = (1,)  # b\nc = None  # c\nd = {}  # d\ne = 'x'  # e\n")
    values = {"a": 2.0, "b": (5, 6), "c": [1, None], "d": {"k": "v"}, "e": CODE}
    assert saved_parameters("x1", declared, json.loads(json.dumps(values))) == values
    assert saved_parameters("x1", declared, {"a": 2}) == {"a": 2.0}


@pytest.fixture
def scenario(tmp_path: Path) -> Scenario:
    return write_scenario(tmp_path / "notebooks", "x1_one")


def a_journal(folder: Path, scenario: Scenario, saved: object) -> None:
    with journal.keeping(folder, told=Plan("embedded", BEGAN, (Case("x1_one", scenario, {}),))):
        pass
    path = folder / evidence.JOURNAL
    head = json.loads(path.read_text())
    head["cases"][0]["parameters"] = saved
    path.write_text(json.dumps(head) + "\n")


@BAD
def test_a_batch_with_them_in_its_journal_is_not_resumed(tmp_path: Path, scenario: Scenario, saved: object) -> None:
    a_journal(tmp_path, scenario, saved)
    with pytest.raises(WorkbenchError, match=rf"^cannot resume {tmp_path.name}: x1_one: |is damaged"):
        Batch.cut_short(tmp_path, [scenario])


def test_a_batch_whose_secret_parameter_was_taken_out_is_not_resumed_without_it(
    tmp_path: Path, scenario: Scenario
) -> None:
    a_journal(tmp_path, scenario, {"ruling": "«redacted:jwt:3f2a»"})
    with pytest.raises(WorkbenchError, match="a secret was taken out of its saved parameters: start what is left with"):
        Batch.cut_short(tmp_path, [scenario])


@BAD
def test_a_copy_to_debug_is_not_made_of_them(tmp_path: Path, scenario: Scenario, saved: object) -> None:
    folder = tmp_path / "runs" / "b" / "x1_one"
    folder.mkdir(parents=True)
    papermill = {"input_path": scenario.path.name, "parameters": saved}
    (folder / evidence.EXECUTED).write_text(json.dumps({"metadata": {"papermill": papermill}}))
    with pytest.raises(WorkbenchError, match=r"is damaged|is not|has no parameter"):
        debug_copy(tmp_path, folder)
    assert not (tmp_path / "notebooks" / "debug").exists()


NOT_PLAIN = (
    "a line of Python",
    "an expression",
    "a comment",
    "a keyword",
    "no name",
    "a text",
)


@pytest.mark.parametrize("saved", [HOSTILE[name] for name in NOT_PLAIN], ids=NOT_PLAIN)
def test_a_batch_with_them_in_its_entries_is_damaged(tmp_path: Path, scenario: Scenario, saved: object) -> None:
    row = entry(tmp_path, Case("x1_one", scenario, {})).to_json() | {"parameters": saved}
    with pytest.raises(ValueError, match=r"is not|are not|should be"):
        Entry.from_json(row, tmp_path)
    evidence.write_json(tmp_path / evidence.BATCH, {"scenarios": [row]})
    (found,) = SavedBatch.read(tmp_path).entries
    assert (found.is_damaged, found.parameters) == (True, {})


def a_job(of: Scenario, /, **words: Any) -> str:
    job = Job(
        name="x1_one",
        scenario="x1_one",
        phase="p0",
        notebook=of.path.read_text(),
        parameters={},
        target="embedded",
        config="",
        deadline_s=None,
    )
    return json.dumps(json.loads(job.to_json()) | words)


@BAD
def test_a_job_of_a_cluster_with_them_is_not_run(tmp_path: Path, scenario: Scenario, saved: object) -> None:
    (tmp_path / "place").mkdir()
    with pytest.raises(WorkbenchError, match=r"^x1_one: "):
        job_case(Job.from_json(a_job(scenario, parameters=saved)), tmp_path / "place")


@pytest.mark.parametrize("key", ["name", "scenario", "phase"])
@pytest.mark.parametrize("name", ["../x", "/tmp/x", "", "..", None, 5])
def test_a_job_that_leaves_its_folder_is_refused(scenario: Scenario, key: str, name: object) -> None:
    with pytest.raises(WorkbenchError, match=r"^the job is damaged"):
        Job.from_json(a_job(scenario, **{key: name}))


@pytest.mark.parametrize("line", ["", "{}", "[]", "5", '{"name": 1}', "[" * 100_000])
def test_a_line_that_is_not_a_job_is_refused(line: str) -> None:
    with pytest.raises(WorkbenchError, match=r"^the job is damaged"):
        Job.from_json(line)


HOSTILE_TEXTS = [CODE, f"'; {CODE}; '", f'"\n{CODE}\n"', f"\\'; {CODE}", "{x}%s", "\u2028" + CODE]


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_a_text_of_python_stays_a_text_in_the_notebook_that_runs(tmp_path: Path, text: str) -> None:
    said = f"import pathlib\npathlib.Path({str(tmp_path / 'said')!r}).write_text(target)"
    scenario = write_scenario(tmp_path / "notebooks", "x1_one", act=said)
    (tmp_path / "runs").mkdir()
    parameters = saved_parameters("x1_one", scenario.parameters, {"target": text})
    done = execute_alone(scenario, tmp_path / "runs", parameters=parameters, stack_file=None)
    assert (done.ruling.value, done.why) == ("pass", "")
    assert (tmp_path / "said").read_bytes().decode() == text
    assert list(tmp_path.rglob("owned")) == []
