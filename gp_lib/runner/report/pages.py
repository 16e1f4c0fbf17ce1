"""The pages of a report: what their templates are given, and how they are written."""

import base64
import hashlib
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gp_lib import evidence
from gp_lib.runner.entry import Entry
from gp_lib.runner.parameters import Parameter, Value
from gp_lib.runner.report import text
from gp_lib.runner.report.drawings import gauge, sparkline
from gp_lib.runner.report.logs import CutLog, window
from gp_lib.runner.report.notebook import ShownCell, calls, shown_cells
from gp_lib.runner.report.records import MOST_WITNESSES, Row, rows, witnesses
from gp_lib.runner.report.saved import Past, SavedBatch, SavedScenario
from gp_lib.runner.report.summary import counts
from gp_lib.runner.report.timeline import Timeline, draw
from gp_lib.verdict import Check, Ruling

MARKS = {Ruling.PASS: "✓", Ruling.FAIL: "✗", Ruling.UNKNOWN: "?"}
TEMPLATES = "templates"


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("gp_lib.runner.report", TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"line": text.line, "plain": text.plain, "safe_link": text.link, "gauge": gauge}
    environment.globals |= {"marks": MARKS, "style": _asset("style.css"), "script": _asset("index.js")}
    environment.globals["script_hash"] = _hash(_asset("index.js"))
    return environment


def _asset(name: str) -> Markup:
    return Markup((Path(__file__).parent / TEMPLATES / name).read_text(encoding="utf-8"))


