"""What the database and the REST side say after a good story, and each way of breaking that."""

from collections import Counter
from collections.abc import Iterator, Mapping

from tests.story_lines import Breaking, Lines, Reword

NEXT_USER, REFUSED = "nia", "dan"


def database_lines(owners: Mapping[str, str], events: Counter[str], filing: Mapping[str, int]) -> Iterator[str]:
    """Lines for the runs in ``owners`` (run: who), with the number of their ``events`` and of effects by ``filing``."""
    runs = {who: [run for run in owners if owners[run] == who] for who in dict.fromkeys(owners.values())}
    for who, own in runs.items():
        yield f"server sees {who} threads={who}:{len(own)} runs={who}:{len(own)}"
        yield f"server row_counts {who} {_counts(own, events, filing)}"
        yield from (f"server unit_{what} {who} {' '.join(own)}" for what in ("runs", "threads", "messages"))
        yield from (f"{who} read /threads/{run}/messages {run}" for run in own)
    yield "server sees nobody threads= runs="
    for _ in range(2):
        yield from (f"{who} read /threads {' '.join(own)}" for who, own in runs.items())
        yield from (f"{who} read /usage {_counts(own, events, filing)}" for who, own in runs.items())
    yield f"{REFUSED} welcomed"
    yield from (f"server unit_{what} {REFUSED}" for what in ("runs", "threads", "messages"))
    yield f"postgres stored_events {REFUSED}"
    yield f"{NEXT_USER} read /usage"


def early_lines() -> Lines:
    """What was counted at the very beginning, while everybody was asking."""
    return [
        "0.0010 server sessions 4/2",
        "0.0015 server opened 0.0200",
        f"0.0030 {REFUSED} submitted zz, refused [since=0.0020]",
        "0.0040 server sessions 4/1",
    ]


def _counts(own: Lines, events: Counter[str], filing: Mapping[str, int]) -> str:
    counts = {
        "threads": len(own),
        "messages": 2 * len(own),
        "events": sum(events[run] for run in own),
        "saving_actions": sum(filing.get(run, 0) for run in own),
    }
    return " ".join(f"{table}={count}" for table, count in counts.items())


def ways(change: Reword) -> dict[str, tuple[str, Breaking]]:
    """Each way, with the check that must catch it; ``change(lines, which, pattern, new)`` rewords one line."""
    return {
        "a question ends in an error": (
            "everybody_was_answered",
            lambda t, _: change(t, " a.* half-answers ", r"half-answers .*(?= \[)", "gives-up"),
        ),
        "the pool grows beyond its limit": (
            "sessions_within_pool",
            lambda t, _: change(t, "sessions 4/2", "4/", "14/"),
        ),
        "a session opens slowly": ("sessions_open_within", lambda t, _: change(t, "server opened", "0.0200", "9.0000")),
        "a session is refused": ("sessions_open_within", lambda t, _: change(t, "server opened", "$", ", refused")),
        "a session is lost": ("sessions_return_to_start", lambda t, _: change(t, "sessions 4/1", "4/", "5/")),
        "somebody else's row is visible": (
            "foreign_rows_are_invisible",
            lambda t, c: change(t, "sees amy", rf"{c.choice(['threads', 'runs'])}=", r"\g<0>sam:1,"),
        ),
        "a row is visible to nobody": (
            "nothing_is_visible_without_a_user",
            lambda t, c: change(t, "sees nobody", rf"{c.choice(['threads', 'runs'])}=", r"\g<0>amy:1"),
        ),
        "a list shows somebody else's thread": (
            "no_user_is_carried_over",
            lambda t, _: change(t, "amy read /threads a", "threads a", "threads a x"),
        ),
        "a list is somebody else's": (
            "no_user_is_carried_over",
            lambda t, _: change(t, "amy read /threads a", "threads a", "threads x"),
        ),
        "a count is not one's own": (
            "aggregates_count_own_rows",
            lambda t, c: change(t, "amy read /usage", rf"{c.choice(['threads', 'messages', 'events'])}=", r"\g<0>7"),
        ),
        "a text is stored otherwise": (
            "texts_survive",
            lambda t, _: change(t, "unit_messages amy", "amy a", "amy a=oops"),
        ),
        "a text is returned otherwise": (
            "texts_survive",
            lambda t, _: change(t, "read /threads/a/messages", "a$", "a=o"),
        ),
        "an acknowledged message is not stored": (
            "acknowledged_is_stored_once",
            lambda t, _: change(t, "unit_runs amy", "amy a", "amy"),
        ),
        "an acknowledged message is stored twice": (
            "acknowledged_is_stored_once",
            lambda t, _: change(t, "unit_runs amy", "amy a", "amy a a"),
        ),
        "an acknowledged effect is not stored": (
            "acknowledged_is_stored_once",
            lambda t, _: change(t, "file_saving amy", "a#4", ""),
        ),
        "a refused message is stored": ("refused_is_not_stored", lambda t, _: change(t, "unit_runs dan", "$", " zz")),
        "a refused effect is stored": (
            "refused_is_not_stored",
            lambda t, _: change(t, "amy a.* gets file_saving#4", "gets (file_saving#4) json {}", r"fails \1 no"),
        ),
        "a run has no message": ("no_half_unit", lambda t, _: change(t, "unit_messages amy", "amy a", "amy")),
        "a run has no first event": ("no_half_unit", lambda t, _: change(t, "stored_events amy", r"\ba1\b", "")),
        "a thread has no run": ("no_half_unit", lambda t, _: change(t, "unit_threads amy", "$", " x")),
        "the next user is refused": (
            "next_user_gets_a_clean_connection",
            lambda t, _: change(t, "nia read", "$", ", refused"),
        ),
    }
