import time

import pytest

from gp_lib.reference_platform.scripted_model.json_in_text import embedded_json, nested


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("nothing here", []),
        ('a {"b": 1} c [2, 3]', [{"b": 1}, [2, 3]]),
        ('```json\n[{"a": [1]}]\n```', [[{"a": [1]}]]),
        ("broken [1, 2 and {x} then [3]", [[3]]),
        ('{"text": "a } in a string"}', [{"text": "a } in a string"}]),
        ("[[[1]", [[1]]),
    ],
)
def test_outermost_values_are_found_in_order(text: str, values: list[object]) -> None:
    assert [found.value for found in embedded_json(text)] == values


def test_positions_point_at_the_value() -> None:
    text = 'see {"a": 1}.'
    (found,) = embedded_json(text)
    assert text[found.start : found.end] == '{"a": 1}'


@pytest.mark.parametrize(
    "hostile",
    ["[" * 200_000, '{"a":' * 40_000, "[{" * 100_000, ('{"a":' * 900 + "x ") * 40, '{"a":[' * 40_000, "[x" * 20_000],
)
def test_hostile_brackets_cost_little_time_and_hide_nothing_behind_them(hostile: str) -> None:
    begun_s = time.process_time()
    values = [found.value for found in embedded_json(f'{hostile} x {" " * 5_000} {{"b": 1}}')]
    assert time.process_time() - begun_s < 3.0
    assert values == [{"b": 1}]


def test_json_inside_a_string_is_opened() -> None:
    assert ("rows", [1]) in list(nested({"result": '{"rows": [1]}'}))
