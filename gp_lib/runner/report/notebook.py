"""An executed notebook as HTML that cannot do anything: no script, no style sheet, nothing from elsewhere.

Written here instead of asked of nbconvert: its HTML loads scripts from a CDN and runs what an output brings along
(also with ``--sanitize-html``: text/vnd.mermaid), weighs ten times as much and takes as much longer.
"""

import base64
import binascii
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import mistune
from markupsafe import Markup
from pygments import highlight
from pygments.formatters.html import HtmlFormatter
from pygments.lexers.python import PythonLexer

from gp_lib import evidence
from gp_lib.runner.catalogue import Cell
from gp_lib.runner.report import text
from gp_lib.verdict import Check

MOST_OUTPUTS = 40
"""Outputs of one cell that are shown."""

_IMAGES = ("image/png", "image/jpeg", "image/svg+xml")
_IMAGE_TYPES = {"image/png": "png", "image/jpeg": "jpeg", "image/svg+xml": "svg+xml"}
_OWN_TAGS = ("parameters", "injected-parameters", "arrange", "act", "assert", "charts", "verdict")


@dataclass(frozen=True)
class ShownCell:
    """A cell as the page shows it: ``anchor`` is its id there, ``role`` its tag in a scenario."""

    anchor: str
    role: str
    is_code: bool
    count: str
    took: str
    source: Markup
    outputs: tuple[Markup, ...]


def shown_cells(cells: Sequence[Cell], folder: Path, checks: Sequence[Check]) -> list[ShownCell]:
    """The cells of the executed notebook of a scenario's ``folder``.

    The lines of its assert cell that judge one of ``checks`` get the anchors of ``calls``.
    """
    pictures = (path for path in sorted((folder / evidence.CHARTS).glob("*.png")) if path.is_file())
    charts = {path.read_bytes(): path for path in pictures}
    return [_shown(number, cell, source, charts, checks) for number, (cell, source) in enumerate(cells)]


def cell_anchors(cells: Sequence[ShownCell]) -> dict[str, str]:
    """The anchor of each role's cell."""
    return {cell.role: cell.anchor for cell in cells if cell.role}


@dataclass(frozen=True)
class Call:
    """The ``nth`` call of a check's ``function`` in an assert cell, from 1 on."""

    function: str
    nth: int

    @property
    def anchor(self) -> str:
        """The id of its line in the page."""
        return f"line-{self.function}-{self.nth}"


def calls(checks: Sequence[Check]) -> list[Call]:
    """For each check the call that judged it; what stands in brackets behind a check's name is not its function's."""
    seen: Counter[str] = Counter()
    found = []
    for check in checks:
        function = check.name.split("[")[0]
        seen[function] += 1
        found.append(Call(function, seen[function]))
    return found


def _shown(
    number: int, cell: dict[str, Any], source: str, charts: Mapping[bytes, Path], checks: Sequence[Check]
) -> ShownCell:
    metadata: dict[str, Any] = cell["metadata"]
    tags = metadata.get("tags", ())
    role = next((tag for tag in _OWN_TAGS if tag in tags), "")
    is_code = cell.get("cell_type") == "code"
    outputs = cell.get("outputs") if is_code else None
    return ShownCell(
        anchor=f"cell-{role}" if role else f"cell-{number}",
        role=role,
        is_code=is_code,
        count=str(cell.get("execution_count") or "")[:6],
        took=_took(metadata),
        source=_code(source, checks if role == "assert" else ()) if is_code else markdown(source),
        outputs=tuple(_outputs(outputs if isinstance(outputs, list) else [], charts)),
    )


def _took(metadata: Mapping[str, Any]) -> str:
    noted = metadata.get("papermill")
    seconds = noted.get("duration") if isinstance(noted, dict) else None
    return f"{seconds:.2f} s" if isinstance(seconds, int | float) else ""


@cache
def _markdown() -> mistune.Markdown:
    return mistune.create_markdown(escape=True, plugins=["table", "strikethrough"])


