"""One batch of several shards: nothing is lost, nothing is told twice, and it can be read like any other."""

import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gp_lib import evidence
from gp_lib.errors import WorkbenchError
from gp_lib.runner import journal, reports
from gp_lib.runner.merging import merge
from gp_lib.runner.past.entering import ask
from gp_lib.runner.past.questions import overview
from gp_lib.runner.rejudge import judged_folders, rejudge
from gp_lib.runner.report.render import render
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.verdict import Ruling
from tests.histories import tell
from tests.projects import ROOT
from tests.runner.report.folders import Made, a_check, make_batch, page

EXAMPLE = ROOT / "runs" / "example"
STORY = "amy a1 supervisor starts\namy a2 supervisor answers x\namy asked a"


def a_shard(runs: Path, number: int, *made: Made, log: str = "") -> Path:
    """A shard whose services wrote ``log`` while its scenarios acted."""
    folder = make_batch(runs / f"2026-11-25T10-00-0{number}Z-000{number}", *made)
    (folder / "services").mkdir()
    began = tell(STORY).history.began
    (folder / "services" / "platform.log").write_text(f"{began:%Y-%m-%d %H:%M:%S},100 INFO {log}\n")
    return folder


def acted(name: str, *checks: Any, **more: Any) -> Made:
    return Made(name, checks or (a_check(),), history=tell(STORY).history, **more)


@pytest.fixture
def runs(tmp_path: Path) -> Path:
    return tmp_path / "runs"


@pytest.fixture
def shards(runs: Path) -> list[Path]:
    one = a_shard(runs, 1, acted("a1_one"), acted("w2_two", a_check(Ruling.FAIL)), log="of the first machine")
    return [one, a_shard(runs, 2, acted("a3_three"), log="of the second machine")]


def rewritten(batch: Path, **about: Any) -> None:
    """``batch.json`` with other words about the batch; ``None`` takes one away."""
    told = {**evidence.read_json(batch / evidence.BATCH), **about}
    evidence.write_json(batch / evidence.BATCH, {name: words for name, words in told.items() if words is not None})


def files_of(folders: Sequence[Path]) -> dict[Path, bytes]:
    return {path: path.read_bytes() for folder in folders for path in sorted(folder.rglob("*")) if path.is_file()}


def test_the_merged_batch_has_every_entry_as_it_was(runs: Path, shards: list[Path]) -> None:
    merged = SavedBatch.read(merge(shards, runs))
    apart = {entry.name: entry for shard in shards for entry in SavedBatch.read(shard).entries}
    assert [entry.name for entry in merged.entries] == ["a1_one", "a3_three", "w2_two"]
    for entry in merged.entries:
        before = apart[entry.name]
        assert replace(before, folder=entry.folder, services=entry.services) == entry
        assert list(files_of([entry.folder]).values()) == list(files_of([before.folder]).values())
    assert merged.ruling is Ruling.FAIL


def test_the_shards_stay_as_they_are(runs: Path, shards: list[Path]) -> None:
    before = files_of(shards)
    merge(shards, runs)
    assert files_of(shards) == before


def test_the_merged_batch_is_the_last_one_and_has_the_files_for_ci(runs: Path, shards: list[Path]) -> None:
    folder = merge(shards, runs)
    assert (runs / "latest").resolve() == folder.resolve()
    assert "w2_two" in (folder / evidence.JUNIT).read_text()
    assert "w2_two" in (folder / evidence.REPORT).read_text()


def test_each_page_shows_the_logs_of_its_own_machine(runs: Path, shards: list[Path]) -> None:
    folder = merge(shards, runs)
    render(folder)
    assert "of the first machine" in page(folder, "a1_one")
    assert "of the second machine" not in page(folder, "a1_one")
    assert "of the second machine" in page(folder, "a3_three")
    assert "services-2/platform.log" in page(folder)


def test_logs_of_several_stacks_of_one_machine_stay_apart(runs: Path, shards: list[Path]) -> None:
    (entry, *others) = SavedBatch.read(shards[0]).entries
    reports.write_all(
        shards[0],
        target="embedded",
        began="2026-11-25T10:00:00+00:00",
        entries=[replace(entry, services="services-2"), *others],
    )
    shutil.copytree(shards[0] / "services", shards[0] / "services-2")
    folder = merge(shards, runs)
    found = {entry.name: entry.services for entry in SavedBatch.read(folder).entries}
    assert found == {"a1_one": "services-1-2", "a3_three": "services-2", "w2_two": "services-1"}
    assert all((folder / services / "platform.log").is_file() for services in found.values())


