"""The sabotage of events on the wire that checks should notice, written down before it was run.

It needs nothing of the platform but that it speaks the dialect, so it proves scenarios on any target.
"""

from gp_lib import contract
from gp_lib.faults import (
    CorruptSeq,
    DelayEvent,
    DropEvent,
    HoldEvents,
    InjectForeign,
    ReaddressEvent,
    RepeatEvent,
    Rule,
    SwapEvents,
    TruncateEvent,
)
from gp_lib.runner.prove.variants import Variant

A1, A3, A4 = "a1_isolated_contexts", "a3_events_in_real_time", "a4_tools_end_to_end"
D3 = "d3_events_only_after_commit"
W2, W3, W4 = "w2_all_five_events_delivered", "w3_no_cross_user_events", "w4_sequence_integrity"

STARTED, THINKING = contract.AGENT_STARTED, contract.AGENT_THINKING
EXECUTING, COMPLETED = contract.TOOL_EXECUTING, contract.TOOL_COMPLETED

LATE_S = 3.5
"""Half a second more than the longest silence that the catalogue allows within a run."""

TABLE: tuple[tuple[str, str, Rule, dict[str, str]], ...] = (
    (
        "X01",
        "One event of each run is lost.",
        DropEvent(kth=4),
        {W4: "gap_free_sequence", W2: "received_equals_stored", D3: "stored_events_arrive"},
    ),
    (
        "X02",
        "No thought ever arrives.",
        DropEvent(event=THINKING),
        {A3: "all_five_event_types", W2: "all_five_event_types", W4: "deltas_equal_result"},
    ),
    ("X03", "The first tool never completes.", DropEvent(event=COMPLETED, kth=1), {A4: "every_tool_call_completed"}),
    ("X04", "No tool is ever announced.", DropEvent(event=EXECUTING), {A4: "enough_tools_run"}),
    ("X05", "No run is ever announced.", DropEvent(event=STARTED, kth=1), {W4: "every_question_starts_a_run"}),
    ("X06", "No run ever ends.", DropEvent(terminal=True), {W4: "one_terminal_event"}),
    ("X07", "One event of each run comes twice.", RepeatEvent(kth=4), {W4: "gap_free_sequence"}),
    ("X08", "Every run ends twice.", RepeatEvent(terminal=True), {W4: "one_terminal_event"}),
    ("X09", "A run is announced after its first event.", SwapEvents(event=STARTED, kth=1), {W4: "starts_first"}),
    ("X10", "Two events change places.", SwapEvents(event=EXECUTING, kth=1), {W4: "gap_free_sequence"}),
    (
        "X11",
        "The agent seems to fall silent in the middle of a thought.",
        DelayEvent(event=THINKING, kth=2, delay_s=LATE_S),
        {W4: "gaps_within", A3: "gaps_within"},
    ),
    ("X12", "Everything arrives at the end.", HoldEvents(), {A3: "streamed_not_batched"}),
    (
        "X13",
        "Tools complete after the run has ended.",
        HoldEvents(event=COMPLETED, until="behind"),
        {W4: "tools_inside_run"},
    ),
    (
        "X14",
        "Thoughts come last.",
        HoldEvents(event=THINKING, until="behind"),
        {W4: "nothing_after_terminal"},
    ),
    ("X15", "One event of each run has a wrong number.", CorruptSeq(kth=4), {W4: "gap_free_sequence"}),
    (
        "X16",
        "One event of each run names another user.",
        ReaddressEvent(address="user", kth=4),
        {W3: "nobody_else_gets_anything", A1: "events_carry_the_ids_of_their_run"},
    ),
    (
        "X17",
        "One event of a run names another.",
        ReaddressEvent(address="run", kth=4),
        {W4: "gap_free_sequence"},
    ),
    (
        "X18",
        "One event of each run names another thread.",
        ReaddressEvent(address="thread", kth=4),
        {W2: "events_in_their_own_thread", A1: "events_carry_the_ids_of_their_run"},
    ),
    (
        "X19",
        "Somebody else's event comes along.",
        InjectForeign(kth=4),
        {W3: "nobody_else_gets_anything", W4: "gap_free_sequence"},
    ),
    ("X20", "One event of each run is cut in half.", TruncateEvent(kth=4), {W4: "gap_free_sequence"}),
)
"""Id, story, rule, and the check that is expected to notice by scenario."""


def sabotage() -> list[Variant]:
    """All of the table."""
    return [Variant(name, "sabotage", story, killers, rule) for name, story, rule, killers in TABLE]
