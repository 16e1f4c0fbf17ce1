"""Rules as data: every one survives JSON, and nonsense is refused."""

import json
from dataclasses import fields
from typing import Any

import pytest

from gp_lib.errors import SettingsError
from gp_lib.faults.event_rules import (
    CorruptSeq,
    DelayEvent,
    DropEvent,
    HoldEvents,
    InjectForeign,
    ReaddressEvent,
    RepeatEvent,
    SwapEvents,
    TruncateEvent,
)
from gp_lib.faults.rule_form import KINDS, rule_from_json, rule_to_json
from gp_lib.faults.rules import (
    Bandwidth,
    BlackHole,
    CutAtByte,
    CutAtCommit,
    CutInFrame,
    Hang,
    Latency,
    Refuse,
    Reset,
    Rule,
    Stall,
    StallAtFrame,
    StallCommit,
)

EXAMPLES: list[Rule] = [
    Refuse(),
    Refuse(answer="closed", drop_live=False),
    Hang(times=2, nth=3),
    Reset(after_bytes=10, direction="up"),
    Stall(direction="down", client_port=4711),
    BlackHole(head_contains="user-b"),
    Latency(delay_s=0.1, jitter_s=0.02, direction="down"),
    Bandwidth(bytes_per_s=1e6),
    CutAtByte(direction="down", n=10, how="close", times=None),
    CutInFrame(frame=3, part="header", skip=1),
    StallAtFrame(frame=2, times=None),
    StallCommit(side="answer", hold_s=1.5, matching="insert into events"),
    StallCommit(side="request", hold_s=None, times=None, hang_up=True),
    CutAtCommit(side="request", matching="x", skip=2),
    DropEvent(terminal=True),
    RepeatEvent(event="agent_thinking"),
    SwapEvents(kth=2),
    DelayEvent(delay_s=0.5),
    ReaddressEvent(address="run", kth=3, times=1),
    CorruptSeq(by=-1),
    InjectForeign(),
    HoldEvents(until="behind"),
    TruncateEvent(),
]


@pytest.mark.parametrize("rule", EXAMPLES, ids=repr)
def test_a_rule_survives_json(rule: Rule) -> None:
    assert rule_from_json(json.loads(json.dumps(rule_to_json(rule)))) == rule


def test_every_kind_has_an_example() -> None:
    assert {type(rule).__name__ for rule in EXAMPLES} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS.keys())
def test_every_rule_says_what_it_models_and_what_it_does_not(kind: type[Rule]) -> None:
    text = " ".join((kind.__doc__ or "").split())
    assert "Models " in text
    assert "Does not model " in text
    inherited = " ".join(" ".join(base.__doc__ or "" for base in kind.__mro__).split())
    assert all(f"``{field.name}" in inherited for field in fields(kind) if field.name != "direction")


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({}, "rule.kind"),
        ({"kind": "Rule"}, "rule.kind"),
        ({"kind": "Stall", "colour": 1}, "Stall.colour"),
        ({"kind": "Stall", "direction": "sideways"}, "Stall.direction"),
        ({"kind": "Stall", "times": 0}, "Stall.times"),
        ({"kind": "Stall", "times": "1"}, "Stall.times"),
        ({"kind": "Stall", "skip": -1}, "Stall.skip"),
        ({"kind": "Stall", "nth": 0}, "Stall.nth"),
        ({"kind": "Stall", "head_contains": ""}, "Stall.head_contains"),
        ({"kind": "Hang", "head_contains": "x"}, "Hang.head_contains"),
        ({"kind": "Refuse", "head_contains": "x"}, "Refuse.head_contains"),
        ({"kind": "Refuse", "answer": "closed", "nth": 1}, "Refuse.answer"),
        ({"kind": "Reset", "after_bytes": -1}, "Reset.after_bytes"),
        ({"kind": "Latency"}, "Latency.delay_s"),
        ({"kind": "Latency", "delay_s": -1.0, "jitter_s": 2.0}, "Latency.delay_s"),
        ({"kind": "Latency", "jitter_s": -1.0, "delay_s": 2.0}, "Latency.jitter_s"),
        ({"kind": "Bandwidth", "bytes_per_s": 0}, "Bandwidth.bytes_per_s"),
        ({"kind": "CutAtByte", "direction": "up"}, "CutAtByte.n"),
        ({"kind": "CutAtByte", "direction": "both", "n": 1}, "CutAtByte.direction"),
        ({"kind": "CutAtByte", "direction": "up", "n": 0}, "CutAtByte.n"),
        ({"kind": "CutInFrame", "frame": 0, "part": "header"}, "CutInFrame.frame"),
        ({"kind": "StallCommit", "side": "answer"}, "StallCommit.hold_s"),
        ({"kind": "StallCommit", "side": "answer", "hold_s": 0}, "StallCommit.hold_s"),
        ({"kind": "CutAtCommit", "side": "answer", "matching": ""}, "CutAtCommit.matching"),
        ({"kind": "CutAtCommit", "side": "middle"}, "CutAtCommit.side"),
    ],
    ids=str,
)
def test_nonsense_is_refused_and_its_field_named(data: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError) as refused:
        rule_from_json(data)
    assert refused.value.variable == field