def test_a_merged_batch_can_be_merged_again(runs: Path, shards: list[Path]) -> None:
    third = a_shard(runs, 3, acted("d4_four"), log="of the third machine")
    folder = merge([merge(shards, runs), third], runs)
    render(folder)
    words = {"a1_one": "first", "a3_three": "second", "d4_four": "third"}
    assert [name for name, word in words.items() if f"of the {word} machine" not in page(folder, name)] == []


def test_a_scenario_that_stands_several_times_under_names_of_its_own_is_merged(runs: Path) -> None:
    shards = [a_shard(runs, number, acted(f"w2_two.r{number}")) for number in (1, 2)]
    assert [entry.name for entry in SavedBatch.read(merge(shards, runs)).entries] == ["w2_two.r1", "w2_two.r2"]


def test_a_scenario_whose_name_begins_like_the_folder_of_logs_keeps_its_evidence(runs: Path) -> None:
    shards = [a_shard(runs, 1, acted("services_start")), a_shard(runs, 2, acted("a1_one"))]
    (_, entry) = SavedBatch.read(merge(shards, runs)).entries
    assert (entry.name, (entry.folder / evidence.HISTORY).is_file()) == ("services_start", True)


def test_evidence_of_earlier_tries_is_kept_but_does_not_judge(runs: Path, shards: list[Path]) -> None:
    shutil.copytree(shards[0] / "a1_one", shards[0] / "a1_one.try1")
    folder = merge(shards, runs)
    assert (folder / "a1_one.try1" / evidence.HISTORY).is_file()
    assert [place.name for place in judged_folders(folder)] == ["a1_one", "a3_three", "w2_two"]


def test_the_merged_batch_began_with_the_first_and_ended_with_the_last_on_the_machines_that_ran_it(
    runs: Path, shards: list[Path]
) -> None:
    there = {"machine": {"utc_offset_s": 3600}, "change": {"commit": "abc"}}
    rewritten(shards[0], began="2026-11-25T10:00:05+00:00", finished="2026-11-25T10:00:09+00:00", environment=there)
    rewritten(shards[1], began="2026-11-25T10:00:01+00:00", finished="2026-11-25T10:00:08+00:00")
    about = SavedBatch.read(merge(shards, runs)).about
    assert (about["began"][-8:-6], about["finished"][-8:-6]) == ("01", "09")
    assert about["environment"] == there
    assert about["merged"] == [shard.name for shard in shards]


def test_a_merged_batch_is_part_of_the_past(runs: Path, shards: list[Path]) -> None:
    for shard in (folder := merge(shards, runs), *shards)[1:]:
        shutil.rmtree(shard)
    told = ask(runs, lambda store: overview(store, last=20), tell=lambda words: pytest.fail(words))
    assert {row["scenario"] for row in told["scenarios"]} == {entry.name for entry in SavedBatch.read(folder).entries}


def test_a_merged_batch_of_real_evidence_is_judged_again_from_its_histories(runs: Path) -> None:
    rows = evidence.read_json(EXAMPLE / evidence.BATCH)["scenarios"]
    chosen = [row for row in rows if row["scenario"][:2] in ("w2", "w4")]
    assert len(chosen) == 2
    for number, row in enumerate(chosen):
        shutil.copytree(EXAMPLE / row["folder"], runs / f"shard-{number}" / row["folder"])
        shutil.copy(EXAMPLE / evidence.BATCH, runs / f"shard-{number}")
        rewritten(runs / f"shard-{number}", scenarios=[row])
    folder = merge([runs / "shard-0", runs / "shard-1"], runs)
    again = {place.name: rejudge(place).ruling for place in judged_folders(folder)}
    assert again == {row["folder"]: Ruling.PASS for row in chosen}


def refused(runs: Path, shards: Sequence[Path], sentence: str) -> None:
    """The shards are refused with this sentence, and nothing has been made."""
    before = {path.name: os.readlink(path) if path.is_symlink() else "" for path in runs.iterdir()}
    with pytest.raises(WorkbenchError) as error:
        merge(shards, runs)
    assert sentence in str(error.value)
    assert {path.name: os.readlink(path) if path.is_symlink() else "" for path in runs.iterdir()} == before


