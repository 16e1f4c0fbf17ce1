"""Whatever stands in a field of an event, no check crashes, and none makes more of it than of ``null``."""

import dataclasses
import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gp_lib.dialects import fields, golden_path
from gp_lib.dialects.visible import shows_something
from gp_lib.history import Event, History
from gp_lib.verdict import Check, Ruling
from tests.good_stories import Run, good_story
from tests.histories import tell, with_claims

from .judgements import NAMES, judged

GOOD = tell(good_story([Run("amy", "a", (("S3", "10.00", "1.00"),), invoice=True, filing=True)], seed=1)).history
IDS = ("event_id", "run_id", "thread_id", "user_id", "agent_name", "call_id", "tool_name", "message_id", "request_id")
TEXTS = ("delta", "result", "error", "reasoning")
ODD: Sequence[Any] = (
    True, False, 0, -1, 1.5, 1e300, 10**30, float("nan"), float("inf"), "", " \n", "\u200b", "None",
    "null", "yesterday",
    "7", "1767323045", "2026-01-02T03:04:05", "2026-13-45T99:99:99Z", [], {}, [None], [[]], {"text": None}, {"a": 1},
    [{"type": "text", "text": ""}], [{"type": "image"}], ["x", 1], {"type": {}}, "\ud83d", -(2**70),
)  # fmt: skip


def places(history: History) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every field of every kind of event, once: where such an event stands, and the way to the field."""
    seen = set()
    for index, event in history.indexed(Event):
        if event.actor != "amy":
            continue
        ways = [(name,) for name in event.body] + [("payload", name) for name in event.payload]
        for way in ways:
            if (event.type, way) not in seen:
                seen.add((event.type, way))
                yield index, way


PLACES = tuple(places(GOOD))


def changed(place: tuple[int, tuple[str, ...]], value: Any) -> History:
    """The good history with ``value`` in one field of one event, read as a tab reads it."""
    at, way = place
    event = GOOD[at]
    assert isinstance(event, Event)
    body = json.loads(event.frame)
    inner = body if len(way) == 1 else body["payload"]
    inner[way[-1]] = value
    said = golden_path.understand(frame := json.dumps(body))
    read = {name: getattr(said, name) for name in ("type", "run_id", "thread_id", "user_id", "seq", "server_time")}
    told = [*GOOD[:at], dataclasses.replace(event, frame=frame, **read), *GOOD[at + 1 :]]
    return with_claims(History(told, began=GOOD.began))


def all_judged(history: History) -> dict[str, Check]:
    return {name: judged(name, history) for name in NAMES}


def is_unreadable(field: str, value: Any) -> bool:
    """Whether nothing can be read from ``value`` in this field, by any standard."""
    if field == "seq":
        return fields.whole(value) is None
    if field in ("timestamp", "server_time"):
        return fields.moment(value) is None
    if field in IDS:
        return fields.identity(value) is None
    return field in TEXTS and not shows_something(fields.text(value) or "")


def crashed(checks: dict[str, Check]) -> dict[str, str]:
    return {name: check.message for name, check in checks.items() if "the check crashed" in check.message}


def anything() -> st.SearchStrategy[Any]:
    """Any value of JSON, and what Python's reader takes for some."""
    leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20)
    deep = st.recursive(leaves, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner))
    return st.sampled_from(ODD) | deep


@settings(max_examples=40, deadline=None, derandomize=True)
@given(place=st.sampled_from(PLACES), value=anything())
def test_no_value_in_any_field_crashes_a_check(place: tuple[int, tuple[str, ...]], value: Any) -> None:
    assert crashed(all_judged(changed(place, value))) == {}


NEEDED = tuple(place for place in PLACES if place[1][-1] in (*IDS, *TEXTS, "seq", "timestamp", "server_time"))


@pytest.mark.parametrize("place", NEEDED, ids=lambda place: f"{place[0]}-{'.'.join(place[1])}")
def test_what_cannot_be_read_is_worth_no_more_than_null_and_no_less(place: tuple[int, tuple[str, ...]]) -> None:
    """It never passes where ``null`` does not, and never fails where ``null`` does not: at worst it is unknown."""
    of_null = all_judged(changed(place, None))
    unreadable = [value for value in ODD if is_unreadable(place[1][-1], value)]
    assert unreadable
    for value in unreadable[place[0] % 5 :: 5]:
        found = all_judged(changed(place, value))
        assert crashed(found) == {}
        apart = {name: (repr(value), c.message) for name, c in found.items() if c.verdict not in _fair(of_null[name])}
        assert apart == {}


def _fair(of_null: Check) -> tuple[Ruling, Ruling]:
    return of_null.verdict, Ruling.UNKNOWN


def test_the_good_history_passes_before_anything_is_put_into_it() -> None:
    found = all_judged(changed(PLACES[0], json.loads(GOOD[PLACES[0][0]].frame)[PLACES[0][1][0]]))  # type: ignore[union-attr]
    assert sum(check.verdict is Ruling.PASS for check in found.values()) > len(NAMES) * 0.8
