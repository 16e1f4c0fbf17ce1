"""Good stories, told at length: whole runs of several people, and what the stores say about them afterwards.

``good_story`` keeps every promise of ``gp_lib.checks``. The functions below it break a story, one thing at a time.
Lines are those of ``tests.histories``; each has its own time, so that nothing else moves when one is taken out.
"""

import json
import random
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise

from tests.good_databases import database_lines, early_lines
from tests.good_speed import speed_lines
from tests.good_tiers import FORGETFUL, lost_lines, tier_lines
from tests.good_wire import CUT_OFF, wire_lines
from tests.story_lines import STEP_S, Lines

STALL_S = 0.002
SLOW_READER = "sam"


@dataclass(frozen=True)
class Run:
    """A question of ``who`` and what its run does. ``seed`` decides where its answer is cut into deltas."""

    who: str
    run: str
    costs: tuple[tuple[str, str, str], ...]
    """Of each service: name, cost, utilization in percent."""
    invoice: bool = False
    filing: bool = False
    seed: int = 0


def answer(costs: Sequence[tuple[str, str, str]]) -> str:
    """The savings, a line each, and their total."""
    found = savings(costs)
    lines = [f"- {name}: save {amount} USD a month" for name, amount in found]
    return "\n".join([*lines, f"Total: {sum(amount for _, amount in found)} USD a month"])


def savings(costs: Sequence[tuple[str, str, str]]) -> list[tuple[str, Decimal]]:
    """What could be saved on each service that is used less than 20 percent."""
    idle = [(name, Decimal(cost) * (1 - Decimal(usage) / 100)) for name, cost, usage in costs if Decimal(usage) < 20]
    return [(name, amount.quantize(Decimal("0.01"), ROUND_HALF_UP)) for name, amount in idle]


def healthy_run(run: Run) -> Lines:
    """The events of a run from its start to its answer, and the question behind them."""
    said = [_labelled(words, run) for words in (*_beginning(), *_tools(run), *_report(run))]
    events = [f"{run.who} {run.run}{seq} {words}" for seq, words in enumerate(said, 1)]
    return [f"{run.who} arrived {run.run}", *events, f"{run.who} asked {run.run}"]


def _labelled(words: str, run: Run) -> str:
    """With the canary in the question that the root repeats, and the request id that the others tell."""
    root = re.sub(r"^supervisor starts$", rf"supervisor starts {canary(run)}", words)
    return re.sub(r" starts$", rf" starts r-{run.run}", root)


def canary(run: Run) -> str:
    """The token that stands in a run's prompt."""
    return f"canary-{run.who}-{run.run}"


def _beginning() -> Iterator[str]:
    yield from ("supervisor starts", "supervisor thinks I will find out", "triage starts", "triage answers ask data")


def _tools(run: Run) -> Iterator[str]:
    """The tools are called together; which completes first is left to the seed."""
    done = [
        "data gets cost_by_service#1 " + " ".join(f"{name}={cost}" for name, cost, _ in run.costs),
        "data gets utilization_by_service#2 " + " ".join(f"{name}={usage}" for name, _, usage in run.costs),
    ]
    done += ["data fails invoice_lookup#3 there is none"] if run.invoice else []
    yield "data starts"
    yield from (re.sub(r"data \w+ (\S+).*", r"data calls \1", line) for line in done)
    random.Random(run.seed).shuffle(done)
    yield from done
    yield "data answers found"
    if run.filing:
        yield from ("optimization calls file_saving#4", "optimization gets file_saving#4 json {}")


def _report(run: Run) -> Iterator[str]:
    text = answer(run.costs)
    cuts = sorted(random.Random(run.seed).sample(range(1, len(text)), 3))
    yield "report starts"
    yield from (f"report says {json.dumps(text[start:end])}" for start, end in pairwise([0, *cuts, len(text)]))
    yield "report answers told"
    yield f"supervisor {'half-answers' if run.invoice else 'answers'} {json.dumps(text)}"


def good_story(runs: Sequence[Run], *, seed: int) -> Lines:
    """All ``runs`` at the same time, in an order that ``seed`` decides, with faults that struck and every reading."""
    shuffled = random.Random(seed)
    all_runs = interleaved([healthy_run(run) for run in runs], shuffled)
    told = ["0.0000 billing billed amy S3", *timed([*_plantings(runs), *all_runs])]
    stalled = shuffled.choice([name for name, _ in received(told)])
    stored = [*told, *timed([*_stores(told, runs, stalled), *_doors(), *_faults(told, stalled)], after=told)]
    known = [*stored, *bad_day(len(stored) * STEP_S)]
    twice = healthy_run(Run(CUT_OFF, "t", (("S3", "10.00", "1.00"),), seed=seed))[1:-1]
    wired = [*known, *wire_lines(sorted({run.who for run in runs}), twice, after_s=len(known) * STEP_S)]
    lost = [*wired, *lost_lines(_short(FORGETFUL, "p"), after_s=len(wired) * STEP_S)]
    behind = timed(list(_database(told, runs)), after=lost)
    return [*lost, *behind, *early_lines(), *speed_lines()]


