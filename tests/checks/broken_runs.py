"""Ways of breaking what a run tells: its order, its end, its tools, its answer."""

import random
import re
from decimal import Decimal

from tests.good_stories import cut_off, drop, events, mark, move, repeat, reword, swap, where
from tests.story_lines import Breaking, Lines

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
}
"""Each way, with the check that must catch it."""


def _never_announced(lines: Lines) -> Lines:
    told = set(events(lines, "a"))
    silent = [line for index, line in enumerate(lines) if index not in told]
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
    gone = (set(where(lines, "#")) - set(where(lines, calls))) & set(events(lines, "a"))
    return [line for index, line in enumerate(lines) if index not in gone]
