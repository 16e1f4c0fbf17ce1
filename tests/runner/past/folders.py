"""Folders of batches for tests of the past, written as the workbench writes them."""

import json
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.history import History
from gp_lib.runner.past.entering import ask
from gp_lib.runner.past.questions import one_scenario, overview
from gp_lib.verdict import Check, Ruling
from tests.runner.report.folders import Made, a_check, make_batch

SCENARIO = "a1_one"


def name(day: int) -> str:
    return f"2026-11-{day:02}T10-00-00Z-{day:04x}"


def batch(runs: Path, day: int, *checks: Check, target: str = "embedded", commit: str = "abc123", **made: Any) -> Path:
    """The batch of a day, with one scenario that was judged by ``checks`` and tested ``commit``."""
    folder = make_batch(runs / name(day), Made(checks=checks, history=History(), **made), target=target)
    about = evidence.read_json(folder / evidence.BATCH)
    began = f"2026-11-{day:02}T10:00:00+00:00"
    evidence.write_json(folder / evidence.BATCH, {**about, "began": began})
    path = folder / SCENARIO / evidence.HISTORY
    path.write_text(json.dumps({"kind": "history", "version": 1, "began": began, "commit": commit}) + "\n")
    return folder


def passed(measured: float = 1.0, **more: Any) -> Check:
    return a_check(measured=measured, unit="s", limit=2.0, **more)


def failed(measured: float = 3.0, **more: Any) -> Check:
    return a_check(Ruling.FAIL, measured=measured, unit="s", limit=2.0, **more)


def unexpected(words: str) -> None:
    raise AssertionError(words)


def told(runs: Path, **options: Any) -> dict[str, dict[str, Any]]:
    """The overview by scenario, from a store that was whole."""
    answer = ask(runs, lambda store: overview(store, **{"last": 20, **options}), tell=unexpected)
    return {row["scenario"]: row for row in answer["scenarios"]}


def told_of_one(runs: Path, **options: Any) -> dict[str, Any]:
    return ask(runs, lambda store: one_scenario(store, "a1", **{"last": 20, **options}), tell=unexpected)