def bad_day(began_s: float) -> Lines:
    """Eve asks before, under and after a fault, flo beside it; then gus loses the connection and comes back."""
    lines = [*_short("eve", "va"), "fault", *_short("eve", "vb", half=True), *_short("flo", "vc"), "healed"]
    lines += [*_short("eve", "vd"), *_short("gus", "ve"), "gus resumed ve"]
    at_s = {line: began_s + number * STEP_S for number, line in enumerate(lines, 1)}
    return [_on_a_bad_day(line, at_s) for line in lines if line != "fault"]


def _short(who: str, run: str, *, half: bool = False) -> Lines:
    """A run with little of everything; when ``half``, its answer is partial and says so."""
    calls = [
        f"data {verb} {tool}"
        for verb in ("calls", "gets")
        for tool in ("cost_by_service#1", "utilization_by_service#2")
    ]
    answer = 'half-answers "this is partial"' if half else 'answers "yes"'
    said = [f"supervisor starts r-{run}", *calls, f"report says {answer.split(' ', 1)[1]}", f"supervisor {answer}"]
    return [f"{who} {run}{seq} {words}" for seq, words in enumerate(said, 1)] + [f"{who} asked {run}"]


def _on_a_bad_day(line: str, at_s: dict[str, float]) -> str:
    """The line with its time; gus is away when his run is half told."""
    now_s, rest = at_s[line], line.partition(" ")[2]
    if line == "healed":
        struck_s = at_s["eve vb3 data calls utilization_by_service#2"] + STEP_S / 2
        return f"{now_s:.4f} fault Refuse struck {struck_s:.4f} [since={at_s['fault']:.4f}]"
    if rest.startswith(("asked", "resumed")):
        return f"{now_s:.4f} {line}{', lost' if line == 'gus asked ve' else ''} [since={now_s - 8 * STEP_S:.4f}]"
    tab = " tab=2" if line.startswith("gus") and not re.match(r"gus ve[1-4]", line) else ""
    return f"{now_s:.4f} {line} [made={now_s - STEP_S / 2:.4f}{tab}]"


def _plantings(runs: Sequence[Run]) -> Iterator[str]:
    """A canary is planted a run; the gauge of contexts rises meanwhile."""
    yield from (f"{run.who} planted prompt {canary(run)} {run.run}" for run in runs)
    yield from ("platform gauge gp_live_contexts 0", "platform gauge gp_live_contexts 2")


def _doors() -> Iterator[str]:
    """One tries the other's door, as its owner did before."""
    yield "amy tried run read owner own 200"
    yield from (f"{SLOW_READER} tried run read other {kind} 404" for kind in ("foreign", "unknown"))
    yield "platform gauge gp_live_contexts 0"


def interleaved(stories: Sequence[Lines], chance: random.Random) -> Lines:
    """The stories told at the same time, each in its own order."""
    turns = [number for number, story in enumerate(stories) for _ in story]
    chance.shuffle(turns)
    left = [iter(story) for story in stories]
    return [next(left[number]) for number in turns]


def timed(lines: Sequence[str], *, after: Sequence[str] = ()) -> Lines:
    """Each line with a time, one step after the other, and each event with the time at which it was made."""
    return [_timed(line, (len(after) + number) * STEP_S) for number, line in enumerate(lines, 1)]


def _timed(line: str, at_s: float) -> str:
    made = f" [made={at_s - STEP_S / 2:.4f}]" if re.match(r"\S+ [a-z]+\d", line) else ""
    since = f" [since={at_s:.4f}]" if re.match(r"\S+ arrived ", line) else ""
    return f"{at_s:.4f} {line}{made}{since}"


def received(lines: Sequence[str]) -> list[tuple[str, float]]:
    """Every event of a run by name, and when it was received."""
    found = (re.match(r"([\d.]+) \S+ ([a-z]+\d+) ", line) for line in lines)
    return [(event[2], float(event[1])) for event in found if event]


