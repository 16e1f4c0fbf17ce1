"""Parameters from a YAML file mean what is written there."""

from pathlib import Path

import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.parameter_file import read_overrides
from gp_lib.runner.parameters import parse_overrides, read_parameters, typed
from gp_lib.values import Given, Value

CELL = 'users = 3  # people, count\nmax_s = 5.0  # longest, seconds\nname = "x"  # a name\nkeep = False  # keep it\n'
DECLARED = read_parameters("a1", CELL)


def overrides(folder: Path, text: str) -> dict[str, Given]:
    (folder / "parameters.yaml").write_text(text)
    return read_overrides(folder / "parameters.yaml")


def test_parameters_in_a_file_mean_the_same_as_on_the_command_line(tmp_path: Path) -> None:
    given = overrides(tmp_path, "users: 5  # people\nmax_s: 2.5\nname: five, please\nkeep: true\n")
    assert given == parse_overrides(["users=5", "max_s=2.5", "name=five, please", "keep=true"])
    assert typed("a1", DECLARED, given) == {"users": 5, "max_s": 2.5, "name": "five, please", "keep": True}


def test_a_list_in_a_file_is_a_list(tmp_path: Path) -> None:
    given = overrides(tmp_path, "ids: [1, b]\n")
    assert typed("a1", read_parameters("a1", "ids = [1]  # ids"), given) == {"ids": [1, "b"]}


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"-f: .*parameters\.yaml cannot be read: .*No such file"):
        read_overrides(tmp_path / "parameters.yaml")


@pytest.mark.parametrize("text", ["a: [1", "a: b: c", "\x00"])
def test_a_file_that_is_no_yaml_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError, match=r"parameters\.yaml cannot be read"):
        overrides(tmp_path, text)


def test_a_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    (tmp_path / "parameters.yaml").write_bytes(b"name: \xff\xfe\n")
    with pytest.raises(ParameterError, match=r"parameters\.yaml cannot be read"):
        read_overrides(tmp_path / "parameters.yaml")


@pytest.mark.parametrize(
    "text",
    ["", "- users\n", "users\n", "5: users\n", "a b: 5\n", "[a]: 5\n", "<<: {a: 5}\n", "!!python/object:os.system {}"],
)
def test_a_file_that_is_no_mapping_of_names_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(ParameterError, match="is not a mapping of parameters, one `name: value` a line"):
        overrides(tmp_path, text)


@pytest.mark.parametrize("value", ["{a: 1}", "!!binary aGk=", "!!set {a}"])
def test_a_value_that_no_parameter_can_have_is_refused(tmp_path: Path, value: str) -> None:
    with pytest.raises(
        ParameterError, match=r"name in .*parameters\.yaml is not a number, text or list: put it in quotes"
    ):
        overrides(tmp_path, f"name: {value}\n")
    assert overrides(tmp_path, f"name: '{value}'\n") == {"name": value}


@pytest.mark.parametrize(
    "text",
    [
        "12:30:45",
        "1.10",
        "~",
        "null",
        "0o17",
        "010",
        "yes",
        "no",
        "on",
        "2026-11-25",
        "1e3",
        ".inf",
        "0x1F",
        "1_000",
        "+1",
    ],
)
def test_a_text_arrives_as_it_is_written_whatever_yaml_makes_of_it(tmp_path: Path, text: str) -> None:
    assert typed("a1", DECLARED, overrides(tmp_path, f"name: {text}\n")) == {"name": text}


def test_texts_in_a_list_arrive_as_they_are_written_where_the_default_holds_texts(tmp_path: Path) -> None:
    declared = read_parameters("a1", "versions = ['1.0']  # versions")
    given = overrides(tmp_path, "versions: [1.10, 12:30, no, 7]\n")
    assert typed("a1", declared, given) == {"versions": ["1.10", "12:30", "no", "7"]}


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("'5'", "5"),
        ("amy", "amy"),
        ("~", None),
        ("null", None),
        ("true", True),
        ("[1, b, '2']", [1, "b", "2"]),
    ],
)
def test_quotes_make_a_text_where_the_default_leaves_the_type_open(tmp_path: Path, text: str, value: Value) -> None:
    declared = read_parameters("a1", "limit = None  # at most")
    assert typed("a1", declared, overrides(tmp_path, f"limit: {text}\n")) == {"limit": value}


@pytest.mark.parametrize(("text", "value"), [("yes", True), ("Off", False), ("TRUE", True), ("no", False)])
def test_a_switch_understands_yamls_words(tmp_path: Path, text: str, value: bool) -> None:
    assert typed("a1", DECLARED, overrides(tmp_path, f"keep: {text}\n")) == {"keep": value}


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("users: 5\nusers: 6\n", "users stands twice in"),
        ("users:\n", "users in .* has no value: write '' for an empty text, or None"),
        ("name: [a, {b: c}]\n", "put it in quotes"),
        ("name: &a [x, *a]\n", "aliases are not supported"),
        ("users: &a 5\nname: *a\n", "aliases are not supported"),
        ("name: " + "[" * 3000 + "]" * 3000, "nested too deeply"),
        ("users: 5\n---\nusers: 6\n", "cannot be read"),
    ],
)
def test_a_file_that_says_nothing_clear_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    with pytest.raises(ParameterError, match=sentence):
        overrides(tmp_path, text)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_byte_order_mark_is_not_a_part_of_the_first_name(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "parameters.yaml").write_bytes("name: ünï\r\nusers: 5\r\n".encode(encoding))
    assert read_overrides(tmp_path / "parameters.yaml") == {"name": "ünï", "users": "5"}


def test_a_list_for_a_number_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ParameterError, match=r"users=\['1', '2'\] is not an integer"):
        typed("a1", DECLARED, overrides(tmp_path, "users: [1, 2]\n"))
