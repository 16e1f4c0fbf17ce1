"""No check raises an alarm on a story that keeps its promise, however it is told."""

import json
from dataclasses import asdict

import pytest
from hypothesis import given, settings

from gp_lib.history import VERSION, History, record_to_json
from gp_lib.verdict import Ruling
from tests import good_stories as tale
from tests.histories import tell
from tests.story_lines import Lines

from .judgements import AT_LENGTH, NAMES, judged
from .stories_at_random import EXAMPLES, chances, stories

FEW = settings(max_examples=EXAMPLES, deadline=None, derandomize=True)


def rulings(lines: Lines) -> dict[str, tuple[Ruling, str]]:
    """What every check says that does not pass."""
    history = tell(lines).history
    found = [(name, judged(name, history)) for name in AT_LENGTH]
    return {name: (check.verdict, check.message) for name, check in found if check.verdict is not Ruling.PASS}


def failures(lines: Lines) -> dict[str, tuple[Ruling, str]]:
    """What every check says that fails."""
    return {name: found for name, found in rulings(lines).items() if found[0] is Ruling.FAIL}


@FEW
@given(stories())
def test_every_check_passes_a_good_story(lines: Lines) -> None:
    assert rulings(lines) == {}


@FEW
@given(stories(), chances())
def test_a_run_of_somebody_else_changes_nothing(lines: Lines, chance: int) -> None:
    stranger = tale.timed(tale.healthy_run(tale.Run("zoe", "z", (("S3", "10.00", "1.00"),), seed=chance)))
    assert rulings([*stranger, *lines]) == {}


@FEW
@given(stories(), chances())
def test_events_that_belong_to_no_run_change_nothing(lines: Lines, chance: int) -> None:
    place = chance % len(lines)
    assert rulings([*lines[:place], "0.5000 amy welcomed", *lines[place:]]) == {}


@FEW
@given(stories(), chances())
def test_a_run_that_goes_on_in_another_tab_after_a_lost_connection_keeps_every_promise(
    lines: Lines, chance: int
) -> None:
    middle = tale.events(lines, "a")[1:-1]
    assert rulings(tale.resumed(lines, "a", middle[chance % len(middle)])) == {}


@FEW
@given(stories(), chances())
def test_a_run_that_is_cut_off_by_a_lost_connection_never_fails(lines: Lines, chance: int) -> None:
    behind = tale.events(lines, "a")[1:]
    cut = tale.cut_off(lines, "a", behind[chance % len(behind)], "lost")
    assert failures(cut) == {}
    assert rulings(cut) != {}


@pytest.mark.parametrize("name", NAMES)
def test_a_history_in_which_nothing_happened_is_never_passed(name: str) -> None:
    assert judged(name, tell("").history).verdict is Ruling.UNKNOWN


@settings(max_examples=5, deadline=None, derandomize=True)
@given(lines=stories(), chance=chances())
def test_a_story_is_judged_alike_after_it_was_saved_and_loaded(
    lines: Lines, chance: int, tmp_path_factory: pytest.TempPathFactory
) -> None:
    history = tell(tale.drop(lines, chance % len(lines))).history
    path = tmp_path_factory.mktemp("saved") / "history.jsonl"
    about = {"began": history.began.isoformat(), "tools": asdict(history.tools)}
    header = {"kind": "history", "version": VERSION, **about}
    path.write_text("".join(json.dumps(line) + "\n" for line in [header, *map(record_to_json, history)]))
    loaded = History.load(path)
    assert [judged(name, loaded) for name in NAMES] == [judged(name, history) for name in NAMES]
