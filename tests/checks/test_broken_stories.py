"""Every way of breaking a good story is caught by the check that is meant to catch it."""

import random
import re
from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import given, settings

from gp_lib import contract
from gp_lib.verdict import Ruling
from tests import good_databases, good_speed, good_tiers
from tests.good_stories import (
    Lines,
    cut_off,
    delay,
    drop,
    events,
    mark,
    move,
    repeat,
    reword,
    swap,
    where,
)
from tests.histories import tell

from .judgements import AT_LENGTH, judged
from .stories_at_random import EXAMPLES, chances, stories

Breaking = Callable[[Lines, random.Random], Lines]
DONE = r"(gets|fails) \S+#"
AMOUNT, OTHER_AMOUNT = r"S3=[\d.]+", "S3=0.77"

# Each takes the lines that were told, t, and a source of chance, c.
WAYS: dict[str, tuple[str, Breaking]] = {
    # lost, doubled, out of order
    "an event is dropped": ("gap_free_sequence", lambda t, c: drop(t, c.choice(events(t, "a")[:-1]))),
    "a dropped event is stored": ("stored_events_arrive", lambda t, c: drop(t, c.choice(events(t, "a")))),
    "the first event is dropped": ("starts_first", lambda t, _: drop(t, events(t, "a")[0])),
    "an event is repeated": ("gap_free_sequence", lambda t, c: repeat(t, c.choice(events(t, "a")))),
    "a stored event arrives twice": ("stored_events_arrive", lambda t, c: repeat(t, c.choice(events(t, "a")))),
    "two events are swapped": ("gap_free_sequence", lambda t, c: swap(t, *c.sample(events(t, "a"), 2))),
    "something comes before the start": ("starts_first", lambda t, _: swap(t, *events(t, "a")[:2])),
    # the end
    "the run is truncated": (
        "one_terminal_event",
        lambda t, c: cut_off(t, "a", c.choice(events(t, "a")[1:]), "in vain"),
    ),
    "the end is told twice": ("one_terminal_event", lambda t, _: repeat(t, events(t, "a")[-1])),
    "something is told after the end": (
        "nothing_after_terminal",
        lambda t, c: move(t, c.choice(events(t, "a")[1:-1]), behind=events(t, "a")[-1]),
    ),
    "a delta comes after the end": (
        "deltas_equal_result",
        lambda t, _: repeat(t, events(t, "a", "report says")[0], behind=events(t, "a")[-1]),
    ),
    "the whole run is lost": ("every_question_starts_a_run", lambda t, _: _never_announced(t)),
    # told to somebody else, or as something else's
    "an event is told to somebody else": (
        "gap_free_sequence",
        lambda t, c: reword(t, c.choice(events(t, "a")[:-1]), " amy ", " sam "),
    ),
    "an event is told of another run": (
        "gap_free_sequence",
        lambda t, c: reword(t, c.choice(events(t, "a")[:-1]), r" a(\d+) ", r" c\1 "),
    ),
    "an event carries another user": (
        "announced_events_are_stored",
        lambda t, c: mark(t, c.choice(events(t, "a")), "user=sam"),
    ),
    "an event carries a user whom nobody knows": (
        "announced_events_are_stored",
        lambda t, c: mark(t, c.choice(events(t, "a")), "user=x"),
    ),
    # all that there is to watch
    "no thought is told": ("all_five_event_types", lambda t, _: _without(t, "(thinks|says)")),
    "no call of a tool is told": ("all_five_event_types", lambda t, _: _without(t, "calls")),
    # tools
    "a result is dropped": ("every_tool_call_completed", lambda t, c: drop(t, c.choice(events(t, "a", DONE)))),
    "a call is dropped": ("every_tool_call_completed", lambda t, c: drop(t, c.choice(events(t, "a", "calls")))),
    "a result comes twice": ("every_tool_call_completed", lambda t, c: repeat(t, c.choice(events(t, "a", DONE)))),
    "a tool completes after the end": (
        "tools_inside_run",
        lambda t, c: move(t, c.choice(events(t, "a", DONE)), behind=events(t, "a")[-1]),
    ),
    "one tool waits for the other": (
        "tools_overlap",
        lambda t, _: move(t, events(t, "a", "calls util")[0], behind=events(t, "a", "gets cost")[0]),
    ),
    "all calls are of one tool": (
        "enough_tools_run",
        lambda t, _: [line.replace("utilization_by_service#", "cost_by_service#") for line in _only(t, "#[12]")],
    ),
    "a failure is told as a success": (
        "failing_tool_is_told",
        lambda t, _: reword(t, events(t, "a", "fails")[0], "fails (.*) there is none", r"gets \1 json []"),
    ),
    "a partial answer is told as complete": (
        "failing_tool_is_told",
        lambda t, _: reword(t, events(t, "a")[-1], "half-answers", "answers"),
    ),
    "a result is wrong": (
        "tool_results_equal_sql",
        lambda t, _: reword(t, events(t, "a", "gets cost")[0], AMOUNT, OTHER_AMOUNT),
    ),
    "the answer is about other costs": (
        "results_reach_the_answer",
        lambda t, _: reword(t, where(t, "cost_by_service amy")[0], AMOUNT, "S3=12345678.90"),
    ),
    "the answer differs from what was streamed": (
        "deltas_equal_result",
        lambda t, _: reword(t, events(t, "a")[-1], "save", "spend"),
    ),
    "the answer is empty": ("answer_is_not_empty", lambda t, _: reword(t, events(t, "a")[-1], '".*"', '""')),
    "a service is recommended that nobody has": (
        "recommendations_name_own_services",
        lambda t, _: reword(t, events(t, "a")[-1], "- S3:", "- S4:"),
    ),
    "an amount in the answer is off by a cent": (
        "amounts_equal_sql",
        lambda t, c: _off_by_a_cent(t, events(t, "a")[-1], "save ", c),
    ),
    "the total is off by a cent": (
        "amounts_equal_sql",
        lambda t, c: _off_by_a_cent(t, events(t, "a")[-1], "Total: ", c),
    ),
    "what was planted is not in the answer": (
        "planted_data_reaches_the_answer",
        lambda t, _: reword(t, where(t, "billed")[0], "S3", "S31"),
    ),
    "a delta is dropped": ("deltas_equal_result", lambda t, c: drop(t, c.choice(events(t, "a", "report says")))),
    "an effect happens twice": (
        "effect_happened_once",
        lambda t, _: reword(t, where(t, "file_saving amy")[0], "a#4", "a#4 a#5"),
    ),
    "an effect does not happen": (
        "effect_happened_once",
        lambda t, _: reword(t, where(t, "file_saving amy")[0], "a#4", ""),
    ),
    # a broken part
    "a fault leads to a success": (
        "no_success_is_claimed",
        lambda t, _: reword(t, where(t, "eve vb.* half-answers")[0], "half-answers", "answers"),
    ),
    "a partial answer does not say so": (
        "partial_answer_says_so",
        lambda t, _: reword(t, where(t, "eve vb.* half-answers")[0], "this is partial", "this is all"),
    ),
    "a fallback comes late": (
        "fallback_within_deadline",
        lambda t, _: delay(t, where(t, "eve vb.* half-answers")[0], 20.0),
    ),
    "a run dies with its connection": (
        "interrupted_runs_resume",
        lambda t, _: reword(t, where(t, "gus ve.* supervisor answers")[0], 'answers "yes"', "gives-up"),
    ),
    "somebody else gets less beside a fault": (
        "others_are_unaffected",
        lambda t, _: reword(t, where(t, "flo vc.* supervisor answers")[0], "answers", "half-answers"),
    ),
    "somebody else waits beside a fault": (
        "others_are_unaffected",
        lambda t, _: delay(t, where(t, "flo vc.* supervisor answers")[0], 20.0),
    ),
    "a fault that is healed goes on": (
        "runs_without_fault_complete",
        lambda t, _: reword(t, where(t, "eve vd.* supervisor answers")[0], "answers", "half-answers"),
    ),
    "an error carries a password": (
        "no_secret_in_any_frame",
        lambda t, _: reword(t, events(t, "a", "fails")[0], "there is none", "no postgres://app:pw1@db/x"),
    ),
    # the stores
    "an event has no row when it arrives": (
        "committed_when_announced",
        lambda t, c: reword(t, c.choice(where(t, "event_row a")), "found", "missing"),
    ),
    "an announced event is not stored": (
        "announced_events_are_stored",
        lambda t, c: reword(t, where(t, "stored_events amy")[0], rf" a{c.randint(1, 9)}(?= )", ""),
    ),
    "a stalled COMMIT is announced": (
        "nothing_announced_while_commit_stalled",
        lambda t, _: reword(t, where(t, "StallCommit")[0], r"hold_s=\S+", "hold_s=0.5]"),
    ),
    # the door
    "somebody with a valid token is kept out": (
        "valid_token_lets_in",
        lambda t, _: reword(t, where(t, "amy connected")[0], "header", "header, in vain"),
    ),
    "the welcome comes late": ("welcomed_within", lambda t, _: delay(t, where(t, "amy connected")[0], 361.0)),
    "the welcome lacks a field": (
        "welcome_is_complete",
        lambda t, c: _lacking(t, c.choice(contract.WELCOME_FIELDS[1:])),
    ),
    "two sockets get the same connection id": (
        "welcome_is_complete",
        lambda t, _: mark(t, where(t, "amy welcomed")[0], "id=id-of-zed/1"),
    ),
    "the subprotocol is not echoed": (
        "subprotocol_is_echoed",
        lambda t, _: reword(t, where(t, "echoed=yes")[0], "yes", "no"),
    ),
    "an expired token opens": (
        "expired_token_is_refused",
        lambda t, _: reword(t, where(t, "knocked expired")[0], ", in vain.*", ""),
    ),
    "a forged token opens": (
        "bad_token_is_refused",
        lambda t, _: reword(t, where(t, "knocked forged")[0], ", in vain.*", ""),
    ),
    "a stranger is turned away after the handshake": (
        "refused_before_any_frame",
        lambda t, c: reword(t, c.choice(where(t, "ned knocked")), "401", "1008"),
    ),
    "a stranger is welcomed before being turned away": (
        "refused_before_any_frame",
        lambda t, _: reword(t, where(t, "zed welcomed")[0], "zed", "ned"),
    ),
    # delivery, and what a bad network and bad input do
    "an event is lost on the last step": (
        "received_equals_stored",
        lambda t, c: drop(t, c.choice(events(t, "a"))),
    ),
    "an event of somebody else arrives": (
        "received_equals_stored",
        lambda t, c: reword(t, c.choice(events(t, "c")), r" \w+ c", " amy c"),
    ),
    "an event arrives twice": ("received_equals_stored", lambda t, c: repeat(t, c.choice(events(t, "a")))),
    "an event carries another thread": (
        "events_in_their_own_thread",
        lambda t, c: mark(t, c.choice(events(t, "a")), "thread=x"),
    ),
    "an event is missing after a cut": ("resumed_equals_clean", lambda t, c: drop(t, c.choice(events(t, "t")))),
    "an event is told again after a cut": ("resumed_equals_clean", lambda t, c: repeat(t, c.choice(events(t, "t")))),
    "bad input is answered with silence": ("bad_input_is_answered", lambda t, _: drop(t, where(t, "erred")[0])),
    "bad input is answered with another error": (
        "bad_input_is_answered",
        lambda t, _: reword(t, where(t, "erred")[0], r"erred \w+", "erred INTERNAL"),
    ),
    "nobody is served after bad input": ("bad_input_is_answered", lambda t, _: drop(t, where(t, "mia ponged")[0])),
    "too much is answered with silence": (
        "oversized_frame_is_refused",
        lambda t, _: reword(t, where(t, "sent-too-much")[0], r" \[closed=1009\]", ""),
    ),
    "nobody is served after too much": (
        "oversized_frame_is_refused",
        lambda t, _: drop(t, where(t, "max ponged")[0]),
    ),
    "a repeated message makes two runs": (
        "one_message_one_run",
        lambda t, _: reword(t, where(t, "stored_runs")[0], "kim k", "kim k l"),
    ),
    # time
    "an event takes long to be delivered": (
        "commit_to_delivery_within",
        lambda t, c: delay(t, c.choice(events(t, "a")), 6.0),
    ),
    "an event is held back": (
        "streamed_not_batched",
        lambda t, c: delay(t, c.choice(events(t, "a")), 6.0),
    ),
    "the run falls silent": ("gaps_within", lambda t, c: delay(t, c.choice(events(t, "a")), 11.0)),
    "the answer comes late": ("sequence_within", lambda t, c: delay(t, c.choice(events(t, "a")), 31.0)),
    "a tool is slow": ("tools_within", lambda t, c: delay(t, c.choice(events(t, "a", DONE)), 21.0)),
    "others wait for the slow reader": (
        "slow_reader_changes_nothing",
        lambda t, c: delay(t, c.choice(events(t, "a")), 6.0),
    ),
    "events take long to be received": (
        "event_latency_mean",
        lambda t, _: [re.sub(r"made=([\d.]+)", lambda at: f"made={float(at[1]) - 1:.4f}", line) for line in t],
    ),
    "a welcome takes long": (
        "connected_within",
        lambda t, _: reword(t, where(t, " connected")[0], r"^[\d.]+", "25.0000"),
    ),
    "the answer comes long after somebody meant to ask": (
        "answered_within",
        lambda t, c: delay(t, c.choice(events(t, "a")), 31.0),
    ),
    # isolation
    "two runs share a request id": (
        "contexts_share_nothing",
        lambda t, _: [re.sub(r" r-a$| r-a(?= )", " r-c", line) for line in t],
    ),
    "an event names another thread": (
        "events_carry_the_ids_of_their_run",
        lambda t, c: mark(t, c.choice(events(t, "a")[1:]), "thread=x"),
    ),
    "a run starts late": ("starts_within", lambda t, _: delay(t, events(t, "a")[0], 60.0)),
    "a context stays": (
        "live_contexts_return",
        lambda t, _: reword(t, where(t, "gauge gp_live_contexts 0")[-1], "0$", "1"),
    ),
    "an event reaches somebody else": (
        "nobody_else_gets_anything",
        lambda t, c: reword(t, c.choice(events(t, "a")), " amy ", " sam "),
    ),
    "a canary flies to somebody else": (
        "canaries_stay_with_their_owner",
        lambda t, c: reword(t, c.choice(events(t, "c", "thinks")), "find out", "find canary-amy-a out"),
    ),
    "somebody else is let in": (
        "strangers_are_refused",
        lambda t, _: reword(t, where(t, "other foreign")[0], "404", "200"),
    ),
    "a refusal tells that something exists": (
        "foreign_ids_answer_like_unknown_ones",
        lambda t, _: reword(t, where(t, "other foreign")[0], "404", "403"),
    ),
}
"""Each way, with the check that must catch it."""

