"""What GitHub Actions is told."""

from dataclasses import replace
from pathlib import Path

import pytest

from gp_lib import evidence
from gp_lib.runner.environment import change
from gp_lib.runner.report.github import MOST_OF_A_KIND, annotations, tell_github
from gp_lib.runner.report.render import render
from gp_lib.runner.report.saved import SavedBatch
from gp_lib.runner.report.summary import LARGEST_BYTES
from gp_lib.verdict import Ruling
from tests.projects import ROOT
from tests.runner.report.folders import Made, a_check, make_batch

FAIL, UNKNOWN = Ruling.FAIL, Ruling.UNKNOWN
W4 = "w4_sequence_integrity"
ACTIONS = {"GITHUB_ACTIONS": "true"}


def told(batch: Path, **variables: str) -> list[str]:
    return tell_github(SavedBatch.read(batch), ROOT, variables)


def line_of(annotation: str) -> str:
    """The line of the notebook file that an annotation points at."""
    place = dict(part.split("=", 1) for part in annotation.split(" ", 1)[1].split("::")[0].split(","))
    return (ROOT / place["file"]).read_text().splitlines()[int(place["line"]) - 1]


def test_an_annotation_points_at_the_line_of_the_notebook_that_judged(tmp_path: Path) -> None:
    failed = a_check(
        FAIL, "gaps_within", requirement="no silence", message="ann, waited: 4 s\nlong", measured=4.0, unit="s"
    )
    (annotation,) = told(make_batch(tmp_path / "b", Made(W4, (failed,))), **ACTIONS)
    assert annotation.startswith(f"::error file=notebooks/p0/{W4}.ipynb,line=")
    assert annotation.endswith(f"title={W4} gaps_within::no silence: ann, waited: 4 s long (measured 4 s)")
    assert "checks.gaps_within(" in line_of(annotation)


@pytest.mark.parametrize("name", ["p95-latency-ms", "it_holds[cost, 5%: x]", "", "it holds", "it_(holds", "a-1", "-"])
def test_a_check_of_any_name_is_annotated(tmp_path: Path, name: str) -> None:
    (annotation,) = told(make_batch(tmp_path / "b", Made(W4, (a_check(FAIL, name),))), **ACTIONS)
    properties, _, message = annotation.removeprefix("::error ").partition("::")
    assert dict(part.split("=") for part in properties.split(","))["file"] == f"notebooks/p0/{W4}.ipynb"
    assert "looked at 3" in message


@pytest.mark.parametrize("name", ["x[1]", "x*", "../p0/w4_sequence_integrity", "/etc/passwd", "**"])
def test_a_scenarios_name_is_not_a_pattern(tmp_path: Path, name: str) -> None:
    batch = make_batch(tmp_path / "b", Made("x", (a_check(FAIL),)))
    entries = [replace(entry, scenario=name) for entry in SavedBatch.read(batch).entries]
    assert [line.startswith("::error title=") for line in annotations(entries, ROOT)] == [True]


def test_a_notebook_that_is_not_utf_8_is_annotated_without_a_line(tmp_path: Path) -> None:
    folder = tmp_path / "notebooks" / "p0"
    folder.mkdir(parents=True)
    (folder / "x.ipynb").write_bytes("ünï".encode("utf-16"))
    batch = make_batch(tmp_path / "b", Made("x", (a_check(FAIL),)))
    (annotation,) = annotations(SavedBatch.read(batch).entries, tmp_path)
    assert annotation.startswith("::error file=notebooks/p0/x.ipynb,title=x kept::")


def test_unknown_is_a_warning_and_pass_is_nothing(tmp_path: Path) -> None:
    checks = a_check(), a_check(UNKNOWN, "dim")
    batch = make_batch(tmp_path / "b", Made(W4, checks), Made("gone", (), why="its kernel died"))
    assert [command.split()[0] for command in told(batch, **ACTIONS)] == ["::warning", "::warning"]


