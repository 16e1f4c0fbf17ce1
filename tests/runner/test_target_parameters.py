"""A target sets parameters of its own; what no notebook knows is refused before anything starts."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gp_lib.errors import ParameterError, SettingsError
from gp_lib.history import History, Operation
from gp_lib.runner.cases import cases_of
from gp_lib.runner.catalogue import Scenario
from gp_lib.runner.parameters import parse_overrides
from gp_lib.runner.target_parameters import target_parameters
from gp_lib.settings import StackDescription
from tests.projects import Project
from tests.scenarios_made import write_scenario

MORE = """
lookup = "What is {id}?"  # a question with a gap
headers = {}  # by name
question = "Why?"  # what is asked
max_s = 5.0  # seconds
ways = ("a", "b")  # how
"""


@pytest.fixture
def scenarios(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Sequence[Scenario]:
    """Two scenarios of the project in which the test works; both ask a question, the second has ``users`` too."""
    monkeypatch.chdir(tmp_path)
    notebooks = tmp_path / "notebooks"
    one = write_scenario(notebooks, "a1_one", more=MORE)
    return [one, write_scenario(notebooks, "w2_two", more=f"{MORE}\nusers = 3  # count")]


def settings(text: str) -> None:
    Path("gpath.toml").write_text(text)


def test_what_a_target_sets_is_for_every_scenario_that_has_the_parameter(scenarios: Sequence[Scenario]) -> None:
    settings('[targets.staging.parameters]\nquestion = "What?"\nusers = 9\nmax_s = 2\nways = ["c"]')
    set_there = {"question": "What?", "max_s": 2.0, "ways": ("c",)}
    assert target_parameters(scenarios, "staging") == {"a1_one": set_there, "w2_two": {**set_there, "users": 9}}


def test_another_target_sets_nothing(scenarios: Sequence[Scenario]) -> None:
    settings('[targets.staging.parameters]\nquestion = "What?"')
    assert target_parameters(scenarios, "production") == {"a1_one": {}, "w2_two": {}}


@pytest.mark.parametrize("name", ["a1", "a1_one"])
def test_a_table_with_a_scenarios_name_or_id_is_for_that_scenario_alone(
    scenarios: Sequence[Scenario], name: str
) -> None:
    settings(f'[targets.s.parameters]\nquestion = "All?"\n[targets.s.parameters.{name}]\nquestion = "One?"')
    assert target_parameters(scenarios, "s") == {"a1_one": {"question": "One?"}, "w2_two": {"question": "All?"}}


def test_the_embedded_stack_is_a_target_too(scenarios: Sequence[Scenario]) -> None:
    settings('[targets.embedded.parameters]\nquestion = "What?"')
    assert target_parameters(scenarios, "embedded")["a1_one"] == {"question": "What?"}


def test_the_environment_goes_before_the_file_and_takes_the_notebooks_types(
    scenarios: Sequence[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings("[targets.staging.parameters]\nusers = 9")
    monkeypatch.setenv("GPATH_STAGING_PARAMETERS__USERS", "7")
    monkeypatch.setenv("GPATH_STAGING_PARAMETERS__A1_ONE__MAX_S", "1.5")
    found = target_parameters(scenarios, "staging")
    assert found == {"a1_one": {"max_s": 1.5}, "w2_two": {"users": 7}}


def test_what_is_given_for_one_batch_goes_before_what_the_target_sets(scenarios: Sequence[Scenario]) -> None:
    settings('[targets.staging.parameters]\nquestion = "What?"\nusers = 9')
    cases = cases_of(
        scenarios,
        parse_overrides(["question=How?"]),
        of_target=target_parameters(scenarios, "staging"),
        matrix={"users": ["1", "2"]},
    )
    assert [case.parameters for case in cases] == [
        {"question": "How?"},
        {"question": "How?", "users": 1},
        {"question": "How?", "users": 2},
    ]


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("qestion = 'x'", "targets.s.parameters: no parameter is called 'qestion' \\(did you mean 'question'\\?\\)"),
        (
            "xyz = 5",
            "no parameter is called 'xyz'. It has: headers, lookup, max_s, question, ruling, target, users",
        ),
        ("[targets.s.parameters.a1]\nusers = 5", "targets.s.parameters.a1: no parameter is called 'users'"),
        ("[targets.s.parameters.a9]\nusers = 5", "no scenario or parameter is called 'a9'. It has: a1_one, w2_two"),
        ("users = 'many'", "users=many is not an integer, as in w2_two"),
        ("users = 2.5", "users=2.5 is not an integer"),
        ("max_s = inf", "max_s=inf is not a finite number"),
        ("question = 2026-11-30", "question=.* a date"),
        ("target = 'other'", "the target is chosen with --target"),
        ("a1 = 5", "no parameter is called 'a1'"),
        ("lookup = 'What is it?'", "lookup=What is it\\? needs the placeholder \\{id\\}, as in a1_one"),
        ("headers = 5", "headers=5 is not a mapping"),
    ],
)
def test_what_no_notebook_understands_is_refused(scenarios: Sequence[Scenario], text: str, says: str) -> None:
    settings(f"[targets.s.parameters]\n{text}")
    with pytest.raises(ParameterError, match=says):
        target_parameters(scenarios, "s")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[targets.s]\nparameters = 5", "targets.s.parameters: is not a table"),
        ("[targets.embedded]\nsafety = 'shared'", "targets.embedded.safety: .*only parameters"),
    ],
)
def test_settings_that_make_no_sense_are_refused(scenarios: Sequence[Scenario], text: str, says: str) -> None:
    settings(text)
    for target in ("s", "embedded"):
        if f"targets.{target}" in text:
            with pytest.raises(SettingsError, match=says):
                target_parameters(scenarios, target)


def test_a_table_called_as_a_parameter_is_its_value(scenarios: Sequence[Scenario]) -> None:
    settings("[targets.s.parameters]\nheaders = {team = 'a'}")
    assert target_parameters(scenarios, "s")["a1_one"] == {"headers": {"team": "a"}}


def test_a_scenarios_own_table_goes_before_what_is_set_for_all_wherever_that_stands(
    scenarios: Sequence[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings("[targets.s.parameters.a1]\nmax_s = 2")
    monkeypatch.setenv("GPATH_S_PARAMETERS__MAX_S", "9")
    assert [found["max_s"] for found in target_parameters(scenarios, "s").values()] == [2.0, 9.0]


def test_the_environment_sets_parameters_of_the_embedded_target_too(
    scenarios: Sequence[Scenario], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GPATH_EMBEDDED_PARAMETERS__USERS", "7")
    assert target_parameters(scenarios, "embedded") == {"a1_one": {}, "w2_two": {"users": 7}}


def test_a_notebook_that_cannot_be_read_stops_no_other_by_its_parameters(scenarios: Sequence[Scenario]) -> None:
    broken = replace(scenarios[0], name="x3_three.p0", path=Path("x3_three.ipynb"), parameters=(), unreadable="torn")
    settings("[targets.s.parameters]\nmade_of = 5\n[targets.s.parameters.x3_three]\nanything = 5")
    assert target_parameters([*scenarios, broken], "s")["a1_one"] == {}
    settings("[targets.s.parameters]\nqestion = 'a slip all the same'")
    with pytest.raises(ParameterError, match="did you mean 'question'"):
        target_parameters([*scenarios, broken], "s")


def test_a_scenario_that_cannot_be_read_takes_whatever_stands_in_its_table(scenarios: Sequence[Scenario]) -> None:
    settings("[targets.s.parameters.x3]\nanything = 5")
    broken = replace(scenarios[0], name="x3_three", path=Path("x3_three.ipynb"), parameters=(), unreadable="torn")
    assert target_parameters([*scenarios, broken], "s")["x3_three"] == {}


def test_a_misspelt_parameter_of_a_target_starts_nothing(tmp_path: Path) -> None:
    project = Project.make(tmp_path)
    (tmp_path / "gpath.toml").write_text("[targets.embedded.parameters]\nqestion = 'Which?'")
    for words in (["run", "a3"], ["prove", "a3"]):
        done = project.gpath(*words)
        assert done.returncode == 64
        assert "targets.embedded.parameters: no parameter is called 'qestion'" in done.stderr
    assert not list((tmp_path / "runs").iterdir())


def test_a_batch_asks_what_its_target_asks(tmp_path: Path, stack: StackDescription) -> None:
    asked = "Which savings do you find? Please answer in detail."
    project = Project.make(tmp_path, stack)
    (tmp_path / "gpath.toml").write_text(f'[targets.embedded.parameters.a3]\ndetailed_question = "{asked}"')
    assert "detailed_question='Which savings do you find?" in project.gpath("run", "a3", "--dry-run").stdout
    done = project.gpath("run", "a3", "-p", "users=1")
    assert done.returncode == 0, done.stdout + done.stderr
    history = History.load(project.latest() / "a3_events_in_real_time" / "history.jsonl")
    told = [o.detail["content"] for _, o in history.indexed(Operation) if o.action == "asks"]
    assert told == [asked]