def test_an_entry_that_stands_in_two_of_them_is_refused_by_name(runs: Path, shards: list[Path]) -> None:
    again = a_shard(runs, 3, acted("w2_two"))
    refused(runs, [*shards, again], "more than one of these batches has run w2_two: they are no shards of one")
    refused(runs, [shards[0], shards[0]], "has run a1_one, w2_two")


def test_batches_of_several_targets_are_refused(runs: Path, shards: list[Path]) -> None:
    rewritten(shards[1], target="staging")
    refused(runs, shards, "of several targets (embedded, staging): merge each apart")


def test_batches_of_several_commits_are_refused(runs: Path, shards: list[Path]) -> None:
    for shard, commit in zip(shards, ("abc", "def"), strict=True):
        rewritten(shard, environment={"change": {"commit": commit}})
    refused(runs, shards, "of several commits (abc, def)")


def test_a_shard_that_was_killed_is_refused_and_can_be_resumed(runs: Path, shards: list[Path]) -> None:
    (shards[1] / evidence.BATCH).unlink()
    refused(runs, shards, f"{shards[1].name} is not finished: it has no batch.json; see `gpath resume`")


def test_a_shard_that_is_being_resumed_is_refused(runs: Path, shards: list[Path]) -> None:
    with journal.keeping(shards[1], told=journal.Plan("embedded", "2026-11-25T10:00:00+00:00", ())):
        refused(runs, shards, f"{shards[1].name} is still running")
    assert merge(shards, runs).is_dir()


@pytest.mark.parametrize("name", ["target", "began", "finished"])
def test_a_shard_that_does_not_say_what_it_was_is_refused(runs: Path, shards: list[Path], name: str) -> None:
    rewritten(shards[1], **{name: None})
    refused(runs, shards, f"batch.json is damaged: it has no {name}")


@pytest.mark.parametrize("place", ["..", "../other", "/etc", "a/b", ""])
@pytest.mark.parametrize("key", ["folder", "services"])
def test_a_shard_that_names_a_folder_outside_of_it_is_refused(
    runs: Path, shards: list[Path], key: str, place: str
) -> None:
    (row,) = evidence.read_json(shards[1] / evidence.BATCH)["scenarios"]
    rewritten(shards[1], scenarios=[{**row, key: place}])
    refused(runs, shards, f"batch.json is damaged: scenarios[0]: {key}: {place!r} is not the name of a file or folder")


@pytest.mark.parametrize("link", ["a9_link", "a1_one/link", "services/link"])
@pytest.mark.parametrize("to", ["private", "private/letter.txt", "nowhere"])
def test_a_link_in_a_shard_is_refused_whatever_it_leads_to(
    runs: Path, shards: list[Path], tmp_path: Path, link: str, to: str
) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "letter.txt").write_text("dear")
    (shards[0] / link).symlink_to(tmp_path / to)
    refused(runs, shards, f"{link} is neither a file nor a folder")


def test_an_entry_whose_folder_is_a_link_is_damaged_and_the_link_is_not_followed(
    shards: list[Path], tmp_path: Path
) -> None:
    (shards[1] / "a3_three").rename(tmp_path / "elsewhere")
    (shards[1] / "a3_three").symlink_to(tmp_path / "elsewhere")
    found = next(entry for entry in render(shards[1]).entries if entry.is_damaged)
    assert "'a3_three' is a link" in found.why
    assert "a3_three" not in [folder.name for folder in judged_folders(shards[1])]
    assert not (tmp_path / "elsewhere" / evidence.PAGE).exists()


def test_nothing_half_written_is_left_when_the_evidence_cannot_be_copied(runs: Path, shards: list[Path]) -> None:
    (shards[1] / "a1_one").mkdir()
    refused(runs, shards, "could not be written: File exists")


def test_a_report_that_cannot_be_written_leaves_nothing_either(runs: Path, shards: list[Path]) -> None:
    (runs / "latest").symlink_to(shards[0].name)
    (shards[0] / evidence.JUNIT).unlink()
    (shards[0] / evidence.JUNIT).mkdir()
    refused(runs, shards, "junit.xml could not be written: Is a directory")


def test_no_batch_at_all_is_refused(runs: Path, shards: list[Path]) -> None:
    refused(runs, [], "name the batches that are to be merged")