def _stores(told: Lines, runs: Sequence[Run], stalled: str) -> Iterator[str]:
    """Everything is stored, and was committed 4 ms before it was received; the stalled event a bit later."""
    yield from (f"postgres event_row {name} found" for name, _ in received(told))
    for who in sorted({run.who for run in runs}):
        own = {run.run: run for run in runs if run.who == who}
        names = [(name, at_s) for name, at_s in received(told) if name.rstrip("0123456789") in own]
        committed = (f"{name}={at_s - (0.002 if name == stalled else 0.004):.4f}" for name, at_s in names)
        costs = next(iter(own.values())).costs
        yield from tier_lines(who, [name for name, _ in names])
        yield f"postgres stored_events {who} " + " ".join(name for name, _ in names)
        yield f"postgres commit_times {who} " + " ".join(committed)
        yield f"postgres file_saving {who} " + " ".join(f"{run.run}#4" for run in own.values() if run.filing)
        yield f"clickhouse cost_by_service {who} " + " ".join(f"{name}={cost}" for name, cost, _ in costs)
        yield f"clickhouse savings {who} " + " ".join(f"{name}={amount}" for name, amount in savings(costs))
        yield f"clickhouse utilization_by_service {who} " + " ".join(f"{name}={usage}" for name, _, usage in costs)


def _database(told: Lines, runs: Sequence[Run]) -> Iterator[str]:
    events = Counter(name.rstrip("0123456789") for name, _ in received(told))
    return database_lines({run.run: run.who for run in runs}, events, {run.run: run.filing for run in runs})


def _faults(told: Lines, stalled: str) -> Iterator[str]:
    struck_s = dict(received(told))[stalled] - 0.0055
    yield "fault CutAtCommit struck 0.1"
    yield f"fault StallCommit struck {struck_s:.4f} [since=0.0 side=request hold_s={STALL_S}]"
    yield f"{SLOW_READER} paused 60"
    yield f"{SLOW_READER} connected [since=0.0]"
    yield "workbench loop_lag generator 1 2 1 3"
    yield "workbench machine cpu 0.5/0.3 0.0/0.9 0.6/0.1 0.4/0.1 0.3/0.2 0.5/0.3"
    yield "scenario acted"


def where(lines: Sequence[str], pattern: str) -> list[int]:
    """The indices of the lines that contain ``pattern``, a regular expression."""
    contains = re.compile(pattern).search
    return [index for index, line in enumerate(lines) if contains(line)]


def events(lines: Sequence[str], run: str, words: str = "") -> list[int]:
    """The indices of what was told of ``run``; with ``words``, of those lines that contain this regular expression."""
    return where(lines, rf"^[\d.]+ \w+ {run}\d+ .*{words}")


def drop(lines: Lines, at: int) -> Lines:
    """Without one line."""
    return [*lines[:at], *lines[at + 1 :]]


def repeat(lines: Lines, at: int, *, behind: int | None = None) -> Lines:
    """With one line told again, right away or ``behind`` another one."""
    place = (at if behind is None else behind) + 1
    return [*lines[:place], lines[at], *lines[place:]]


def swap(lines: Lines, one: int, other: int) -> Lines:
    """With two lines in each other's place and time."""
    (one_at, one_rest), (other_at, other_rest) = (lines[index].split(" ", 1) for index in (one, other))
    changed = list(lines)
    changed[one], changed[other] = f"{one_at} {other_rest}", f"{other_at} {one_rest}"
    return changed


def move(lines: Lines, at: int, *, behind: int) -> Lines:
    """With one line told later."""
    return drop(repeat(lines, at, behind=behind), at)


def reword(lines: Lines, at: int, pattern: str, new: str) -> Lines:
    """With other words in one line: another run, user, thread, amount, answer, outcome …"""
    changed = re.sub(pattern, new, lines[at], count=1)
    assert changed != lines[at], f"nothing to change in {lines[at]!r}"
    return [*lines[:at], changed, *lines[at + 1 :]]


def mark(lines: Lines, at: int, option: str) -> Lines:
    """With an option more in an event's brackets, such as ``user=bob``."""
    return reword(lines, at, r"\]$", f" {option}]")


def delay(lines: Lines, at: int, by_s: float) -> Lines:
    """With a pause before one line: it and all that follows come ``by_s`` seconds later."""
    return [*lines[:at], *(_later(line, by_s) for line in lines[at:])]


def _later(line: str, by_s: float) -> str:
    at_s, rest = line.split(" ", 1)
    return f"{float(at_s) + by_s:.4f} {rest}"


def cut_off(lines: Lines, run: str, at: int, how: str) -> Lines:
    """Without what ``run`` told from line ``at`` on; its question ends ``how``: ``lost`` or ``in vain``."""
    gone = {index for index in events(lines, run) if index >= at}
    kept = [line for index, line in enumerate(lines) if index not in gone]
    return reword(kept, where(kept, f" asked {run}$")[0], "$", f", {how}")


def resumed(lines: Lines, run: str, at: int) -> Lines:
    """``run`` is interrupted before its line ``at``, and goes on in another tab."""
    at_s, who, _ = lines[at].split(" ", 2)
    changed = list(lines)
    for index in events(lines, run):
        changed = mark(changed, index, "tab=2") if index >= at else changed
    changed = reword(changed, where(changed, f" asked {run}$")[0], "asked", "resumed")
    return [*changed[:at], f"{at_s} {who} asked {run}, lost", *changed[at:]]
