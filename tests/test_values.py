"""What a text, or a value out of a file, means where a parameter of some type is wanted."""

import ast
import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as some

from gp_lib.values import (
    DEEPEST,
    NotAValue,
    Quoted,
    Value,
    from_given,
    of_type,
    plain,
    shown,
    split_outside,
    unquoted,
)

ABSURD = [
    "9" * 400,
    "1" + "0" * 5000,
    "0x" + "f" * 300,
    "0x" + "f" * 4000,
    "(" * 3000,
    "-" * 5000 + "1",
    "[" * 200 + "]" * 200,
    "{[]: 1}",
    "1e999",
    "-1e999",
    "1e999 - 1e999",
    "inf",
    "nan",
    "１２",
    "12\x00",
    "\udcff",
]


@pytest.mark.parametrize("text", ABSURD)
@pytest.mark.parametrize("default", [3, 3.0, [1], {"a": 1}, (1,), True])
def test_what_is_absurd_is_refused_and_shown_short(text: str, default: Value) -> None:
    with pytest.raises(NotAValue) as refused:
        from_given(text, default)
    assert str(refused.value).startswith("is not ")
    assert len(shown(text)) < 70
    shown(text).encode()


@pytest.mark.parametrize(("text", "lacks"), [("Which?", "{id}"), ("Which {id}?", None), ("{ids} {id}", None)])
def test_a_text_keeps_the_placeholders_of_its_default(text: str, lacks: str | None) -> None:
    default = 'What is {id}? {"type": 1} {}'
    if lacks is None:
        assert from_given(text, default) == of_type(text, default) == text
        return
    for read in (from_given, of_type):
        with pytest.raises(NotAValue, match=f"needs the placeholder {lacks}"):
            read(text, default)


@pytest.mark.parametrize("text", ["[1e999]", "{'a': [1, 1e999]}", "[[" + "9" * 400 + "]]", "['\udcff']"])
def test_absurd_values_in_lists_and_mappings_are_refused_too(text: str) -> None:
    with pytest.raises(NotAValue, match=r"is not (a|valid) "):
        from_given(text, None)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("2.5", 2.5),
        ("amy", "amy"),
        ("None", None),
        ("~", None),
        ("true", True),
        ("False", False),
        ("[1, 'b']", [1, "b"]),
        ("{'a': 1}", {"a": 1}),
        ("(1, 2)", [1, 2]),
        ("12:30:45", "12:30:45"),
        ("", ""),
    ],
)
def test_a_default_of_none_takes_any_value(text: str, value: Value) -> None:
    found = from_given(text, None)
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize("text", ["{1, 2}", "b'x'", "1j", "...", "{1: 2}"])
def test_a_literal_that_json_does_not_have_is_refused(text: str) -> None:
    with pytest.raises(NotAValue):
        from_given(text, None)


@pytest.mark.parametrize("default", [{1}, b"x", 1j])
def test_a_default_of_a_type_that_no_file_can_hold_cannot_be_set(default: object) -> None:
    with pytest.raises(NotAValue, match="cannot be set: its default is a"):
        from_given("1", default)


def test_a_tuple_stays_one_also_from_a_file() -> None:
    assert from_given("(5, 6)", (1, 2)) == (5, 6)
    assert of_type(json.loads(json.dumps((5, 6))), (1, 2)) == (5, 6)


@pytest.mark.parametrize(
    ("value", "default"), [(True, 3), (3, True), ("3", 3), (3.0, 3), (None, 3), ([], {}), ({}, [])]
)
def test_a_value_of_another_type_is_refused(value: object, default: Value) -> None:
    with pytest.raises(NotAValue, match="is not "):
        of_type(value, default)


def test_nesting_has_an_end() -> None:
    deep: list[object] = []
    for _ in range(DEEPEST):
        deep = [deep]
    assert plain(deep) == deep
    with pytest.raises(NotAValue, match="nested more than"):
        plain([deep])


PLAIN = some.recursive(
    some.none()
    | some.booleans()
    | some.integers(-(2**1000), 2**1000)
    | some.floats(allow_nan=False, allow_infinity=False)
    | some.text(),
    lambda inner: some.lists(inner, max_size=4) | some.dictionaries(some.text(), inner, max_size=4),
    max_leaves=8,
)


@given(PLAIN)
def test_whatever_passes_is_strict_json_and_python_and_reads_back_as_the_same(value: Value) -> None:
    found = plain(value)
    text = json.dumps(found, allow_nan=False)
    assert plain(json.loads(text)) == found == ast.literal_eval(repr(found))
    text.encode()


@given(some.text(), some.sampled_from([3, 3.0, True, "x", None, [1], (1,), {}]))
def test_no_text_is_anything_but_a_value_or_a_sentence(text: str, default: Value) -> None:
    with suppress(NotAValue):  # which anything else is not
        value = from_given(text, default)
        assert default is None or type(value) is type(default)
        json.dumps(value, allow_nan=False).encode()


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("5,50", ["5", "50"]),
        ("[1,2],[3]", ["[1,2]", "[3]"]),
        ("[[1,2],[3]],[4]", ["[[1,2],[3]]", "[4]"]),
        ("{'a': 1, 'b': 2},(1, 2)", ["{'a': 1, 'b': 2}", "(1, 2)"]),
        ("'a,b',c", ["'a,b'", "c"]),
        ("['],', \"[\"],x", ["['],', \"[\"]", "x"]),
        ("don't,x,it's", ["don't", "x", "it's"]),
        ("[,x", ["[", "x"]),
        ("", [""]),
    ],
)
def test_a_separator_in_brackets_or_quotes_separates_nothing(text: str, parts: list[str]) -> None:
    assert split_outside(text, ",") == parts


def test_what_stands_in_quotes_is_marked_as_text() -> None:
    assert isinstance(unquoted("'5'"), Quoted)
    assert from_given(unquoted("'5'"), None) == "5"
    assert from_given(unquoted("5"), None) == 5
    assert [unquoted(text) for text in ("'", "'a' + 'b'")] == ["'", "'a' + 'b'"]
