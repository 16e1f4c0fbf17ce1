import pytest

from gp_lib.errors import ParameterError
from gp_lib.runner.parameters import (
    Parameter,
    parse_overrides,
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
    with pytest.raises(ParameterError, match="is not `name = literal`"):
        read_parameters("a1", line)


@pytest.mark.parametrize(
    ("text", "value"), [("users=5", 5), ("max_s=5", 5.0), ("name=5", "5"), ("keep=True", True), ("name=a=b", "a=b")]
)
def test_a_value_takes_the_type_of_its_default(text: str, value: object) -> None:
    (given,) = typed("a1", DECLARED, parse_overrides([text])).values()
    assert given == value
    assert type(given) is type(value)


@pytest.mark.parametrize(
    "text", ["users=many", "users=2.5", "users=True", "max_s=fast", "keep=1", "users=None", "users=\u00b2", "users=٣"]
)
def test_a_value_of_another_type_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="is not "):
        typed("a1", DECLARED, parse_overrides([text]))


@pytest.mark.parametrize(
    "line", ["%matplotlib inline", "users = = 5", "users = 3\n!ls", "x = {[]: 1}", "x = (" * 300, "x?"]
)
def test_a_line_that_is_not_python_or_not_a_literal_is_refused_in_a_sentence(line: str) -> None:
    with pytest.raises(ParameterError, match=r"^a1: (line \d+ of )?its parameters"):
        read_parameters("a1", line)


def test_a_name_that_is_set_twice_is_refused() -> None:
    with pytest.raises(ParameterError, match="its parameters set users twice"):
        read_parameters("a1", "users = 3\nusers = 4")


@pytest.mark.parametrize("text", ["users", "=5", "a b=5", ""])
def test_an_override_that_is_no_assignment_is_refused(text: str) -> None:
    with pytest.raises(ParameterError, match="name=value"):
        parse_overrides([text])


def test_a_name_that_is_nothing_like_any_is_refused_and_the_known_ones_are_listed() -> None:
    with pytest.raises(ParameterError, match=r"'color'. It has: keep, max_s, name, users"):
        require_known({"color": "5"}, {"a1": DECLARED})


def test_a_misspelt_name_is_refused_with_the_one_that_may_be_meant() -> None:
    with pytest.raises(ParameterError, match=r"'usres' \(did you mean 'users'\?\)\.$"):
        require_known({"usres": "5"}, {"a1": DECLARED})
