"""The matrix as one HTML page that needs nothing else: no script, no network, readable in the dark and by ear."""

import html
from collections.abc import Iterable, Sequence

from gp_lib.runner.prove.interval import wilson
from gp_lib.runner.prove.matrix import Cell, Matrix
from gp_lib.runner.prove.outcome import Outcome
from gp_lib.runner.prove.proof import Proof

STYLE = """
:root { color-scheme: light dark; --line: #8888; --good: #1a7f37; --bad: #cf222e; --odd: #9a6700; --calm: #57606a }
@media (prefers-color-scheme: dark) { :root { --good: #3fb950; --bad: #ff7b72; --odd: #d29922; --calm: #9198a1 } }
body { font: 16px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 80rem; padding: 0 1rem }
.wide { overflow-x: auto }
table { border-collapse: collapse; margin: 1rem 0 }
th, td { border: 1px solid var(--line); padding: .25rem .5rem; text-align: left; vertical-align: top }
caption { text-align: left; font-weight: 600; padding: .25rem 0 }
.matrix td { text-align: center }
.good { color: var(--good) } .bad { color: var(--bad); font-weight: 700 } .odd { color: var(--odd) }
.calm { color: var(--calm) }
"""

CLASSES = {
    Outcome.KILLED: "good",
    Outcome.GREEN: "calm",
    Outcome.SURVIVED: "bad",
    Outcome.FLAKY: "bad",
    Outcome.FALSE_ALARM: "bad",
}
"""How an outcome is coloured; all others are odd. The words say the same, so that no colour is needed."""

SIGNS = {
    Outcome.KILLED: "K",
    Outcome.ELSEWHERE: "e",
    Outcome.SURVIVED: "S",
    Outcome.FLAKY: "F",
    Outcome.NOT_REACHED: "-",
    Outcome.NOT_RUN: "/",
    Outcome.GREEN: ".",
    Outcome.UNKNOWN: "?",
    Outcome.FALSE_ALARM: "A",
}
"""One letter an outcome, for matrices."""


def page(proof: Proof) -> str:
    """The whole page."""
    matrix = proof.matrix
    counts = ", ".join(f"{count} {outcome}" for outcome, count in matrix.counts().items()) or "nothing was run"
    parts = [
        f"<h1>Proof {html.escape(proof.folder.name)}</h1>",
        f"<p>Target {html.escape(proof.target)}, begun {html.escape(proof.began)}. <strong>{counts}</strong>.</p>",
        f"<p><strong>{proof.not_run_in_words}</strong></p>" if proof.not_run else "",
        f"<p>The checks were replaced by a stand-in: {proof.stand_in}.</p>" if proof.stand_in else "",
        _grid(matrix),
        _details(matrix),
        _clean(matrix),
        _never_alone(matrix),
    ]
    head = f"<meta charset='utf-8'><meta name='viewport' content='width=device-width'><style>{STYLE}</style>"
    title = f"<title>Proof {html.escape(proof.folder.name)}</title>"
    body = f"<body><main>{''.join(parts)}</main></body>"
    return f"<!doctype html>\n<html lang='en'><head>{head}{title}</head>\n{body}</html>\n"


def _grid(matrix: Matrix) -> str:
    columns = [(name, f"<abbr title='{name}'>{name.split('_')[0].upper()}</abbr>") for name in matrix.scenarios]
    head = "".join(f"<th scope='col'>{short}</th>" for _, short in columns)
    found = {(cell.trial.scenario.name, cell.trial.folder.rpartition("-")[0]): cell for cell in matrix.cells}
    rows = []
    for variant in matrix.variants:
        cells = [found.get((name, variant.id)) for name, _ in columns]
        marks = "".join(f"<td>{_mark(matrix.outcome(cell)) if cell else ''}</td>" for cell in cells)
        rows.append(
            f"<tr><th scope='row' title='{html.escape(variant.story, quote=True)}'>{variant.id}</th>{marks}</tr>"
        )
    legend = " · ".join(f"<b>{sign}</b> {outcome}" for outcome, sign in SIGNS.items())
    table = (
        f"<table class='matrix'><caption>Scenario by variant</caption><tr><td></td>{head}</tr>{''.join(rows)}</table>"
    )
    return f"<h2>Matrix</h2><div class='wide' tabindex='0'>{table}</div><p>{legend}</p>" if rows else ""


def _mark(outcome: Outcome) -> str:
    return f"<abbr class='{CLASSES.get(outcome, 'odd')}' title='{outcome}'>{SIGNS[outcome]}</abbr>"


def _details(matrix: Matrix) -> str:
    rows = []
    for cell in sorted(matrix.cells, key=lambda cell: CLASSES.get(matrix.outcome(cell), "odd") == "calm"):
        variant, outcome = cell.trial.variant, matrix.outcome(cell)
        assert variant is not None
        who = f"{variant.id}: {variant.story}"
        rows.append(
            _row(who, cell.trial.scenario.name, cell.trial.expected or "nobody", *_result(cell, outcome), links=cell)
        )
    head = ("variant", "scenario", "expected to kill", "outcome", "kills", "failed checks", "evidence")
    return _table("Every pair", head, rows)


def _result(cell: Cell, outcome: Outcome) -> tuple[str, str, str]:
    words = (", ".join(cell.failed), f"undecided: {cell.doubt}" if cell.doubt else "")
    return outcome.value, share(cell), "; ".join(filter(None, words))


def share(cell: Cell) -> str:
    """How many of how many, and how sure that is when there were several."""
    if len(cell.done) < 2:
        return f"{cell.counted} of {len(cell.done)}"
    low, high = wilson(cell.counted, len(cell.done))
    return f"{cell.counted} of {len(cell.done)} (95 %: {low:.2f} to {high:.2f})"


def _clean(matrix: Matrix) -> str:
    rows = [_row(cell.trial.scenario.name, *_result(cell, cell.outcome), links=cell) for cell in matrix.clean]
    return _table("On the clean platform", ("scenario", "outcome", "false alarms", "failed checks", "evidence"), rows)


def _never_alone(matrix: Matrix) -> str:
    items = "".join(
        f"<li>{html.escape(scenario)}: {html.escape(check)}</li>" for scenario, check in matrix.never_alone()
    )
    return f"<h2>Checks that were never the only one to notice</h2><ul>{items}</ul>" if items else ""


def _table(title: str, head: Sequence[str], rows: Iterable[str]) -> str:
    body = "".join(rows)
    titles = "".join(f"<th scope='col'>{each}</th>" for each in head)
    return (
        f"<h2>{title}</h2><div class='wide' tabindex='0'><table><tr>{titles}</tr>{body}</table></div>" if body else ""
    )


def _row(*texts: str, links: Cell) -> str:
    cells = "".join(f"<td{_class(text)}>{html.escape(text)}</td>" for text in texts)
    folders = [f"{attempt.trial.folder}/{attempt.trial.scenario.name}" for attempt in links.done]
    anchors = " ".join(f"<a href='{folder}/executed.ipynb'>{number}</a>" for number, folder in enumerate(folders, 1))
    return f"<tr>{cells}<td>{anchors}</td></tr>"


def _class(text: str) -> str:
    known = {outcome.value: name for outcome, name in CLASSES.items()}
    return f" class='{known[text]}'" if text in known else ""
