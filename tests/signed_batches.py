"""Batches to be signed: a folder with the verdicts that a test names, as a real one has them."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gp_lib import evidence
from gp_lib.verdict import Check, Ruling, Verdict

PLATFORM = {"version": "2.4.1", "commit": "0b5a6f3c1d2e4f5061728394a5b6c7d8e9f01234"}


def save_verdict(folder: Path, ruling: str, *, platform: Mapping[str, str] = PLATFORM) -> None:
    """Write a scenario's ``verdict.json`` with one check of that verdict."""
    folder.mkdir(parents=True, exist_ok=True)
    verdict = Verdict.of(Check(name="it_holds", verdict=Ruling(ruling), requirement="it holds"))
    services = {"platform": dict(platform)}
    evidence.write_json(folder / evidence.VERDICT, {"version": 1, "services": services, **verdict.to_json()})


def save_batch(
    folder: Path, rulings: Mapping[str, str], *, platform: Mapping[str, str] = PLATFORM, **about: Any
) -> Path:
    """Write a batch whose scenarios came out so; ``about`` says otherwise of the whole in ``batch.json``."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, ruling in rulings.items():
        save_verdict(folder / name, ruling, platform=platform)
    rows = [
        {"scenario": name, "folder": name, "verdict": ruling, "notebook_sha256": f"{n:064x}"}
        for n, (name, ruling) in enumerate(rulings.items(), start=1)
    ]
    total = max(map(Ruling, rulings.values()), key=lambda ruling: ruling.severity, default=Ruling.UNKNOWN)
    evidence.write_json(folder / evidence.BATCH, {"verdict": total, "scenarios": rows, **about})
    return folder
