"""``report.md``: the batch in Markdown, as code hosts show it."""

from collections import Counter
from collections.abc import Sequence

from gp_lib.runner.entry import Entry
from gp_lib.runner.origin import Origin
from gp_lib.runner.report import text
from gp_lib.verdict import Check, Ruling

MARKS = {Ruling.PASS: "✅ pass", Ruling.FAIL: "❌ fail", Ruling.UNKNOWN: "❔ unknown"}
LARGEST_BYTES = 900_000
"""GitHub refuses a job summary of more than 1 MiB (1,048,576 bytes) altogether."""

LONGEST_CELL = 400
_MARKUP = str.maketrans(
    {character: f"\\{character}" for character in "\\|[]*_~#!"} | {"<": "&lt;", "`": "'", "@": "@\u200b"}
)
"""What would leave the table cell, become a link, an image or markup, or call somebody (``@name``)."""


def counts(entries: Sequence[Entry]) -> dict[str, int]:
    """How many scenarios have which verdict."""
    counted = Counter(entry.ruling for entry in entries)
    return {ruling.value: counted[ruling] for ruling in Ruling}


def markdown(batch: str, entries: Sequence[Entry], origin: Origin | None = None) -> str:
    """A table of scenarios, the worst first, then every check that is not green, as far as there is room.

    ``origin`` is where a batch comes from that was not made here.
    """
    ordered = sorted(entries, key=lambda entry: -entry.ruling.severity)
    lines = [f"# Golden path batch {batch}", ""]
    lines += [f"**{_cell(str(origin))}**", ""] if origin else []
    lines += [", ".join(f"{count} {ruling}" for ruling, count in counts(entries).items()), ""]
    lines += ["| verdict | scenario | found | seconds |", "|---|---|---|---|"]
    for entry in ordered:
        lines.append(f"| {MARKS[entry.ruling]} | {_code(entry.name)} | {_cell(entry.sentence)} | {entry.took_s:.1f} |")
    for entry in ordered:
        lines += _broken(entry)
    return _bounded(lines)


def _broken(entry: Entry) -> list[str]:
    broken = [check for check in entry.checks if check.verdict is not Ruling.PASS]
    if not broken:
        return []
    head = ["", f"## {_cell(entry.title)}", "", "| check | promise | measured | found |", "|---|---|---|---|"]
    return head + [_row(check) for check in broken]


def _row(check: Check) -> str:
    cells = (
        f"{MARKS[check.verdict]} {_code(check.name)}",
        _cell(check.requirement),
        _cell(check.figure),
        _cell(check.message),
    )
    return f"| {' | '.join(cells)} |"


def _bounded(lines: Sequence[str]) -> str:
    """As many of the lines as a job summary may have, and a word about the others."""
    kept: list[str] = []
    room = LARGEST_BYTES
    for line in lines:
        room -= len(line.encode("utf-8", "replace")) + 1
        if room < 0:
            kept += ["", f"… and {len(lines) - len(kept)} more lines: see index.html of the batch."]
            break
        kept.append(line)
    return "\n".join(kept) + "\n"


def _cell(words: str) -> str:
    """Text that cannot leave its table cell or become markup."""
    return text.line(words, at_most=LONGEST_CELL).translate(_MARKUP)


def _code(name: str) -> str:
    """A name between backticks, out of which nothing in it leads."""
    inside = text.line(name, at_most=LONGEST_CELL).translate({ord("`"): "'", ord("<"): "‹", ord("|"): "\\|"})
    return f"`{inside}`"
