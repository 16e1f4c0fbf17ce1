"""Scenarios are chosen by the last batch, or by what git says has changed."""

import subprocess
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import Scenario, discover
from gp_lib.runner.selection import changed, not_passed
from gp_lib.verdict import Ruling
from tests.projects import Project
from tests.runner.report.folders import Made, a_check, make_batch

AUTHOR = ("-c", "user.name=ann", "-c", "user.email=ann@example.test", "-c", "commit.gpgsign=false")
W4 = "w4_sequence_integrity"


def scenario(name: str) -> Scenario:
    return Scenario(name, "p0", Path(f"{name}.ipynb"), name, "?", "writes", False, ())


ALL = [scenario(name) for name in ("a1_one", "a2_two", "a3_three", "a4_four")]


def last_batch(runs: Path, *scenarios: Made) -> Path:
    folder = make_batch(runs / "2026-11-25T10-00-00Z-0001", *scenarios)
    evidence.point_latest(runs, folder)
    return folder


def test_what_failed_or_was_unknown_in_the_last_batch_is_chosen(tmp_path: Path) -> None:
    last_batch(
        tmp_path,
        Made("a1_one", (a_check(Ruling.FAIL),)),
        Made("a2_two", (a_check(Ruling.UNKNOWN),)),
        Made("a3_three"),
    )
    assert [found.name for found in not_passed(ALL, tmp_path)] == ["a1_one", "a2_two"]


def test_only_the_last_batch_counts(tmp_path: Path) -> None:
    make_batch(tmp_path / "2026-11-24T10-00-00Z-0001", Made("a1_one", (a_check(Ruling.FAIL),)))
    last_batch(tmp_path, Made("a1_one"), Made("a2_two", (a_check(Ruling.FAIL),)))
    assert [found.name for found in not_passed(ALL, tmp_path)] == ["a2_two"]


def test_when_all_passed_there_is_nothing_to_choose(tmp_path: Path) -> None:
    folder = last_batch(tmp_path, Made("a1_one"))
    with pytest.raises(ParameterError, match=f"none of these failed or was unknown in {folder.name}"):
        not_passed(ALL, tmp_path)


def test_without_a_last_batch_there_is_nothing_to_choose_from(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="there is no last batch to look at"):
        not_passed(ALL, tmp_path)


def test_a_damaged_last_batch_is_not_taken_for_one_that_passed(tmp_path: Path) -> None:
    (last_batch(tmp_path, Made("a1_one")) / evidence.BATCH).write_text('{"scenarios": [{}]}')
    with pytest.raises(ParameterError, match="is damaged"):
        not_passed(ALL, tmp_path)


def test_a_last_batch_that_was_killed_is_to_be_resumed(tmp_path: Path) -> None:
    folder = last_batch(tmp_path, Made("a1_one", (a_check(Ruling.FAIL),)))
    (folder / evidence.BATCH).unlink()
    (folder / evidence.JOURNAL).write_text("")
    with pytest.raises(ParameterError, match="was killed: see `gpath resume`"):
        not_passed(ALL, tmp_path)


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *AUTHOR, *words], check=True, capture_output=True, timeout=30)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A workbench's folder, one level below the top of a repository, with one commit."""
    folder = tmp_path / "repository" / "workbench"
    folder.mkdir(parents=True)
    Project.make(folder)
    (folder / "gp_lib").mkdir()
    (folder / "gp_lib" / "clock.py").write_text("now = 1\n")
    (folder / "README.md").write_text("hello\n")
    git(tmp_path / "repository", "init", "-q")
    git(tmp_path / "repository", "add", "-A")
    git(tmp_path / "repository", "commit", "-q", "-m", "first")
    return folder


def edit(path: Path) -> None:
    path.write_text(path.read_text() + "\n")


def found(root: Path, since: str = "HEAD") -> list[str]:
    return [scenario.name for scenario in changed(discover(root / "notebooks"), root, since)]


def notebook(root: Path, name: str) -> Path:
    return root / "notebooks" / "p0" / f"{name}.ipynb"


def test_a_notebook_that_was_edited_is_chosen_committed_or_not(root: Path) -> None:
    edit(notebook(root, W4))
    assert found(root) == [W4]
    git(root, "commit", "-q", "-a", "-m", "second")
    assert found(root, "HEAD~1") == [W4]


def test_a_new_notebook_is_chosen_before_git_knows_it(root: Path) -> None:
    renamed = notebook(root, W4).rename(notebook(root, "w9_ünï code"))
    renamed.write_text(renamed.read_text().replace(f'begin(\\"{W4}\\"', 'begin(\\"w9_ünï code\\"'))
    assert found(root) == ["w9_ünï code"]
    git(root, "add", "-A")
    assert found(root) == ["w9_ünï code"]


@pytest.mark.parametrize(
    "name",
    ["gp_lib/clock.py", "gp_lib/new.py", "requirements.lock", "pyproject.toml", "gpath.toml", "acme_gpath.py"],
)
def test_a_change_in_what_all_depend_on_chooses_all(root: Path, name: str) -> None:
    (root / name).write_text("now = 2\n")
    assert found(root) == [scenario.name for scenario in discover(root / "notebooks")]


def test_a_change_that_concerns_no_scenario_chooses_none_and_says_so(root: Path) -> None:
    (root / "README.md").write_text("hello again\n")
    (root.parent / "gp_lib").mkdir()
    (root.parent / "gp_lib" / "of_another_project.py").write_text("")
    with pytest.raises(ParameterError, match="--changed: no scenario has changed since HEAD"):
        found(root)


@pytest.mark.parametrize("since", ["no-such-branch", ""])
def test_a_commit_that_git_does_not_know_is_refused_with_its_own_words(root: Path, since: str) -> None:
    with pytest.raises(ParameterError, match="--changed: git says: fatal: "):
        found(root, since)


def test_a_commit_is_never_taken_for_an_option_of_git(root: Path) -> None:
    with pytest.raises(ParameterError, match="git says"):
        found(root, f"--output={root / 'written'}")
    assert not (root / "written").exists()


def test_a_folder_that_git_does_not_keep_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match="git says: fatal: not a git repository"):
        changed([], tmp_path, "HEAD")


def test_a_machine_without_git_says_so(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(ParameterError, match="git could not be asked"):
        found(root)
