import json
import shutil
from pathlib import Path

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import discover, read_scenario, select
from tests.projects import ROOT

ALL = discover(ROOT / "notebooks")
SOME = ROOT / "notebooks" / "p0" / "w4_sequence_integrity.ipynb"


def names(*patterns: str) -> list[str]:
    return [scenario.name for scenario in select(ALL, patterns)]


def test_without_a_pattern_every_scenario_is_selected() -> None:
    assert names() == [scenario.name for scenario in ALL]


@pytest.mark.parametrize("pattern", ["w4_sequence_integrity", "w4", "w4_*"])
def test_a_scenario_is_selected_by_name_id_or_glob(pattern: str) -> None:
    assert names(pattern) == ["w4_sequence_integrity"]


def test_a_suite_is_selected_by_its_letter() -> None:
    assert names("W") == [scenario.name for scenario in ALL if scenario.name.startswith("w")]


def test_scenarios_are_selected_by_what_they_do_to_the_target() -> None:
    assert names("breaks") == [scenario.name for scenario in ALL if scenario.effect == "breaks"]
    assert 0 < len(names("breaks")) < len(ALL)


def test_scenarios_are_selected_by_a_tag_of_their_title_cell() -> None:
    assert names("isolation") == [scenario.name for scenario in ALL if "isolation" in scenario.tags]
    assert 1 < len(names("isolation")) < len(ALL)


def test_a_scenario_named_twice_is_selected_once() -> None:
    assert names("w4", "w4_sequence_integrity") == ["w4_sequence_integrity"]


def test_a_pattern_that_fits_nothing_is_refused_with_the_names_there_are() -> None:
    with pytest.raises(ParameterError, match="w4_sequence_integrity"):
        names("z9")


def damaged(folder: Path, text: str) -> Path:
    path = folder / "x1_damaged.ipynb"
    path.write_text(text)
    return path


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": 3}', '{"cells": [{}]}', "\x00"])
def test_a_damaged_notebook_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError, match="x1_damaged"):
        read_scenario(damaged(tmp_path, text))


@pytest.mark.parametrize("tag", ["parameters", "arrange"])
def test_a_notebook_with_two_cells_of_one_role_is_refused(tmp_path: Path, tag: str) -> None:
    notebook = json.loads(SOME.read_text())
    cell = next(cell for cell in notebook["cells"] if cell["metadata"].get("tags") == [tag])
    notebook["cells"].append(cell)
    with pytest.raises(ParameterError, match=f"2 cells tagged '{tag}'"):
        read_scenario(damaged(tmp_path, json.dumps(notebook)))


def test_a_scenario_that_does_not_say_its_effect_is_refused(tmp_path: Path) -> None:
    path = damaged(tmp_path, SOME.read_text().replace('effect=\\"writes\\"', "effect=None"))
    with pytest.raises(ParameterError, match="effect"):
        read_scenario(path)


def test_a_scenario_says_what_it_is(tmp_path: Path) -> None:
    (tmp_path / "p0").mkdir()
    copied = read_scenario(Path(shutil.copy(SOME, tmp_path / "p0")))
    assert (copied.name, copied.phase, copied.suite, copied.effect) == ("w4_sequence_integrity", "p0", "W", "writes")
    assert copied.question == "Is the story told in order, once, to the end?"


@pytest.mark.parametrize(
    ("given", "quiet"), [(", quiet=True", True), (", quiet=False", False), ("", False), (", quiet=parameter", False)]
)
def test_a_scenario_says_to_begin_whether_it_wants_quiet(tmp_path: Path, given: str, quiet: bool) -> None:
    path = damaged(tmp_path, SOME.read_text().replace('effect=\\"writes\\"', f'effect=\\"writes\\"{given}'))
    assert read_scenario(path).quiet is quiet


def test_what_other_calls_are_given_is_not_taken_for_the_scenarios_own(tmp_path: Path) -> None:
    notebook = json.loads(SOME.read_text())
    cell = next(cell for cell in notebook["cells"] if cell["metadata"].get("tags") == ["arrange"])
    cell["source"] = [
        "prepare(effect='breaks', quiet=True)\n",
        *cell["source"],
        "\nprepare(effect='breaks', quiet=True)",
    ]
    copied = read_scenario(damaged(tmp_path, json.dumps(notebook)))
    assert (copied.effect, copied.quiet) == ("writes", False)


def test_what_measures_speed_wants_quiet_and_some_scenario_does_not() -> None:
    assert {"w6_real_time_performance", "d6_database_keeps_up"} <= {s.name for s in ALL if s.quiet}
    assert not all(scenario.quiet for scenario in ALL)
