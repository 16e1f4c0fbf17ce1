"""What one field says: a text, an id, a number, a moment, or nothing; by the standards, and not by Python's taste."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_lib.dialects import fields

HALF_PAST = datetime(2026, 1, 2, 3, 4, 5, 500_000, tzinfo=UTC)


@pytest.mark.parametrize(
    "stamp",
    [
        "2026-01-02T03:04:05.5Z",
        "2026-01-02t03:04:05.5z",
        "2026-01-02 03:04:05.500Z",
        "2026-01-02T03:04:05.500000000001Z",
        "2026-01-02T08:34:05.5+05:30",
        "2026-01-02T03:04:05.5-00:00",
    ],
)
def test_a_moment_is_read_in_every_form_that_rfc_3339_allows(stamp: str) -> None:
    assert fields.moment(stamp) == HALF_PAST


def test_a_leap_second_is_the_next_minutes_first() -> None:
    assert fields.moment("2016-12-31T23:59:60Z") == datetime(2017, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "nonsense",
    [
        None, True, 1767323045, 1767323045.5, "", "yesterday", "1767323045", "2026-01-02", "2026-01-02T03:04:05",
        "2026-02-30T00:00:00Z", "2026-01-02T24:00:00Z", "2026-01-02T03:04:05+99:00", "2026-01-02T03:04:05,5Z",
        "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:60Z", "0000-01-01T00:00:00Z", "２026-01-02T03:04:05Z", [], {},
    ],
)  # fmt: skip
def test_what_is_no_time_by_rfc_3339_is_no_moment(nonsense: object) -> None:
    assert fields.moment(nonsense) is None


@pytest.mark.parametrize(("value", "number"), [(1, 1), (1.0, 1), (1e3, 1000), (-2, -2), (0, 0)])
def test_a_whole_number_may_be_written_with_a_point_or_an_exponent(value: float, number: int) -> None:
    assert fields.whole(value) == number
    assert fields.number(value) == float(number)


@pytest.mark.parametrize("value", [True, "1", 1.5, float("nan"), float("inf"), 2**64, 10**400, 1e300, None, [1]])
def test_what_nothing_can_be_counted_with_is_no_whole_number(value: object) -> None:
    assert fields.whole(value) is None


@pytest.mark.parametrize("value", [False, "1", float("nan"), float("-inf"), 10**400, None, {}])
def test_what_cannot_be_calculated_with_is_no_number(value: object) -> None:
    assert fields.number(value) is None


@pytest.mark.parametrize(("value", "name"), [("a", "a"), (" a", " a"), (7, "7"), (7.0, "7"), (0, "0")])
def test_an_id_is_a_text_or_a_whole_number(value: object, name: str) -> None:
    assert fields.identity(value) == name


@pytest.mark.parametrize("value", [None, True, False, "", " \t", "\u200b", "\u3164", 1.5, [], ["a"], {"id": "a"}])
def test_what_names_nothing_is_no_id(value: object) -> None:
    assert fields.identity(value) is None


BLOCKS: dict[str, tuple[Any, str]] = {
    "OpenAI chat": ([{"type": "text", "text": "a"}, {"type": "image_url", "image_url": {}}], "a"),
    "OpenAI refusal": ({"role": "assistant", "content": None, "refusal": "I will not"}, ""),
    "OpenAI response": ([{"type": "message", "content": [{"type": "output_text", "text": "a"}]}], "a"),
    "OpenAI reasoning": ([{"type": "reasoning", "summary": [{"type": "summary_text", "text": "hm"}]}], ""),
    "OpenAI choices": ({"choices": [{"message": {"content": "a"}}]}, "a"),
    "OpenAI assistants": ([{"type": "text", "text": {"value": "a", "annotations": []}}], "a"),
    "Anthropic": ([{"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "a"}], "a"),
    "Anthropic delta": ({"type": "content_block_delta", "delta": {"type": "text_delta", "text": "a"}}, "a"),
    "Anthropic thought": ({"type": "thinking_delta", "thinking": "hm"}, ""),
    "Gemini": ({"parts": [{"text": "hm", "thought": True}, {"text": "a"}]}, "a"),
    "MCP": ({"content": [{"type": "text", "text": "a"}], "isError": False}, "a"),
    "A2A": ({"kind": "message", "parts": [{"kind": "text", "text": "a"}]}, "a"),
    "LangChain": ({"type": "ai", "content": "a"}, "a"),
    "pieces": ([{"type": "text", "text": "Save "}, "5 ", {"text": "USD."}], "Save 5 USD."),
    "an empty list": ([], ""),
    "an empty object": ({}, ""),
    "an empty block": ([{"type": "text", "text": ""}], ""),
    "a block of null": ([{"type": "text", "text": None}], ""),
    "a block without a text": ([{"type": "text"}], ""),
    "nulls": ([None, None], ""),
}


@pytest.mark.parametrize("form", BLOCKS)
def test_content_blocks_of_the_usual_formats_are_read_as_what_they_show(form: str) -> None:
    value, text = BLOCKS[form]
    assert fields.text(value) == text


@pytest.mark.parametrize("value", [None, True, 0, 5, 1.5, float("nan"), {"a": 1}, [5], {"text": 5}])
def test_what_is_no_text_is_none_and_not_the_text_of_python(value: object) -> None:
    assert fields.text(value) is None


def test_a_text_is_kept_to_the_character() -> None:
    assert fields.text(" None\u200b\n") == " None\u200b\n"


def test_blocks_that_are_nested_without_end_are_not_followed_without_end() -> None:
    deep: Any = "a"
    for _ in range(5000):
        deep = [deep]
    assert fields.text(deep) is None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["type", "text", "content", "a"]), inner),
)


@settings(max_examples=200, deadline=None, derandomize=True)
@given(VALUES)
def test_whatever_stands_in_a_field_is_read_somehow(value: Any) -> None:
    for read in (fields.text, fields.identity, fields.whole, fields.number, fields.moment, fields.shown):
        read(value)
