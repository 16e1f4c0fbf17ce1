"""The event timeline of a scenario as SVG: a row an actor, a tick an event, a band a fault, a mark a witness.

Written by hand, because it must be small, safe and readable without a script. Ticks of one kind and row are one path,
at most one a pixel, so that the drawing of a million events is no larger than that of two thousand.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from gp_lib import contract
from gp_lib.history import Event, Fault, History, Operation, Reading, Record
from gp_lib.runner.report import text
from gp_lib.verdict import Ruling

LEFT, WIDTH, RIGHT, ROW, TOP = 150, 820, 20, 24, 54
MOST_ROWS = 40
MOST_BANDS = 60
LEVELS = 3
CLASSES = {
    contract.AGENT_STARTED: "started",
    contract.AGENT_THINKING: "thinking",
    contract.TOOL_EXECUTING: "executing",
    contract.TOOL_COMPLETED: "completed",
    contract.AGENT_COMPLETED: "done",
    contract.AGENT_ERROR: "error",
}
OTHER = "other"


@dataclass(frozen=True)
class Timeline:
    """A drawn history.

    ``says`` is for those who cannot see it, ``kinds`` are what its legend explains, ``drawn`` the records that have a
    mark ``e<index>``.
    """

    svg: Markup
    says: str
    kinds: tuple[tuple[str, str], ...]
    drawn: frozenset[int]
    left_out: int


@dataclass(frozen=True)
class _Scale:
    """Turns seconds into places on the drawing."""

    seconds: float

    def x(self, at_s: float) -> float:
        return LEFT + WIDTH * min(max(at_s / self.seconds, 0.0), 1.0)


def draw(history: History, marks: Mapping[int, Ruling], linked: Iterable[int]) -> Timeline:
    """The timeline of ``history``.

    Args:
        history: what happened.
        marks: the witnesses by index, with the worst verdict that they witness.
        linked: the indices that have a row ``r<index>`` on the page.
    """
    who = _rows(history, marks)
    shown = {name: TOP + ROW * place for place, name in enumerate(who[:MOST_ROWS])}
    scale = _Scale(max((_ends_s(record) for record in history), default=0.0) or 1.0)
    drawn = [index for index in sorted(set(linked)) if _who(history[index]) in shown or _is_fault(history[index])]
    faults = sorted((fault for _, fault in history.indexed(Fault)), key=lambda fault: fault.started_s)[:MOST_BANDS]
    height = TOP + ROW * max(len(shown), 1)
    says = _says(history, len(shown), len(marks))
    parts = [
        *_bands(faults, scale, height),
        *(_label(name, y) for name, y in shown.items()),
        *_spans(history, shown, scale),
        *_ticks(history, shown, scale),
        *_marks(history, marks, drawn, shown, scale),
        *_axis(scale, height),
    ]
    above = 13 * (LEVELS - min(LEVELS, max(_levels(faults, scale), default=-1) + 1))
    head = Markup(
        '<svg class="timeline" viewBox="0 {} {} {}" role="group" aria-labelledby="timeline-says">'
        '<title id="timeline-says">{}</title>'
    ).format(above, LEFT + WIDTH + RIGHT, height + 26 - above, says)
    kinds = {CLASSES.get(event.type, OTHER): _kind(event) for _, event in history.indexed(Event)}
    ordered = tuple((name, kinds[name]) for name in (*CLASSES.values(), OTHER) if name in kinds)
    return Timeline(
        head + Markup("").join(parts) + Markup("</svg>"), says, ordered, frozenset(drawn), max(0, len(who) - MOST_ROWS)
    )


def _is_fault(record: Record) -> bool:
    return isinstance(record, Fault)


def _kind(event: Event) -> str:
    return event.type if event.type in CLASSES else "another message"


def _says(history: History, rows: int, witnesses: int) -> str:
    told = ", ".join(f"{count} {kind}s" for kind, count in Counter(record.kind for record in history).items())
    return f"Timeline of {rows} actors and stores: {told or 'nothing'}; {witnesses} witnesses are marked"


def _who(record: Record) -> str:
    """Whose row a record stands in; empty for faults, which have bands."""
    if isinstance(record, Fault):
        return ""
    return record.store if isinstance(record, Reading) else record.actor


def _rows(history: History, marks: Mapping[int, Ruling]) -> list[str]:
    """The rows in order of appearance, people before stores; if there are too many, those with witnesses first."""
    people = dict.fromkeys(_who(record) for record in history if isinstance(record, Event | Operation))
    stores = dict.fromkeys(_who(record) for record in history if isinstance(record, Reading))
    names = [name for name in (*people, *(store for store in stores if store not in people)) if name]
    if len(names) <= MOST_ROWS:
        return names
    marked = {_who(history[index]) for index in marks if index < len(history)}
    return sorted(names, key=lambda name: name not in marked)


def _ends_s(record: Record) -> float:
    return max(record.at_s, getattr(record, "ended_s", 0.0), getattr(record, "healed_s", 0.0))


def _bands(faults: Sequence[Fault], scale: _Scale, height: int) -> Iterable[Markup]:
    """Faults as bands behind everything, their names above."""
    for fault, level in zip(faults, _levels(faults, scale), strict=True):
        x, until = scale.x(fault.started_s), scale.x(fault.healed_s)
        touched = f"touched {fault.connections} connections, {fault.frames} frames, {fault.bytes} bytes"
        title = f"{fault.name} on {fault.target}, {fault.started_s:.3f} s to {fault.healed_s:.3f} s: {touched}"
        struck = "".join(f"M{scale.x(moment):.1f} {TOP - 8}v6" for moment in fault.struck_s[:500])
        yield Markup(
            '<g class="band"><title>{}</title><rect x="{:.1f}" y="{}" width="{:.1f}" height="{}"/>'
            '<path class="struck" d="{}"/>'
        ).format(text.line(title), x, TOP - 8, max(until - x, 1.5), height - TOP + 8, struck)
        place = (x, "start") if x < LEFT + WIDTH * 0.85 else (LEFT + WIDTH, "end")
        name = text.line(fault.name, at_most=30) if level < LEVELS else ""
        yield Markup('<text x="{:.1f}" y="{}" text-anchor="{}">{}</text></g>').format(
            place[0], TOP - 16 - 13 * level, place[1], name
        )


def _levels(faults: Sequence[Fault], scale: _Scale) -> list[int]:
    """For each fault the first line on which its name does not lie on another's; ``LEVELS`` when there is none."""
    free = [0.0] * LEVELS
    chosen = []
    for fault in faults:
        x = min(scale.x(fault.started_s), LEFT + WIDTH - 6.5 * len(fault.name))
        level = next((number for number in range(LEVELS) if free[number] <= x), LEVELS)
        if level < LEVELS:
            free[level] = x + 6.5 * min(len(fault.name), 30) + 8
        chosen.append(level)
    return chosen