for also in (good_databases, good_speed, good_tiers):
    WAYS |= also.ways(lambda t, which, pattern, new: reword(t, where(t, which)[0], pattern, new))

NEVER_FAIL = {"acted_to_the_end", "every_fault_struck", "generator_kept_pace", "load_is_shared"}
"""What they look at can only take away the certainty: they are unknown at worst."""


def _lacking(lines: Lines, field: str) -> Lines:
    return mark(lines, where(lines, "amy welcomed")[0], f"lacks={field}")


def _never_announced(lines: Lines) -> Lines:
    silent = [line for index, line in enumerate(lines) if index not in events(lines, "a")]
    return reword(silent, where(silent, "asked a$")[0], " a$", ", in vain")


def _off_by_a_cent(lines: Lines, at: int, before: str, chance: random.Random) -> Lines:
    found = chance.choice(list(re.finditer(rf"(?<={before})[\d.]+", lines[at])))
    other = Decimal(found[0]) + chance.choice((Decimal("0.01"), Decimal("-0.01")))
    return [*lines[:at], lines[at][: found.start()] + str(other) + lines[at][found.end() :], *lines[at + 1 :]]


def _without(lines: Lines, words: str) -> Lines:
    gone = events(lines, "a", words)
    return [line for index, line in enumerate(lines) if index not in gone]


def _only(lines: Lines, calls: str) -> Lines:
    """Without the tool events whose call is none of ``calls``."""
    other = set(where(lines, "#")) - set(where(lines, calls))
    return [line for index, line in enumerate(lines) if index not in other & set(events(lines, "a"))]


@pytest.mark.parametrize("way", WAYS)
@settings(max_examples=EXAMPLES, deadline=None, derandomize=True)
@given(lines=stories(), chance=chances())
def test_what_breaks_a_promise_is_caught(way: str, lines: Lines, chance: int) -> None:
    name, breaking = WAYS[way]
    found = judged(name, tell(breaking(lines, random.Random(chance))).history)
    assert found.verdict is Ruling.FAIL, found.message
    assert found.witnesses


def test_every_check_catches_at_least_one_way_of_breaking_a_story() -> None:
    assert {name for name, _ in WAYS.values()} == set(AT_LENGTH) - NEVER_FAIL
