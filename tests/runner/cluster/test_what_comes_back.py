"""What a worker sends back passes the same door as any bundle, and is evidence of the case that it was sent."""

import zipfile
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner.attestation.files import pack
from gp_lib.runner.cases import Case
from gp_lib.runner.cluster.lanes import unpacked
from tests.runner.report.folders import Made, make_batch
from tests.scenarios_made import write_scenario


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return Case("x1", write_scenario(tmp_path, "x1"), {"target": "elsewhere"})


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    (tmp_path / "here" / "runs" / "batch").mkdir(parents=True)
    return tmp_path / "here" / "runs" / "batch"


def sent(tmp_path: Path, *made: Made) -> bytes:
    pack(make_batch(tmp_path / "there", *made), tmp_path / "evidence.zip")
    return (tmp_path / "evidence.zip").read_bytes()


def test_what_was_asked_is_said_by_us_and_what_came_out_by_the_worker(tmp_path: Path, case: Case, batch: Path) -> None:
    said = Made("x1", parameters={"target": "another", "rm -rf": 1}, took_s=3.0)
    entry = unpacked(sent(tmp_path, said), case, batch / "x1")
    assert (entry.title, entry.parameters, entry.took_s) == ("x1", {"target": "elsewhere"}, 3.0)
    assert (batch / "x1" / evidence.EXECUTED).is_file()


@pytest.mark.parametrize("made", [[], [Made("x2")], [Made("x1"), Made("x2")]], ids=["none", "another", "two"])
def test_evidence_of_anything_else_is_refused(tmp_path: Path, case: Case, batch: Path, made: list[Made]) -> None:
    with pytest.raises(WorkbenchError, match="not the evidence of x1 alone"):
        unpacked(sent(tmp_path, *made), case, batch / "x1")
    assert list(batch.iterdir()) == []
    assert list(batch.parent.iterdir()) == [batch]


def test_a_name_that_leads_elsewhere_is_refused(tmp_path: Path, case: Case, batch: Path) -> None:
    sent(tmp_path, Made("x1"))
    with zipfile.ZipFile(tmp_path / "evidence.zip", "a") as archive:
        archive.writestr(f"there/{tmp_path}/victim", "x")
    with pytest.raises(WorkbenchError, match="not in its normal form"):
        unpacked((tmp_path / "evidence.zip").read_bytes(), case, batch / "x1")
    assert not (tmp_path / "victim").exists()
    assert list(batch.parent.iterdir()) == [batch]
