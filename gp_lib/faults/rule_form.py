"""Rules as JSON: how they travel to the process that holds the proxies."""

import json
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from pydantic import TypeAdapter, ValidationError

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

KINDS: Mapping[str, type[Rule]] = {
    kind.__name__: kind
    for kind in (
        Refuse, Hang, Reset, Stall, BlackHole, Latency, Bandwidth, CutAtByte, CutInFrame, StallAtFrame,
        StallCommit, CutAtCommit,
        DropEvent, RepeatEvent, SwapEvents, DelayEvent, ReaddressEvent, CorruptSeq, InjectForeign, HoldEvents,
        TruncateEvent,
    )
}  # fmt: skip


def rule_to_json(rule: Rule) -> dict[str, Any]:
    """The rule as a JSON object: its ``kind`` and every field."""
    return {"kind": type(rule).__name__, **asdict(rule)}


def rule_from_json(data: Mapping[str, Any]) -> Rule:
    """The rule that :func:`rule_to_json` wrote.

    Raises:
        SettingsError: the kind or a field is unknown, missing, of the wrong type, or makes no sense.
    """
    kind = KINDS.get(str(data.get("kind")))
    if kind is None:
        raise SettingsError("rule.kind", f"{data.get('kind')!r} is none of {', '.join(KINDS)}")
    values = {name: value for name, value in data.items() if name != "kind"}
    if unknown := sorted(values.keys() - {field.name for field in fields(kind)}):
        raise SettingsError(f"{kind.__name__}.{unknown[0]}", "is not a field of this rule")
    try:
        return TypeAdapter(kind).validate_json(json.dumps(values), strict=True)
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join([kind.__name__, *map(str, first["loc"])])
        raise SettingsError(where, first["msg"]) from None
