"""Batch folders for tests of the report, written as the workbench writes them."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.history import History, record_to_json
from gp_lib.runner import reports
from gp_lib.runner.entry import Entry
from gp_lib.verdict import Check, Ruling, Verdict

BEGAN = "2026-11-25T10:00:00+00:00"
TITLE = "# A1 One person is answered\n\n**Question.** Is one person answered?\n"
PARAMETERS = 'target = "embedded"  # where to run\nusers = 3  # people, count\n'
Output = dict[str, Any]


def a_check(ruling: Ruling = Ruling.PASS, name: str = "kept", **more: Any) -> Check:
    return Check(**{"name": name, "verdict": ruling, "requirement": f"{name} holds", "message": "looked at 3", **more})


@dataclass(frozen=True)
class Made:
    """What a scenario of a made batch leaves behind."""

    name: str = "a1_one"
    checks: tuple[Check, ...] = (a_check(),)
    history: History | None = None
    outputs: Sequence[Output] = ()
    parameters: dict[str, Any] = field(default_factory=dict)
    why: str = ""
    took_s: float = 1.0


def make_batch(folder: Path, *scenarios: Made, target: str = "embedded") -> Path:
    """Write a batch of ``scenarios`` into ``folder``."""
    folder.mkdir(parents=True)
    entries = [_entry(folder, made) for made in scenarios]
    reports.write_all(folder, target=target, began=BEGAN, entries=entries)
    return folder


def _entry(folder: Path, made: Made) -> Entry:
    place = folder / made.name
    place.mkdir()
    if made.history is not None:
        _write_history(place / evidence.HISTORY, made.history)
    evidence.write_json(place / evidence.EXECUTED, notebook(made.checks, made.outputs))
    return Entry(
        scenario=made.name,
        title=f"{made.name} title",
        folder=place,
        parameters=made.parameters,
        ruling=Verdict(made.checks).ruling,
        took_s=made.took_s,
        checks=made.checks,
        why=made.why,
    )


def _write_history(path: Path, history: History) -> None:
    header = {"kind": "history", "version": 1, "began": history.began.isoformat(), "commit": "abc123", "seed": 7}
    lines = [header, *(record_to_json(record) for record in history)]
    path.write_text("".join(json.dumps(line) + "\n" for line in lines))


def notebook(checks: Sequence[Check] = (), outputs: Sequence[Output] = ()) -> dict[str, Any]:
    """An executed notebook that judges ``checks`` and shows ``outputs``."""
    calls = "".join(f"    checks.{check.name.split('[')[0]}(history),\n" for check in checks)
    cells = [
        {"cell_type": "markdown", "metadata": {}, "source": TITLE},
        _code("parameters", PARAMETERS),
        _code("act", "act()"),
        _code("assert", f"verdict = Verdict.of(\n{calls})"),
        _code("charts", "show()", outputs),
    ]
    return {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}


def _code(tag: str, source: str, outputs: Sequence[Output] = ()) -> dict[str, Any]:
    metadata = {"tags": [tag], "papermill": {"duration": 0.5}}
    return {"cell_type": "code", "metadata": metadata, "source": source, "execution_count": 1, "outputs": list(outputs)}


def displayed(**data: Any) -> Output:
    """An output with ``text_html="…"`` as ``text/html``, and so on."""
    return {"output_type": "display_data", "metadata": {}, "data": {k.replace("_", "/", 1): v for k, v in data.items()}}


def page(batch: Path, scenario: str = "") -> str:
    """The text of a rendered page."""
    return (batch / scenario / evidence.PAGE).read_text(encoding="utf-8")
