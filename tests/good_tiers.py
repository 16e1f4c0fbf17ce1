"""The three tiers in a good story, with a run that is told again after its hot keys were lost; and how that breaks."""

import re
from collections.abc import Iterator, Sequence

from tests.story_lines import STEP_S, Breaking, Lines, Reword

FORGETFUL, DEVICE = "pia", "pad"
FRESH = "completed 99 3600 3600"


def tier_lines(who: str, names: Sequence[str]) -> Iterator[str]:
    """Everything of ``who`` was carried, and all tiers hold the events ``names``; each was live when it came."""
    yield from (f"valkey live_state {name} {FRESH}" for name in names)
    yield f"postgres undrained {who} 0"
    yield from (f"{store} tier_contents {who} {' '.join(names)}" for store in ("valkey", "postgres", "clickhouse"))


def lost_lines(run: Sequence[str], *, after_s: float) -> Lines:
    """``run`` (of ``pia``: its events, and the question) is told, loses its hot keys, and is told again elsewhere."""
    *events, asked = run
    first = [f"{FORGETFUL} welcomed", f"{DEVICE} welcomed [user={FORGETFUL}]"]
    made = f"made={after_s:.4f}"  # all at one moment: a run that is told again later has no length to be early in
    told = [*(f"{event} [{made}]" for event in events), f"{asked} [since={after_s:.4f}]"]
    again = [f"{event.replace(FORGETFUL, DEVICE, 1)} [user={FORGETFUL} {made}]" for event in events]
    before = [*first, *told, "probe removed p 2"]
    resumed = f"{DEVICE} resumed p [since={after_s + (len(before) + 0.5) * STEP_S:.4f}]"
    lines = [*before, *again, resumed, *(f"probe wrote {tier} 0.0030" for tier in ("hot", "warm", "cold"))]
    return [f"{after_s + number * STEP_S:.4f} {line}" for number, line in enumerate(lines, 1)]


def ways(change: Reword) -> dict[str, tuple[str, Breaking]]:
    """Each way, with the check that must catch it; ``change(lines, which, pattern, new)`` rewords one line."""
    return {
        "a live state is gone before the end": (
            "live_state_until_the_end",
            lambda t, c: change(t, f"live_state a{c.randint(1, 9)} ", f"{FRESH}$", "gone"),
        ),
        "a live state stays behind": (
            "live_state_until_the_end",
            lambda t, c: change(t, f"live_state a{c.randint(2, 9)} ", " 99 ", " 1 "),
        ),
        "a finished run is shown as running": (
            "live_state_until_the_end",
            lambda t, _: [re.sub(r"(live_state a\d+) completed", r"\1 running", line) for line in t],
        ),
        "a hot key is about to expire": (
            "hot_keys_outlive_the_run",
            lambda t, c: change(t, f"live_state a{c.randint(1, 9)} ", "3600$", "5"),
        ),
        "a tier does not know a run": (
            "tiers_hold_the_same_runs",
            lambda t, c: change(t, f"{c.choice(STORES)} tier_contents amy", "$", " no:a"),
        ),
        "a tier knows another run": (
            "tiers_hold_the_same_runs",
            lambda t, c: change(t, f"{c.choice(STORES)} tier_contents amy", "$", " x1"),
        ),
        "a tier lacks an event": (
            "tiers_hold_the_same_runs",
            lambda t, c: change(t, f"{c.choice(STORES)} tier_contents amy", rf" a{c.randint(1, 9)}\b", ""),
        ),
        "an event has another content in one tier": (
            "content_hashes_agree",
            lambda t, c: change(t, f"{c.choice(STORES)} tier_contents amy", rf" a{c.randint(1, 9)}\b", r"\g<0>=cut"),
        ),
        "an event is missing after a lost key": (
            "lost_key_is_served",
            lambda t, c: _without(t, rf" {DEVICE} p{c.randint(1, 5)} "),
        ),
        "a write takes long": ("writes_within", lambda t, _: change(t, "probe wrote hot", "0.0030", "9.0000")),
    }


STORES = ("valkey", "postgres", "clickhouse")


def _without(lines: Lines, pattern: str) -> Lines:
    return [line for line in lines if not re.search(pattern, line)]
