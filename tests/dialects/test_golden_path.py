"""The default dialect: what is understood of a frame, and what is said."""

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_lib.dialects import golden_path
from gp_lib.dialects.golden_path import MALFORMED, Spoken, understand

FRAME: dict[str, Any] = {
    "type": "agent_started",
    "event_id": "e",
    "seq": 1,
    "run_id": "r",
    "thread_id": "t",
    "user_id": "u",
    "agent_name": "supervisor",
    "timestamp": "2026-11-22T06:48:20.000001Z",
    "payload": {"x": 1},
}


def spoken(**changes: Any) -> Spoken:
    return understand(json.dumps({**FRAME, **changes}))


def test_a_complete_event_is_understood() -> None:
    time = "2026-11-22T06:48:20.000001Z"
    assert spoken() == Spoken("agent_started", "r", "t", "u", 1, time, {"x": 1}, "supervisor")


def test_an_event_is_respelled_in_the_named_fields_only() -> None:
    changed = golden_path.respelled(json.dumps(FRAME), run_id="other", seq=7)
    assert json.loads(changed) == {**FRAME, "run_id": "other", "seq": 7}


def test_an_event_with_half_a_character_can_be_sent_when_it_is_respelled() -> None:
    changed = golden_path.respelled(json.dumps({**FRAME, "payload": {"delta": "half \ud83d"}}), run_id="other")
    assert json.loads(changed.encode())["payload"] == {"delta": "half \ud83d"}


def test_a_welcome_tells_the_servers_time_in_another_field() -> None:
    frame = '{"type": "connection_established", "user_id": "u", "server_time": "now"}'
    assert understand(frame).server_time == "now"


@pytest.mark.parametrize(
    "frame", ["", "hello", "[]", "7", "null", "{}", '{"type": 7}', '{"type": null}', "{", "[" * 100_000]
)
def test_a_frame_that_makes_no_sense_is_malformed_and_no_error(frame: str) -> None:
    assert understand(frame).type == MALFORMED


@pytest.mark.parametrize("field", ["run_id", "thread_id", "user_id", "agent_name"])
@pytest.mark.parametrize("nonsense", [1.5, ["r"], {"r": 1}, True, "", " ", "\u200b"])
def test_an_id_that_is_neither_a_text_nor_a_whole_number_is_none(field: str, nonsense: object) -> None:
    said = spoken(**{field: nonsense})
    assert getattr(said, field) is None


@pytest.mark.parametrize("nonsense", [7, ["r"], {"r": 1}, True])
def test_a_time_that_is_not_a_text_is_none(nonsense: object) -> None:
    assert spoken(timestamp=nonsense).server_time is None


@pytest.mark.parametrize("number", [7, 7.0])
def test_an_id_that_is_a_whole_number_is_spelt_in_digits(number: object) -> None:
    assert spoken(run_id=number).run_id == "7"


@pytest.mark.parametrize("nonsense", ["1", 1.5, True, None, [1], float("nan"), 2**64])
def test_a_seq_that_is_no_whole_number_is_none(nonsense: object) -> None:
    assert spoken(seq=nonsense).seq is None


def test_a_seq_may_be_written_with_a_point() -> None:
    assert spoken(seq=2.0).seq == 2


def test_a_payload_that_is_no_object_is_empty() -> None:
    assert spoken(payload=[1, 2]).payload == {}


@settings(deadline=None, max_examples=100, derandomize=True)
@given(st.text() | st.recursive(st.none() | st.booleans() | st.floats() | st.text(), st.lists).map(json.dumps))
def test_whatever_comes_is_understood_somehow(frame: str) -> None:
    assert isinstance(understand(frame).type, str)


def test_a_question_without_a_thread_names_none() -> None:
    assert golden_path.user_message("why?", message_id="m") == {
        "type": "user_message",
        "payload": {"content": "why?", "message_id": "m"},
    }


def test_a_question_may_name_a_thread_and_references() -> None:
    payload = golden_path.user_message("why?", message_id="m", thread_id="t", references=("a", "b"))["payload"]
    assert payload == {"content": "why?", "message_id": "m", "thread_id": "t", "references": ["a", "b"]}


def test_the_other_messages_are_spelt_as_the_contract_says() -> None:
    assert golden_path.resume("r", 3) == {"type": "resume", "payload": {"run_id": "r", "last_seq": 3}}
    assert golden_path.cancel("r") == {"type": "cancel", "payload": {"run_id": "r"}}
    assert golden_path.ping() == {"type": "ping"}