@pytest.mark.parametrize("hostile", ["x\n::error::y", "x\r::stop-commands::y", "100% : , sure", "\x1b[31m", "\ud800"])
def test_a_message_stays_one_line_and_no_command_of_its_own(tmp_path: Path, hostile: str) -> None:
    failed = a_check(FAIL, "b", message=hostile, requirement=hostile)
    (command,) = told(make_batch(tmp_path / "b", Made(W4, (failed,))), **ACTIONS)
    assert command.isprintable()
    assert "%" not in command.replace("%25", "")
    command.encode()


def test_no_more_annotations_than_github_shows_and_the_last_counts_the_others(tmp_path: Path) -> None:
    checks = tuple(a_check(FAIL, f"b{number}") for number in range(25))
    commands = told(make_batch(tmp_path / "b", Made(W4, checks)), **ACTIONS)
    assert len(commands) == MOST_OF_A_KIND
    assert commands[-1].endswith("and 16 more; see the job summary")


def test_outside_of_github_nothing_is_told(tmp_path: Path) -> None:
    assert told(make_batch(tmp_path / "b", Made(W4, (a_check(FAIL),)))) == []


def test_the_summary_is_added_to_what_the_step_has_said_before(tmp_path: Path) -> None:
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    batch = make_batch(tmp_path / "b", Made(W4))
    told(batch, GITHUB_STEP_SUMMARY=str(summary))
    assert summary.read_text() == "before\n" + (batch / evidence.REPORT).read_text()


def test_the_summary_of_a_huge_batch_is_one_that_github_takes(tmp_path: Path) -> None:
    checks = tuple(a_check(FAIL, f"b{number}", message="€" * 600) for number in range(800))
    batch = make_batch(tmp_path / "b", Made(W4, checks))
    render(batch)
    text = (batch / evidence.REPORT).read_bytes()
    assert LARGEST_BYTES / 2 < len(text) < 2**20
    assert b"more lines: see index.html" in text


PULL = {"GITHUB_ACTIONS": "true", "GITHUB_REPOSITORY": "us/ours", "GITHUB_SHA": "abc", "GITHUB_RUN_ID": "5"}


def test_the_change_of_a_pull_request_is_linked(tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text('{"issue": {"html_url": "https://github.com/us/ours/issues/3"}}')
    found = change(
        PULL | {"GITHUB_REF": "refs/pull/7/merge", "GITHUB_HEAD_REF": "fix", "GITHUB_EVENT_PATH": str(event)}
    )
    assert found == {
        "commit": "abc",
        "commit link": "https://github.com/us/ours/commit/abc",
        "branch": "fix",
        "pull request": "https://github.com/us/ours/pull/7",
        "issue": "https://github.com/us/ours/issues/3",
        "job": "https://github.com/us/ours/actions/runs/5",
    }


@pytest.mark.parametrize(
    ("variables", "found"),
    [
        ({}, {}),
        (PULL | {"GITHUB_REF": "refs/heads/main", "GITHUB_REF_NAME": "main"}, {"branch": "main"}),
        (PULL | {"GITHUB_EVENT_PATH": "/nowhere"}, {"commit": "abc"}),
        (
            {"GITLAB_CI": "true", "CI_PROJECT_URL": "https://lab/p", "CI_MERGE_REQUEST_IID": "4"},
            {"pull request": "https://lab/p/-/merge_requests/4"},
        ),
        ({"BUILD_URL": "https://jenkins/1", "GIT_COMMIT": "def"}, {"job": "https://jenkins/1", "commit": "def"}),
    ],
)
def test_other_places_say_what_they_know(variables: dict[str, str], found: dict[str, str]) -> None:
    known = change(variables)
    assert {name: known.get(name) for name in found} == found
    assert bool(known) == bool(found)


def test_links_and_machine_stand_in_the_index_and_only_http_is_a_link(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in (PULL | {"GITHUB_REF": "refs/pull/7/merge"}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("GITHUB_SERVER_URL", "https://github.com")
    text = (render(make_batch(tmp_path / "b", Made(W4))).folder / evidence.PAGE).read_text()
    assert '<a href="https://github.com/us/ours/pull/7" rel="noopener noreferrer">pull request</a>' in text
    monkeypatch.setenv("GITHUB_SERVER_URL", "javascript:alert(1)//")
    text = (render(make_batch(tmp_path / "c", Made(W4))).folder / evidence.PAGE).read_text()
    assert "javascript:" not in text
