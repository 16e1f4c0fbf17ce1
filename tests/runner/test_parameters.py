from pathlib import Path

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.parameters import (
    Parameter,
    parse_overrides,
    read_overrides,
    read_parameters,
    require_known,
    typed,
)

CELL = 'users = 3  # people, count\nmax_s = 5.0  # longest, seconds\nname = "x"  # a name\nkeep = False  # keep it\n'
DECLARED = read_parameters("a1", CELL)


def test_a_parameters_cell_gives_names_defaults_and_comments() -> None:
    assert DECLARED[0] == Parameter("users", 3, "people, count")
    assert [p.default for p in DECLARED] == [3, 5.0, "x", False]


@pytest.mark.parametrize("line", ["import os", "x = y", "x = 1 + 1", "a = b = 1", "x: int = 3"])
def test_a_line_that_is_no_commented_literal_is_refused(line: str) -> None:
    with pytest.raises(ParameterError, match="no `name = literal`"):
        read_parameters("a1", line)


@pytest.mark.parametrize(
    ("text", "value"), [("users=5", 5), ("max_s=5", 5.0), ("name=5", "5"), ("keep=True", True), ("name=a=b", "a=b")]
)
def test_a_value_takes_the_type_of_its_default(text: str, value: object) -> None:
    (given,) = typed("a1", DECLARED, parse_overrides([text])).values()
    assert given == value
    assert type(given) is type(value)


@pytest.mark.parametrize("text", ["users=many", "users=2.5", "users=True", "max_s=fast", "keep=1", "users=None"])
def test_a_value_of_another_type_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="is no "):
        typed("a1", DECLARED, parse_overrides([text]))


@pytest.mark.parametrize("text", ["users", "=5", "a b=5", ""])
def test_an_override_that_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="name=value"):
        parse_overrides([text])


def test_an_unknown_name_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(ParameterError, match=r"'usres'.*keep, max_s, name, users"):
        require_known({"usres": "5"}, {"a1": DECLARED})


def overrides(folder: Path, text: str) -> dict[str, str]:
    (folder / "parameters.yaml").write_text(text)
    return read_overrides(folder / "parameters.yaml")


def test_parameters_in_a_file_mean_the_same_as_on_the_command_line(tmp_path: Path) -> None:
    given = overrides(tmp_path, "users: 5  # people\nmax_s: 2.5\nname: five, please\nkeep: true\n")
    assert given == parse_overrides(["users=5", "max_s=2.5", "name=five, please", "keep=True"])
    assert typed("a1", DECLARED, given) == {"users": 5, "max_s": 2.5, "name": "five, please", "keep": True}


def test_a_list_in_a_file_is_a_list(tmp_path: Path) -> None:
    given = overrides(tmp_path, "ids: [1, b]\n")
    assert typed("a1", read_parameters("a1", "ids = [1]  # ids"), given) == {"ids": [1, "b"]}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"-f: .*parameters\.yaml cannot be read: .*No such file"):
        read_overrides(tmp_path / "parameters.yaml")


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "\x00", "!!python/object:os.system {}"])
def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError, match=r"parameters\.yaml cannot be read"):
        overrides(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parameters.yaml").write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(ParameterError, match=r"parameters\.yaml cannot be read"):
        read_overrides(tmp_path / "parameters.yaml")


@pytest.mark.parametrize("text", ["", "- users\n", "users\n", "5: users\n", "a b: 5\n", "true: 5\n"])
def test_a_file_that_is_no_mapping_of_names_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError, match="is no mapping of parameters, one `name: value` a line"):
        overrides(tmp_path, text)


@pytest.mark.parametrize("value", ["2026-11-25", "{a: 1}", "!!binary aGk=", "!!set {a}"])
def test_a_value_that_no_parameter_can_have_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(
        ParameterError, match=r"name in .*parameters\.yaml is no number, text or list: put it in quotes"
    ):
        overrides(tmp_path, f"name: {value}\n")
    assert overrides(tmp_path, "name: '2026-11-25'\n") == {"name": "2026-11-25"}
