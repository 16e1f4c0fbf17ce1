"""What happens at the door and on the wire of a good story: visits, refusals, a cut connection, bad input, copies.

Lines are those of ``tests.histories``. The people here are nobody else's: what they do touches no other promise.
"""

from collections.abc import Iterator, Sequence

STEP_S = 0.01
CUT_OFF, OTHER_DEVICE, CUT_AT = "tim", "tom", 5
BAD_TOKENS = ("expired", "forged")


def wire_lines(people: Sequence[str], run: Sequence[str], *, after_s: float) -> list[str]:
    """The lines after ``after_s``: ``people`` are welcomed, and ``run`` (of ``tim``) is told twice, once with a cut."""
    lines = [*_door(people), *_twice(run, after_s), *_bad_input(), *_copies(after_s)]
    return [f"{after_s + number * STEP_S:.4f} {line}" for number, line in enumerate(lines, 1)]


def _door(people: Sequence[str]) -> Iterator[str]:
    for who in people:
        yield from (f"{who} welcomed [tab=9]", f"{who} connected header [tab=9]")
    yield from ("zed welcomed", "zed connected subprotocol [echoed=yes]")
    yield from (f"ned knocked {kind}, in vain [came=401]" for kind in BAD_TOKENS)


def _twice(run: Sequence[str], after_s: float) -> Iterator[str]:
    """Each event to both devices, the same frame; ``tim`` is cut off once and comes back."""
    yield from (f"{CUT_OFF} welcomed", f"{OTHER_DEVICE} welcomed [user={CUT_OFF}]")
    for number, line in enumerate(run):
        who, rest = line.split(" ", 1)
        made = f"made={after_s + number * 2 * STEP_S:.4f}"
        if number == CUT_AT:
            yield f"{CUT_OFF} asked t, lost [since={after_s:.4f}]"
        yield f"{OTHER_DEVICE} {rest} [user={who} {made}]"
        yield f"{CUT_OFF} {rest} [{made} tab={1 + (number >= CUT_AT)}]"
    yield f"{CUT_OFF} resumed t [since={after_s:.4f}]"


def _bad_input() -> Iterator[str]:
    yield from ("mia erred JSON_PARSE_ERROR", "mia ponged", "mia sent-badly JSON_PARSE_ERROR")
    yield from ("max sent-too-much 70000, in vain [closed=1009]", "max ponged [tab=2]", "max asked-for-life [tab=2]")


def _copies(after_s: float) -> Iterator[str]:
    yield "kim welcomed"
    yield from [f"kim asked k [since={after_s:.4f}]"] * 2
    yield "postgres stored_runs kim k"