def markdown(source: str) -> Markup:
    """Markdown as HTML; HTML in it is shown as text. Its headings stand below those of the page."""
    made = str(_markdown()(text.plain(source)))
    return text.clean_html(re.sub(r"(</?h)([1-6])(?=[ >])", lambda tag: f"{tag[1]}{min(int(tag[2]) + 2, 6)}", made))


def _code(source: str, checks: Sequence[Check]) -> Markup:
    """Highlighted Python, one element a line; lines that judge a check have its anchor."""
    shown = text.plain(source)
    coloured = highlight(shown, PythonLexer(stripnl=False), HtmlFormatter(nowrap=True))
    anchors = _lines_that_judge(shown, checks)
    lines = coloured.rstrip("\n").split("\n")
    ids = (Markup(' id="{}"').format(anchors[number]) if number in anchors else "" for number in range(len(lines)))
    return Markup("").join(
        Markup('<span class="line"{}>{}\n</span>').format(anchor, Markup(line))  # Pygments has escaped it
        for anchor, line in zip(ids, lines, strict=True)
    )


def _lines_that_judge(source: str, checks: Sequence[Check]) -> dict[int, str]:
    seen: Counter[str] = Counter()
    wanted = set(calls(checks))
    found = {}
    for number, line in enumerate(source.split("\n")):
        called = re.search(r"\bchecks\.(\w+)\(", line)
        if called:
            seen[called[1]] += 1
            call = Call(called[1], seen[called[1]])
            if call in wanted:
                found[number] = call.anchor
    return found


def _outputs(outputs: Sequence[Any], charts: Mapping[bytes, Path]) -> Iterable[Markup]:
    for output in outputs[:MOST_OUTPUTS]:
        if isinstance(output, dict):
            yield _output(output, charts)
    if len(outputs) > MOST_OUTPUTS:
        yield Markup("<p><em>{} more outputs are in the notebook.</em></p>").format(len(outputs) - MOST_OUTPUTS)


def _output(output: Mapping[str, Any], charts: Mapping[bytes, Path]) -> Markup:
    match output.get("output_type"):
        case "stream":
            kind = "stderr" if output.get("name") == "stderr" else "stdout"
            return _text(text.joined(output.get("text", "")), kind)
        case "error":
            trace = output.get("traceback")
            words = "\n".join(map(str, trace)) if isinstance(trace, list) else ""
            return _text(words or f"{output.get('ename')}: {output.get('evalue')}", "stderr")
    data = output.get("data")
    return _displayed(data if isinstance(data, dict) else {}, charts)


def _text(words: str, kind: str) -> Markup:
    return Markup('<pre class="{}" tabindex="0">{}</pre>').format(kind, text.plain(words))


def _displayed(data: Mapping[str, Any], charts: Mapping[bytes, Path]) -> Markup:
    """The best of the forms that an output comes in; only harmless forms are known."""
    says = text.joined(data.get("text/plain", ""))
    for kind in _IMAGES:
        if kind in data:
            return _image(kind, text.joined(data[kind]), says, charts)
    if "text/html" in data:
        return Markup('<div class="html" tabindex="0">{}</div>').format(text.clean_html(text.joined(data["text/html"])))
    if "text/markdown" in data:
        return markdown(text.joined(data["text/markdown"]))
    if "text/plain" in data:
        return _text(says, "stdout")
    kinds = text.line(", ".join(map(str, data)) or "empty")
    return Markup("<p><em>An output of a kind that evidence does not show: {}</em></p>").format(kinds)


def _image(kind: str, data: str, says: str, charts: Mapping[bytes, Path]) -> Markup:
    """An image; one that is kept beside the notebook is shown from there."""
    try:
        content = data.encode() if kind == "image/svg+xml" else base64.b64decode(data, validate=False)
    except (binascii.Error, ValueError):
        return Markup("<p><em>A damaged image.</em></p>")
    beside = charts.get(content)
    if beside is not None:
        source = f"{evidence.CHARTS}/{beside.name}"
    else:
        source = f"data:image/{_IMAGE_TYPES[kind]};base64,{base64.b64encode(content).decode()}"
    return Markup('<img src="{}" alt="{}">').format(source, text.line(says) or "an image")
