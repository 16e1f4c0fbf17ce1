import json
import shutil
from pathlib import Path

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.catalogue import discover, read_scenario, select
from tests.projects import ROOT
from tests.scenarios_made import write_scenario

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
    path.write_text(text.replace(f'begin(\\"{SOME.stem}\\"', f'begin(\\"{path.stem}\\"'))
    return path


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"cells": 3}', '{"cells": [{}]}', "\x00"])
def test_a_damaged_notebook_is_refused_by_name(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError, match="x1_damaged"):
        read_scenario(damaged(tmp_path, text))


@pytest.mark.parametrize("tag", ["parameters", "arrange"])
def test_a_notebook_with_two_cells_of_one_role_is_refused(tmp_path: Path, tag: str) -> None:
    notebook = json.loads(SOME.read_text())
    cell = next(cell for cell in notebook["cells"] if cell["metadata"].get("tags") == [tag])
    notebook["cells"].append({**cell, "id": "another"})
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


@pytest.mark.parametrize(
    "call", ["begin('w4_other', {})", "begin(name='w4_other', {})", "scenario.begin('w4_other', {})"]
)
def test_a_notebook_that_begins_another_scenario_is_refused(tmp_path: Path, call: str) -> None:
    about = call.format('effect="reads"')
    with pytest.raises(
        ParameterError, match="x1_one: its arrange cell begins 'w4_other', and its file is called 'x1_o"
    ):
        write_scenario(tmp_path, "x1_one", arrange=about)
    assert write_scenario(tmp_path, "w4_other", arrange=about).effect == "reads"


def test_a_name_that_only_the_kernel_knows_is_left_to_it(tmp_path: Path) -> None:
    assert write_scenario(tmp_path, "x1_one", arrange='begin(name, effect="reads")').name == "x1_one"


def test_a_question_that_breaks_off_stops_nothing(tmp_path: Path) -> None:
    path = write_scenario(tmp_path, "x1_one").path
    path.write_text(path.read_text().replace("**Question.** Does it?", "**Question"))
    assert read_scenario(path).question == ""


def broken(folder: Path, name: str = "x2_broken") -> Path:
    path = folder / "p0" / f"{name}.ipynb"
    path.parent.mkdir(exist_ok=True)
    path.write_text("{")
    return path


def test_a_notebook_that_cannot_be_read_stops_no_other_one(tmp_path: Path) -> None:
    write_scenario(tmp_path, "x1_one")
    path = broken(tmp_path)
    write_scenario(tmp_path, "x3_three")
    found = discover(tmp_path)
    assert [one.name for one in found] == ["x1_one", "x3_three"]
    assert [(one.name, one.path, one.phase) for one in found.unreadable] == [("x2_broken", path, "p0")]
    assert "is not a readable notebook: it is not JSON" in found.unreadable[0].unreadable
    assert [one.name for one in found.every] == ["x1_one", "x2_broken", "x3_three"]


@pytest.mark.parametrize("pattern", ["x2", "x2_broken"])
def test_a_notebook_that_cannot_be_read_is_refused_by_its_name(tmp_path: Path, pattern: str) -> None:
    write_scenario(tmp_path, "x1_one")
    broken(tmp_path)
    with pytest.raises(ParameterError, match=r"^x2_broken: x2_broken\.ipynb is not a readable notebook"):
        select(discover(tmp_path).every, [pattern])
    assert [one.name for one in select(discover(tmp_path).every, ["x1"])] == ["x1_one"]


@pytest.mark.parametrize("pattern", [(), ("X",), ("p0",), ("x*",), ("breaks", "x1"), ("reads",)])
def test_a_group_has_the_notebook_that_cannot_be_read_and_may_belong_to_it(
    tmp_path: Path, pattern: tuple[str, ...]
) -> None:
    write_scenario(tmp_path, "x1_one", about='effect="reads"')
    broken(tmp_path)
    assert sorted(one.name for one in select(discover(tmp_path).every, pattern)) == ["x1_one", "x2_broken"]


def test_two_notebooks_of_one_name_are_refused_and_the_others_are_not(tmp_path: Path) -> None:
    write_scenario(tmp_path, "x1_one")
    write_scenario(tmp_path, "x2_two")
    shutil.copytree(tmp_path / "p0", tmp_path / "p1")
    (tmp_path / "p1" / "x2_two.ipynb").unlink()
    found = discover(tmp_path)
    assert [one.name for one in found] == ["x2_two"]
    assert [one.name for one in found.unreadable] == ["x1_one.p0", "x1_one.p1"]
    assert found.unreadable[1].unreadable == "notebooks/p1/x1_one.ipynb has the name of another scenario"


@pytest.mark.parametrize("name", ["x1[1]", "x1 (copy)", "x1*", "x1?", "x1-a.b_c", "x1'", "x1#2, 100%", "x1{{slug}}"])
def test_a_scenario_is_selected_by_its_name_whatever_stands_in_it(tmp_path: Path, name: str) -> None:
    write_scenario(tmp_path, name)
    write_scenario(tmp_path, "x9_other")
    assert [one.name for one in select(discover(tmp_path).every, [name])] == [name]


def test_a_name_that_is_not_text_is_refused_and_can_be_shown(tmp_path: Path) -> None:
    broken(tmp_path, "x1_\udcff")
    (bad,) = discover(tmp_path).unreadable
    assert bad.unreadable == "its name is not valid Unicode"
    bad.name.encode()


def test_checkpoints_that_jupyterlab_leaves_are_no_scenarios(tmp_path: Path) -> None:
    write_scenario(tmp_path, "x1_one")
    shutil.copytree(tmp_path / "p0", tmp_path / ".ipynb_checkpoints")
    assert [one.name for one in discover(tmp_path).every] == ["x1_one"]