def _hash(script: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


@dataclass(frozen=True)
class ShownCheck:
    """A check and where its page shows more: the line that judged it, its witnesses' marks."""

    check: Check
    line: str
    witnesses: tuple[tuple[int, str], ...]
    more: int


@dataclass(frozen=True)
class ShownParameter:
    """A parameter as it was in the run."""

    name: str
    value: str
    default: str
    overridden: bool
    comment: str


@dataclass(frozen=True)
class ScenarioPage:
    """All that the page of one scenario shows."""

    batch: SavedBatch
    scenario: SavedScenario
    checks: tuple[ShownCheck, ...]
    timeline: Timeline | None
    rows: tuple[Row, ...]
    cells: tuple[ShownCell, ...]
    logs: tuple[CutLog, ...]
    parameters: tuple[ShownParameter, ...]
    files: tuple[str, ...]
    command: str


@dataclass(frozen=True)
class IndexRow:
    """One scenario in the index: ``shown`` are the checks worth a look, ``is_new`` that it passed the last time."""

    scenario: SavedScenario
    shown: tuple[Check, ...]
    spark: Markup
    is_new: bool
    has_page: bool


def scenario_page(batch: SavedBatch, scenario: SavedScenario) -> str:
    """The page of one scenario."""
    history, entry = scenario.history, scenario.entry
    marks = witnesses(entry.checks, history) if history else {}
    listed = tuple(rows(history, marks)) if history else ()
    timeline = draw(history, marks, [row.index for row in listed]) if history else None
    logs = batch.logs.cut(entry.services, window(history), offset_s=_offset_s(batch, entry)) if history else []
    cells = tuple(shown_cells(scenario.cells, entry.folder, entry.checks))
    page = ScenarioPage(
        batch=batch,
        scenario=scenario,
        checks=tuple(_shown_checks(entry.checks, cells, marks, timeline)),
        timeline=timeline,
        rows=listed,
        cells=cells,
        logs=tuple(logs),
        parameters=tuple(_parameters(scenario.parameters, entry.parameters)),
        files=tuple(_files(entry.folder)),
        command=run_command(entry.scenario, entry.parameters),
    )
    return _templates().get_template("scenario.html.j2").render(page=page, entry=entry, scenario=scenario)


def _offset_s(batch: SavedBatch, entry: Entry) -> float:
    machine = entry.machine or batch.environment.get("machine", {})
    return float(machine.get("utc_offset_s", 0))


def _shown_checks(
    checks: Sequence[Check], cells: Sequence[ShownCell], marks: Mapping[int, Ruling], timeline: Timeline | None
) -> list[ShownCheck]:
    judged = Markup("").join(cell.source for cell in cells if cell.role == "assert")
    drawn = timeline.drawn if timeline else frozenset()
    return [
        ShownCheck(
            check,
            call.anchor if f'id="{call.anchor}"' in judged else "",
            tuple((i, f"e{i}" if i in drawn else f"r{i}") for i in check.witnesses[:MOST_WITNESSES] if i in marks),
            max(0, len(check.witnesses) - MOST_WITNESSES),
        )
        for check, call in zip(checks, calls(checks), strict=True)
    ]


def _parameters(declared: Sequence[Parameter], given: Mapping[str, Value]) -> list[ShownParameter]:
    return [
        ShownParameter(
            parameter.name,
            repr(given.get(parameter.name, parameter.default)),
            repr(parameter.default),
            parameter.name in given,
            parameter.comment,
        )
        for parameter in declared
    ]


def run_command(scenario: str, parameters: Mapping[str, Value]) -> str:
    """The command line that runs a scenario again, with what was set for it."""
    words = ["gpath", "run", scenario]
    for name, value in parameters.items():
        shown = value if isinstance(value, str) else repr(value)
        words += ["--target", shown] if name == "target" else ["-p", f"{name}={shown}"]
    return shlex.join(words)


def _files(folder: Path) -> list[str]:
    """Every file of a scenario, as a path below its folder; links are not followed, pages of others not offered."""
    found = (path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink())
    shown = (path for path in found if path.name != evidence.PAGE and path.suffix != evidence.IMPORTED)
    return [path.relative_to(folder).as_posix() for path in shown]


def index_page(batch: SavedBatch, past: Mapping[str, Sequence[Past]]) -> str:
    """The index of a batch, the worst scenarios first."""
    ordered = sorted(batch.scenarios, key=lambda scenario: -scenario.entry.ruling.severity)
    return (
        _templates()
        .get_template("index.html.j2")
        .render(
            batch=batch,
            rows=[_index_row(batch, scenario, past.get(scenario.entry.scenario, ())) for scenario in ordered],
            counts=counts(batch.entries),
            broken=_broken(ordered),
            services=_services(batch.scenarios),
            commits=sorted({str(scenario.facts.get("commit")) for scenario in batch.scenarios if scenario.facts}),
            total_s=sum(entry.took_s for entry in batch.entries),
            files=_batch_files(batch.folder),
        )
    )


def page_of_trouble(name: str, entries: Sequence[Entry], sentence: str) -> str:
    """What stands in the place of a page of ``name`` that could not be drawn: why, and the verdicts of ``entries``."""
    return _templates().get_template("trouble.html.j2").render(name=name, entries=entries, sentence=sentence)


def _batch_files(folder: Path) -> list[str]:
    here = sorted(path.name for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    logs = sorted(path.relative_to(folder).as_posix() for path in folder.glob(f"{evidence.SERVICES}*/*.log"))
    return [name for name in here if name != evidence.PAGE and not name.endswith(evidence.IMPORTED)] + logs


MOST_SHOWN = 6


def _index_row(batch: SavedBatch, scenario: SavedScenario, past: Sequence[Past]) -> IndexRow:
    """What is not green, else the figures that have a bound."""
    entry = scenario.entry
    broken = sorted((c for c in entry.checks if c.verdict is not Ruling.PASS), key=lambda c: -c.verdict.severity)
    figures = [check for check in entry.checks if check.measured is not None and check not in broken]
    runs = [*past, Past(batch.folder.name, entry.ruling, entry.took_s)]
    return IndexRow(
        scenario,
        tuple((broken + figures)[:MOST_SHOWN]),
        sparkline(runs),
        entry.ruling is not Ruling.PASS and bool(past) and past[-1].ruling is Ruling.PASS,
        entry.folder.is_dir(),
    )


def _broken(scenarios: Sequence[SavedScenario]) -> list[tuple[Ruling, str, list[str]]]:
    """What broke, by cause: the check's name (or why there was none), and the scenarios that it broke."""
    causes: dict[tuple[Ruling, str], list[str]] = {}
    for scenario in scenarios:
        entry = scenario.entry
        for check in entry.checks:
            if check.verdict is not Ruling.PASS:
                causes.setdefault((check.verdict, check.name), []).append(entry.name)
        if entry.ruling is not Ruling.PASS and entry.why:
            causes.setdefault((entry.ruling, text.line(entry.why, at_most=120)), []).append(entry.name)
    ordered = sorted(causes.items(), key=lambda cause: (-cause[0][0].severity, -len(cause[1])))
    return [(ruling, name, names) for (ruling, name), names in ordered]


def _services(scenarios: Sequence[SavedScenario]) -> dict[str, dict[str, list[str]]]:
    """Every service's fingerprint over the whole batch: a second value shows that another one answered."""
    found: dict[str, dict[str, list[str]]] = {}
    for scenario in scenarios:
        for service, words in scenario.services.items():
            for key, value in words.items():
                values = found.setdefault(service, {}).setdefault(str(key), [])
                if key != "uptime_s" and str(value) not in values:
                    values.append(str(value))
    return {name: {key: values for key, values in words.items() if values} for name, words in found.items()}


def write_page(path: Path, html: str) -> None:
    """Write a page; half characters that no encoding knows are ``?``."""
    evidence.write_whole(path, html)
