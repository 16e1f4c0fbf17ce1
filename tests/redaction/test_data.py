"""Data keep their shape: keys, numbers and our words stay, whatever somebody's password is; and JSON is strict."""

import json
import math
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_lib.redaction.data import DataCleaner, strict_json
from gp_lib.redaction.known import is_weak
from gp_lib.redaction.redactor import MARK, Redactor

WEAK = (
    "postgres",
    "100000",
    "source",
    "true",
    "a",
    "pass",
    "verdict",
    "null",
    "agent_started",
    "password",
    "1",
    "unknown",
)
RECORD = {
    "kind": "event",
    "type": "agent_started",
    "source": "postgres",
    "verdict": "pass",
    "received_s": 100000.5,
    "seq": 100000,
    "ok": True,
    "frame": json.dumps(
        {"type": "agent_started", "a": True, "seq": 100000, "payload": {"source": "postgres is a source"}}
    ),
}


def cleaner(*secrets: str) -> DataCleaner:
    redactor = Redactor()
    for secret in secrets:
        redactor.know(secret, "password")
    return DataCleaner(redactor)


@pytest.mark.parametrize("password", WEAK)
def test_a_weak_password_changes_nothing_but_where_it_stands_as_one(password: str) -> None:
    clean = cleaner(password)
    assert json.loads(clean.as_json(RECORD)) == RECORD
    shown = clean.as_json(
        {"password": password, "url": f"postgres://app:{password}@db/x", "text": f"DB_PASSWORD={password}"}
    )
    told = json.loads(shown)
    assert MARK.fullmatch(told["password"])
    assert MARK.sub("M", told["url"]) == "postgres://app:M@db/x"
    assert MARK.sub("M", told["text"]) == "DB_PASSWORD=M"


@pytest.mark.parametrize("password", WEAK)
def test_weak_passwords_are_known_as_such(password: str) -> None:
    assert is_weak(password)


@pytest.mark.parametrize(
    "password", ["tr0ub4dor", "correct-horse-battery", "hunter2hunter", "0123456789abcdef", "p!ssword"]
)
def test_others_are_not(password: str) -> None:
    assert not is_weak(password)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=12,
)


@settings(deadline=None)
@given(JSON, st.text(min_size=1, max_size=12))
def test_any_secret_in_any_data_leaves_its_shape(data: Any, secret: str) -> None:
    def shape(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: shape(inner) for key, inner in value.items()}
        if isinstance(value, list):
            return [shape(inner) for inner in value]
        return str if isinstance(value, str) else value

    again = json.loads(cleaner(secret).as_json({"data": data, "text": f"x {secret} y", "secret": secret}))
    assert shape(again["data"]) == shape(data)
    assert secret not in MARK.sub("", again["secret"])


def test_a_secret_in_a_frame_is_taken_out_of_its_values_and_the_frame_stays_one() -> None:
    frame = json.dumps({"type": "x", "seq": 3, "payload": {"delta": 'so: "tr0ub4dor\\é'}}, separators=(",", ":"))
    cleaned = json.loads(cleaner('"tr0ub4dor\\é').as_json({"frame": frame}))["frame"]
    assert MARK.sub("M", json.loads(cleaned)["payload"]["delta"]) == "so: M"
    assert json.loads(cleaned)["seq"] == 3


def test_a_token_that_is_a_key_is_taken_out() -> None:
    token = "gh" + "p_" + "Ab3dEf6hIj9kLmN0pQrStUvWxYz123456789"
    assert token not in cleaner().as_json({token: 1, "list": [{token: token}]})


def test_json_is_strict() -> None:
    data = {"a": math.nan, "b": [math.inf, -math.inf, 1.5], "c": {1: 2}}
    told = json.loads(strict_json(data), parse_constant=lambda word: pytest.fail(word))
    assert told == {"a": "NaN", "b": ["Infinity", "-Infinity", 1.5], "c": {"1": 2}}
    assert json.loads(cleaner().as_json(data)) == told
