"""A slim copy holds what people read, is judged and signed like a whole batch, and is never half there."""

from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.history import History
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.slim import slim
from tests.histories import tell
from tests.runner.report.folders import Made, make_batch

STORY = "amy a1 supervisor starts\namy a2 supervisor answers x\namy asked a"


@pytest.fixture
def batch(tmp_path: Path) -> Path:
    folder = make_batch(tmp_path / "whole", Made(history=tell(STORY).history))
    (folder / "services").mkdir()
    (folder / "services" / "platform.log").write_text("a log\n")
    (folder / "a1_one" / evidence.VERDICT).write_text("{}")
    return folder


def test_it_holds_notebooks_verdicts_and_packed_histories_and_nothing_else(batch: Path, tmp_path: Path) -> None:
    size = slim(batch, tmp_path / "slim")
    files = {
        str(path.relative_to(tmp_path / "slim")): path for path in (tmp_path / "slim").rglob("*") if path.is_file()
    }
    one = {f"a1_one/{name}" for name in (evidence.EXECUTED, evidence.VERDICT, f"{evidence.HISTORY}.gz")}
    assert files.keys() == one | {evidence.BATCH, evidence.JUNIT, evidence.REPORT}
    assert size == sum(path.stat().st_size for path in files.values())


def test_its_histories_are_those_of_the_batch(batch: Path, tmp_path: Path) -> None:
    slim(batch, tmp_path / "slim")
    whole, copied = (History.load(folder / "a1_one" / evidence.HISTORY) for folder in (batch, tmp_path / "slim"))
    assert list(copied) == list(whole)
    assert len(whole) > 1
    (scenario,) = SavedBatch.read(tmp_path / "slim").scenarios
    assert scenario.facts["commit"] == "abc123"


def test_a_damaged_packed_history_is_said_to_be_damaged(batch: Path, tmp_path: Path) -> None:
    slim(batch, tmp_path / "slim")
    packed = tmp_path / "slim" / "a1_one" / f"{evidence.HISTORY}.gz"
    packed.write_bytes(packed.read_bytes()[:40])
    with pytest.raises(WorkbenchError, match="is damaged: "):
        History.load(packed.with_suffix(""))


def test_the_same_batch_makes_the_same_bytes(batch: Path, tmp_path: Path) -> None:
    for name in ("one", "two"):
        slim(batch, tmp_path / name)
    name = f"a1_one/{evidence.HISTORY}.gz"
    assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


@pytest.mark.parametrize("name", [evidence.EXECUTED, "kernel.log"])
def test_a_link_in_a_batch_is_refused_and_not_followed(batch: Path, tmp_path: Path, name: str) -> None:
    (tmp_path / "private").write_text("dear")
    (batch / "a1_one" / name).unlink(missing_ok=True)
    (batch / "a1_one" / name).symlink_to(tmp_path / "private")
    with pytest.raises(WorkbenchError, match=f"{name} is neither a file nor a folder"):
        slim(batch, tmp_path / "slim")
    assert not (tmp_path / "slim").exists()


def test_nothing_is_overwritten_and_nothing_unfinished_is_copied(batch: Path, tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(WorkbenchError, match="there already"):
        slim(batch, tmp_path / "there")
    (batch / evidence.BATCH).unlink()
    with pytest.raises(WorkbenchError, match="no finished batch"):
        slim(batch, tmp_path / "slim")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["there", "whole"]
