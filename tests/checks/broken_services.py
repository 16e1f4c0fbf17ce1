"""Ways of breaking what is around a run: parts, stores, the door, delivery, time, and who sees what."""

import re

from gp_lib import contract
from tests.good_stories import delay, drop, events, mark, repeat, reword, where
from tests.story_lines import Breaking, Lines

from .broken_runs import DONE

# Each takes the lines that were told, t, and a source of chance, c.
WAYS: dict[str, tuple[str, Breaking]] = {
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


def _lacking(lines: Lines, field: str) -> Lines:
    return mark(lines, where(lines, "amy welcomed")[0], f"lacks={field}")