def _label(name: str, y: int) -> Markup:
    return Markup(
        '<line class="row" x1="{}" x2="{}" y1="{}" y2="{}"/><text class="who" x="{}" y="{}" text-anchor="end">{}</text>'
    ).format(LEFT, LEFT + WIDTH, y + ROW // 2, y + ROW // 2, LEFT - 10, y + ROW // 2 + 4, text.line(name, at_most=22))


def _spans(history: History, rows: Mapping[str, int], scale: _Scale) -> Iterable[Markup]:
    """What people did, as thin bars: from the beginning of an operation to its end."""
    paths: dict[str, list[str]] = defaultdict(list)
    seen: set[tuple[str, int, int]] = set()
    for _, done in history.indexed(Operation):
        x, until = scale.x(done.started_s), scale.x(done.ended_s)
        place = (done.actor, round(x), round(until))
        if done.actor in rows and place not in seen:
            seen.add(place)
            paths[done.outcome].append(f"M{x:.1f} {rows[done.actor] + ROW - 4}h{max(until - x, 1):.1f}")
    for outcome, path in paths.items():
        yield Markup('<path class="did {}" d="{}"/>').format(outcome, "".join(path))


def _ticks(history: History, rows: Mapping[str, int], scale: _Scale) -> Iterable[Markup]:
    places: dict[str, set[tuple[int, int]]] = defaultdict(set)
    for record in history:
        who = _who(record)
        if who in rows and not isinstance(record, Operation):
            kind = CLASSES.get(record.type, OTHER) if isinstance(record, Event) else "reading"
            places[kind].add((round(scale.x(record.at_s)), rows[who]))
    for kind, ticks in places.items():
        path = "".join(f"M{x} {y + 4}v{ROW - 10}" for x, y in sorted(ticks, key=lambda tick: (tick[1], tick[0])))
        yield Markup('<path class="tick {}" d="{}"/>').format(kind, path)


def _marks(
    history: History, marks: Mapping[int, Ruling], linked: Sequence[int], rows: Mapping[str, int], scale: _Scale
) -> Iterable[Markup]:
    """A link for every record that has a row on the page; a witness is a diamond, the others are seen on demand."""
    for index in linked:
        record = history[index]
        y = rows.get(_who(record), TOP - ROW)
        x, middle = scale.x(record.at_s), y + ROW // 2
        kind = f"witness {marks[index].value}" if index in marks else "event"
        shape = f"M{x:.1f} {middle - 8}l7 8l-7 8l-7-8z" if index in marks else f"M{x - 2:.1f} {y + 3}h4v{ROW - 8}h-4z"
        keys = Markup("") if index in marks else Markup(' tabindex="-1"')
        yield Markup('<a id="e{}" href="#r{}" class="{}"{}><title>{}</title><path d="{}"/></a>').format(
            index, index, kind, keys, f"record {index}, {record.at_s:.3f} s: {summary(record)}", shape
        )


def summary(record: Record) -> str:
    """A record in a few words."""
    match record:
        case Event():
            said = f"{record.actor} received {record.type}" + (f" (seq {record.seq})" if record.seq else "")
        case Operation():
            said = f"{record.actor} {record.action}: {record.outcome}"
        case Reading():
            said = f"{record.store} answered {record.question} about {record.subject}"
        case Fault():
            said = f"fault {record.name} on {record.target}"
    return text.line(said, at_most=120)


def _axis(scale: _Scale, height: int) -> Iterable[Markup]:
    steps = next(step for step in (0.01, 0.05, 0.1, 0.5, 1, 2, 5, 10, 30, 60, 300, 1e9) if scale.seconds / step <= 12)
    yield Markup('<path class="axis" d="M{} {}h{}"/>').format(LEFT, height + 2, WIDTH)
    for number in range(int(scale.seconds / steps) + 1):
        x = scale.x(number * steps)
        yield Markup('<text x="{:.1f}" y="{}" text-anchor="middle">{:g} s</text>').format(
            x, height + 18, round(number * steps, 2)
        )
