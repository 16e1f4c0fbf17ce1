"""Batches are deleted by rule: what a rule keeps stays, and some are never touched."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import SettingsError
from gp_lib.runner.past import pruning
from gp_lib.runner.past.pruning import Rules, to_prune

from .folders import batch, failed, name, passed

NOW = datetime(2026, 11, 10, 12, tzinfo=UTC)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    """Five batches of five days; the third failed."""
    for day in range(1, 6):
        batch(tmp_path, day, failed() if day == 3 else passed())
    return tmp_path


def going(runs: Path, rules: Rules) -> list[int]:
    return [int(folder.name[8:10]) for folder in to_prune(runs, rules, NOW)]


def test_the_newest_stay(runs: Path) -> None:
    assert going(runs, Rules(last=2)) == [1, 2, 3]
    assert going(runs, Rules(last=9)) == []


def test_the_young_stay(runs: Path) -> None:
    assert going(runs, Rules(days=7.5)) == [1, 2]


def test_what_failed_stays(runs: Path) -> None:
    assert going(runs, Rules(failed=True)) == [1, 2, 4, 5]


def test_what_any_rule_keeps_stays(runs: Path) -> None:
    assert going(runs, Rules(last=1, failed=True)) == [1, 2, 4]


def test_a_signed_batch_stays_unless_it_is_told(runs: Path) -> None:
    (runs / name(1) / evidence.ATTESTATION).write_text("{}")
    assert going(runs, Rules(last=1)) == [2, 3, 4]
    assert going(runs, Rules(last=1, attested=True)) == [1, 2, 3, 4]


def test_the_latest_stays(runs: Path) -> None:
    (runs / evidence.LATEST).symlink_to(name(2))
    assert going(runs, Rules(last=1)) == [1, 3, 4]


def test_proofs_stay_unless_they_are_told(runs: Path) -> None:
    (runs / "2026-11-01T09-00-00Z-0001-prove").mkdir()
    assert going(runs, Rules(last=1)) == [1, 2, 3, 4]
    assert going(runs, Rules(last=1, proofs=True)) == [1, 1, 2, 3, 4]


def test_a_batch_that_may_be_under_way_stays(runs: Path) -> None:
    (runs / "2026-11-01T09-00-00Z-0001").mkdir()
    young = datetime.now(UTC)
    assert "2026-11-01T09-00-00Z-0001" not in [f.name for f in to_prune(runs, Rules(last=1), young)]


def test_a_damaged_batch_may_have_failed_and_stays(runs: Path) -> None:
    (runs / name(1) / evidence.BATCH).write_text("no json")
    assert going(runs, Rules(failed=True)) == [2, 4, 5]


def test_without_a_rule_nothing_is_deleted(runs: Path) -> None:
    with pytest.raises(SettingsError, match="name at least one"):
        to_prune(runs, Rules(attested=True))


def test_deleting_says_how_much_it_was_and_leaves_the_others(runs: Path) -> None:
    size = sum(path.stat().st_size for path in (runs / name(1)).rglob("*") if path.is_file())
    assert pruning.prune(runs / name(1)) == size > 0
    assert [folder.name for folder in runs.iterdir() if folder.name.startswith(".")] == []
    assert sorted(folder.name for folder in runs.iterdir()) == [name(day) for day in range(2, 6)]


def test_what_an_interrupted_pruning_left_is_swept_and_never_a_batch(runs: Path) -> None:
    (runs / name(1)).rename(runs / f"{pruning.PRUNED}{name(1)}")
    assert going(runs, Rules(last=1)) == [2, 3, 4]
    pruning.sweep(runs)
    assert not list(runs.glob(".*"))
