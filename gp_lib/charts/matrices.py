"""Tables in colours: who saw whose canaries, and how each identity was answered."""

from collections.abc import Mapping, Sequence

from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from gp_lib.charts.drawing import Chart, canvas, drawn, label_rows

KEPT, BROKEN, DOUBTFUL, EMPTY = "#aceebb", "#ffaba8", "#f8e3a1", "#ffffff"


def isolation_matrix(seen: Mapping[tuple[str, str], Mapping[str, int]]) -> Chart:
    """Whose canaries (a row: owner and place) were seen by whom (a column), and how often.

    Green is an owner who sees their own, red is anybody else who does, yellow a canary that not even its owner saw.
    """
    rows = {f"{owner}: {place}": (owner, counts) for (owner, place), counts in seen.items()}
    readers = list(dict.fromkeys(reader for _, counts in rows.values() for reader in counts))
    cells = [
        [(str(counts.get(reader, 0)), _judged(counts.get(reader, 0), reader == owner)) for reader in readers]
        for owner, counts in rows.values()
    ]
    astray = sum(count for (owner, _), counts in seen.items() for reader, count in counts.items() if reader != owner)
    chart = matrix("canaries: planted by (row), seen by (column), how often", list(rows), readers, cells)
    return drawn("isolation_matrix", f"{len(rows)} kinds of canaries, {astray} sightings at somebody else", chart)


def _judged(count: int, own: bool) -> str:
    if own:
        return KEPT if count else DOUBTFUL
    return BROKEN if count else EMPTY


def access_matrix(answers: Mapping[tuple[str, str], Mapping[str, str]]) -> Chart:
    """How each identity (a column) was answered at each resource and verb (a row)."""
    identities = list(dict.fromkeys(identity for row in answers.values() for identity in row))
    cells = [
        [(row.get(name, ""), KEPT if name == "owner" else EMPTY) for name in identities] for row in answers.values()
    ]
    rows = [f"{verb} {resource}" for resource, verb in answers]
    chart = matrix("answers: resource and verb (row), tried with (column)", rows, identities, cells)
    return drawn("access_matrix", f"{len(rows)} doors, tried with {', '.join(identities) or 'nothing'}", chart)


def matrix(
    title: str, rows: Sequence[str], columns: Sequence[str], cells: Sequence[Sequence[tuple[str, str]]]
) -> Figure:
    """A table of texts on colours."""
    figure, axes = canvas(len(rows), title)
    axes.grid(visible=False)
    for row, texts in enumerate(cells):
        for column, (text, colour) in enumerate(texts):
            axes.add_patch(Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor=colour, edgecolor="#d0d7de"))
            axes.text(column, row, text, ha="center", va="center", fontsize=7)
    label_rows(axes, rows)
    axes.set_xticks(range(len(columns)), columns)
    axes.set_xlim(-0.5, max(len(columns), 1) - 0.5)
    axes.xaxis.tick_top()
    return figure
