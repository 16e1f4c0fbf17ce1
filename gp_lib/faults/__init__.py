"""Faults on the wire and to processes, and the log of what they touched.

``Faults`` is what a scenario holds; rules say what happens on the wire; ``Proxy`` carries them out in the process
that owns the stack, which takes its orders through ``ControlServer``.
"""

from gp_lib.faults.control import Control, ControlServer, Handler, fault_handlers
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
from gp_lib.faults.proxy import Proxy
from gp_lib.faults.rule_form import rule_from_json, rule_to_json
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
from gp_lib.faults.strikes import FaultLog, Faults, Strike
from gp_lib.faults.touched import Touched

__all__ = [
    "Bandwidth",
    "BlackHole",
    "Control",
    "ControlServer",
    "CorruptSeq",
    "CutAtByte",
    "CutAtCommit",
    "CutInFrame",
    "DelayEvent",
    "DropEvent",
    "FaultLog",
    "Faults",
    "Handler",
    "Hang",
    "HoldEvents",
    "InjectForeign",
    "Latency",
    "Proxy",
    "ReaddressEvent",
    "Refuse",
    "RepeatEvent",
    "Reset",
    "Rule",
    "Stall",
    "StallAtFrame",
    "StallCommit",
    "Strike",
    "SwapEvents",
    "Touched",
    "TruncateEvent",
    "fault_handlers",
    "rule_from_json",
    "rule_to_json",
]
