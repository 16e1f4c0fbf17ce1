"""What all charts have in common: the paper, the colours of events, and how a drawing becomes files."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from PIL import Image

from gp_lib import contract
from gp_lib.dialects import fields
from gp_lib.history import Event, History

DOTS_PER_INCH = 110
PALETTE = 256  # colours
LEGEND_ENTRIES = 14
COLOURS = {
    contract.AGENT_STARTED: "#0969da",
    contract.AGENT_THINKING: "#8250df",
    contract.TOOL_EXECUTING: "#bf8700",
    contract.TOOL_COMPLETED: "#1a7f37",
    contract.AGENT_COMPLETED: "#0a3069",
    contract.AGENT_ERROR: "#cf222e",
}


@dataclass(frozen=True, slots=True)
class Chart:
    """A drawn chart: ``name`` for its files, ``says`` for those who cannot see it."""

    name: str
    says: str
    png: bytes
    svg: bytes

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> dict[str, object]:
        """PNG, because code hosts strip SVG, and the words."""
        return {"image/png": self.png, "text/plain": self.says}


def drawn(name: str, says: str, figure: Figure) -> Chart:
    """The figure as files: the chart of this name, with what it says in words."""
    png, svg = io.BytesIO(), io.BytesIO()
    figure.set_dpi(DOTS_PER_INCH)
    _lay_out(figure)
    figure.savefig(png, format="png")
    figure.savefig(svg, format="svg", metadata={"Date": None})
    return Chart(name, says, _with_few_colours(png), svg.getvalue())


def _lay_out(figure: Figure) -> None:
    """Give everything its place, once: each file would find it anew, twice, which costs more than to draw it."""
    if engine := figure.get_layout_engine():
        engine.execute(figure)
        figure.set_layout_engine(None)


def _with_few_colours(png: io.BytesIO) -> bytes:
    """The same picture with a palette: a third of the bytes, and a chart has few colours anyway.

    An octree keeps the colour of a few small dots; Pillow's default, median cut, gives them a more common one.
    """
    small = io.BytesIO()
    Image.open(png).convert("RGB").quantize(PALETTE, Image.Quantize.FASTOCTREE).save(small, format="PNG", optimize=True)
    return small.getvalue()


def canvas(rows: int, title: str) -> tuple[Figure, Axes]:
    """An empty drawing with room for so many rows."""
    figure = Figure(figsize=(9, 1.6 + 0.32 * rows), layout="constrained")
    axes = figure.add_subplot()
    axes.set_title(title, loc="left", fontsize=10)
    axes.tick_params(labelsize=8)
    axes.xaxis.label.set_fontsize(9)
    axes.yaxis.label.set_fontsize(9)
    axes.set_axisbelow(True)
    axes.grid(axis="x", color="#d0d7de", linewidth=0.5)
    return figure, axes


def label_rows(axes: Axes, labels: Sequence[str]) -> None:
    """One labelled row each, the first on top."""
    axes.set_yticks(range(len(labels)), labels)
    axes.set_ylim(len(labels) - 0.4, -0.6)


Place = Literal["outside lower center", "outside right center"]


def legend(figure: Figure, axes: Axes, place: Place, *, columns: int = 1) -> None:
    """A legend beside the drawing, where it hides nothing; none when it would be longer than the drawing."""
    if 0 < len(axes.get_legend_handles_labels()[1]) <= LEGEND_ENTRIES:
        figure.legend(fontsize=7, loc=place, ncols=columns, frameon=False)


def bands(axes: Axes, spans: Sequence[tuple[float, float, str]], colour: str) -> None:
    """Shaded spans of time, named along their left edge; names that would lie on each other are written as one."""
    left, right = axes.get_xlim()
    left, right = min([left, *(span[0] for span in spans)]), max([right, *(span[1] for span in spans)])
    near, names = (right - left) * 0.02, dict[float, list[str]]()
    for started, ended, name in sorted(spans):
        axes.axvspan(started, ended, color=colour, alpha=0.10, linewidth=0, zorder=1)
        axes.axvline(started, color=colour, alpha=0.5, linewidth=0.8, zorder=1)
        edge = next((other for other in names if abs(other - started) < near), started)
        names.setdefault(edge, []).append(name)
    for edge, together in names.items():
        axes.annotate(
            ", ".join(together),
            (edge, 0.97),
            xycoords=("data", "axes fraction"),
            xytext=(3, 0),
            textcoords="offset points",
            rotation=90,
            fontsize=7,
            va="top",
            color=colour,
            zorder=2,
        )
    axes.set_xlim(left, right)


def age_s(history: History, event: Event) -> float | None:
    """How old an event was when it arrived, by the server's clock, in seconds; ``None`` without an RFC 3339 time."""
    made = fields.moment(event.server_time)
    return None if made is None else (history.wall(event.received_s) - made).total_seconds()
